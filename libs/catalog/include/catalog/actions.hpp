#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "catalog/template.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::catalog {

/// A call of one of the integration's own methods. Its arguments are flat, as those of a tool, and made from templates.
struct MethodCall {
    std::string resource;
    std::string method;
    ValueTemplate arguments;
};

/// One step of an action. Steps run in order. They read `context.*` and the answers of earlier steps, `steps.<name>.*`.
struct Step {
    enum class Kind {
        request,       ///< Calls a method; its answer becomes `steps.<name>`, a list an array.
        update_context ///< Adds members to the visible part of the account's context.
    };
    Kind kind = Kind::request;
    std::string name;
    MethodCall call;
    ValueTemplate context;
};

/// A question of the form after connecting.
struct FormField {
    enum class Type { text, select, multi_select, checkbox };
    struct Option {
        json::value value; ///< A text, an integer or a boolean.
        std::string label;
    };
    /// Options that the account itself has: a list, and the paths of value and label in each item.
    struct Source {
        MethodCall call;
        std::string value;
        std::string label;
    };
    std::string name;
    std::string label;
    std::string description;
    Type type = Type::text;
    bool required = false;
    std::size_t max_length = 500; ///< Only for `text`.
    std::vector<Option> options;
    std::optional<Source> source;
    /// The fields whose answers the arguments of `source` read as `form.<name>`.
    std::vector<std::string> depends_on;
};

[[nodiscard]] std::string_view name_of(FormField::Type type) noexcept;

/// The form that is shown after an account was connected. The answers go into its context under the names of the
/// fields.
struct Form {
    std::string title;
    std::string description;
    std::vector<FormField> fields;

    [[nodiscard]] FormField const* find(std::string_view name) const noexcept;
};

/// What a definition does when an account is connected.
struct Actions {
    /// Runs after the credentials are stored and before they are tried. After a crash it runs again, so each step must
    /// be repeatable.
    std::vector<Step> post_install;
    std::optional<Form> post_connect_user_form;
};

/// Checks answers: their types, required fields, and the options of the definition, but not those of a source. Gives
/// the answers without empty ones. Errors: invalid_argument at `values.<name>` for every mistake.
[[nodiscard]] Result<json::object> check_answers(Form const& form, json::object const& values);

} // namespace sluice::catalog
