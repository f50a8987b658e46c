#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "catalog/actions.hpp"
#include "catalog/template.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sluice::catalog {

// A composed method does a piece of a person's work by calls of the vendor's methods. The definition says in templates
// and tables, not in code, what is read first and how the arguments of the calls are worked out. Templates and paths
// read `arguments.*` and the values of earlier steps, `steps.<name>.*`.

/// What must hold so that a part of a composition counts. An empty condition holds.
struct When {
    std::vector<std::pair<std::string, json::array>> equals; ///< By path, the values of which it must have one.
    std::vector<std::string> given;  ///< Paths that must have a value other than null and an empty text.
    std::vector<std::string> absent; ///< Paths that must have no such value.

    [[nodiscard]] bool holds(json::value const& values) const;
};

/// A call of one of the vendor's methods. The answer of a read is the step's value.
struct RequestStep {
    MethodCall call;
    bool is_result = false; ///< Its answer is the tool's.
};

/// The first or the last element of a list that has these members.
struct PickStep {
    std::string from;
    ValueTemplate where; ///< By dotted path in the element.
    bool is_first = false;
};

/// The member of an object whose name is worked out.
struct LookUpStep {
    std::string in;
    ValueTemplate key;
};

/// The value of the first case that holds and has one.
struct ChooseStep {
    struct Case {
        When when;
        ValueTemplate value;
    };
    std::vector<Case> cases;
};

/// A text in the vendor's own language of expressions: the clauses that hold, joined. Every value in a clause is
/// written as a literal of that language, so that no value can end it.
struct ExpressionStep {
    enum class Quoting {
        json,      ///< As JSON writes it.
        backslash, ///< Texts in single quotes, with `\` before `'` and `\`.
        doubled    ///< Texts in single quotes, each `'` twice.
    };
    struct Clause {
        When when;
        Template text;
    };
    Quoting quoting = Quoting::json;
    std::string join;
    std::vector<Clause> clauses;
};

/// Ends the call: it cannot be made with these arguments.
struct RefuseStep {
    std::string at; ///< The argument; may be empty.
    Template message;
};

struct CompositionStep {
    std::string name; ///< Of its value.
    When when;
    std::variant<RequestStep, PickStep, LookUpStep, ChooseStep, ExpressionStep, RefuseStep> what;
};

/// The steps of a composed method. All reads come before the writes, and no step reads the answer of a write: so a dry
/// run, or a person who approves, sees every write as it will be sent.
struct Composition {
    std::vector<CompositionStep> steps;
};

/// The value of a step that is no `RequestStep`; nothing if it has none. Pure. Errors: invalid_argument, of a
/// `RefuseStep` or of a template that reads a value which is not there.
[[nodiscard]] Result<std::optional<json::value>> value_of(CompositionStep const& step, json::value const& values);

} // namespace sluice::catalog
