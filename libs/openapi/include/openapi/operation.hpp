#pragma once

#include "base/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::openapi {

/// `^[a-zA-Z0-9_.-]{1,64}$`: what clients take as the name of an argument.
[[nodiscard]] bool is_argument_name(std::string_view name);

/// A parameter of the path or the query.
struct Parameter {
    std::string name;
    bool in_path = false;
    bool required = false;
    bool deep_object = false; ///< `name[key]=value` for each member.
    bool is_text = false;     ///< Its schema takes strings only: a REST value is never read as anything else.
    json::value schema;       ///< With the description inside.
};

struct PathPart {
    bool is_parameter = false;
    std::string text;
};

struct BodyShape {
    enum class Kind {
        none,
        object,   ///< A JSON object whose members become arguments.
        whole,    ///< Any other JSON; becomes the argument `body`.
        multipart ///< Only through the REST proxy, bytes as they are.
    };
    Kind kind = Kind::none;
    bool required = false;
    json::value schema;
};

/// One operation of a document, every `$ref` of its request side inlined.
struct Operation {
    std::string operation_id;
    std::string verb; ///< GET, POST …
    std::string path_template;
    std::vector<PathPart> path;
    std::vector<Parameter> parameters;
    BodyShape body;
    bool deprecated = false;
    bool has_response_schema = false;
    /// What the field `accept` says: the media types of its answers, then anything.
    std::string accept = "application/json, */*;q=0.1";
    /// The body's schema is shown to clients as it is, and not enforced: for what a portable schema cannot say.
    bool raw_schema = false;
    std::string title;
    std::string description;
    std::vector<std::string> scopes;

    /// The placeholder the path ends in: the item's own id.
    [[nodiscard]] std::optional<std::string_view> own_id() const noexcept;
    [[nodiscard]] Parameter const* find_parameter(std::string_view parameter) const noexcept;
};

} // namespace sluice::openapi
