#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "catalog/template.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::catalog {

/// A call of one of the integration's own methods, its arguments (flat, as a tool takes them) made from templates.
struct MethodCall {
    std::string resource;
    std::string method;
    ValueTemplate arguments;
};

/// One step of an action. Steps run in order and read `context.*` and what earlier steps got, `steps.<name>.*`.
struct Step {
    enum class Kind {
        request,       ///< Calls a method; the answer is `steps.<name>`, a list's as an array.
        update_context ///< Puts members into what may be shown of the account's context.
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
        json::value value; ///< Text, integer or flag.
        std::string label;
    };
    /// Options that the account itself has: a list, and where in each item value and label stand.
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
    std::size_t max_length = 500; ///< Of `text`.
    std::vector<Option> options;
    std::optional<Source> source;
    /// The fields whose answers the arguments of `source` read, as `form.<name>`.
    std::vector<std::string> depends_on;
};

[[nodiscard]] std::string_view name_of(FormField::Type type) noexcept;

/// Asked once an account is connected; the answers go into its context under the names of the fields.
struct Form {
    std::string title;
    std::string description;
    std::vector<FormField> fields;

    [[nodiscard]] FormField const* find(std::string_view name) const noexcept;
};

/// What a definition wants done when an account is connected.
struct Actions {
    /// After the credentials are stored and before they are tried; again after a crash, so each step must bear that.
    std::vector<Step> post_install;
    std::optional<Form> post_connect_user_form;
};

/// Checks answers by type, presence and the options that are given; those of a source are not known here. The answers
/// that count, empty ones left out. Errors: invalid_argument at `values.<name>` for every mistake.
[[nodiscard]] Result<json::object> check_answers(Form const& form, json::object const& values);

} // namespace sluice::catalog
