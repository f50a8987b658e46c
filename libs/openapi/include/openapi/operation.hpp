#pragma once

#include "base/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::openapi {

/// Whether a name matches `^[a-zA-Z0-9_.-]{1,64}$`. Clients take only such names of arguments.
[[nodiscard]] bool is_argument_name(std::string_view name);

/// A parameter of the path or the query.
struct Parameter {
    std::string name;
    bool in_path = false;
    bool required = false;
    bool deep_object = false; ///< `name[key]=value` for each member.
    bool is_text = false;     ///< Its schema takes only strings, so a REST value stays a text.
    json::value schema;       ///< Includes the description.
};

struct PathPart {
    bool is_parameter = false;
    std::string text;
};

struct BodyShape {
    enum class Kind {
        none,
        object,   ///< A JSON object whose members become arguments.
        whole,    ///< Any other JSON; it becomes the argument `body`.
        multipart ///< Only through the REST proxy, which sends the bytes unchanged.
    };
    Kind kind = Kind::none;
    bool required = false;
    json::value schema;
};

/// One operation of a document. Every `$ref` in its parameters and its body is inlined.
struct Operation {
    std::string operation_id;
    std::string verb; ///< GET, POST …
    std::string path_template;
    std::vector<PathPart> path;
    std::vector<Parameter> parameters;
    BodyShape body;
    bool deprecated = false;
    bool has_response_schema = false;
    /// The value of the header `accept`: the media types of the answers, then anything.
    std::string accept = "application/json, */*;q=0.1";
    /// Whether one of these types is JSON.
    [[nodiscard]] bool gives_json() const noexcept { return accept.find("json") != std::string::npos; }
    /// The schema of the body is shown to clients unchanged and is not enforced. For schemas that have no portable
    /// form.
    bool raw_schema = false;
    std::string title;
    std::string description;
    std::vector<std::string> scopes;

    /// The placeholder at the end of the path, which is the item's own id; nothing if there is none.
    [[nodiscard]] std::optional<std::string_view> own_id() const noexcept;
    [[nodiscard]] Parameter const* find_parameter(std::string_view parameter) const noexcept;
};

} // namespace sluice::openapi
