#pragma once

#include "base/json.hpp"
#include "catalog/inputs.hpp"
#include "catalog/template.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::catalog {

/// Whether a call can change anything at the vendor.
enum class Access { read, write };

/// What the filter words of an MCP server mean (api: `read`, `write`, `custom`).
enum class MethodClass { read, write, custom };

/// How a list goes on.
struct Pagination {
    enum class Format { none, cursor };
    Format format = Format::none;
    std::string items;              ///< Dotted path of the array in the answer; empty: the answer is the array.
    std::string next;               ///< Dotted path of what leads to the next page; null or absent on the last.
    bool next_is_url = false;       ///< It is a URL, whose query parameters the next call repeats.
    std::string cursor_parameter;   ///< Query parameter that takes the cursor.
    std::string limit_parameter;    ///< Query parameter that takes the page size.
    std::int64_t default_limit = 0; ///< Items of a call that names no limit; above `max_limit` it takes several pages.
    std::int64_t max_limit = 0;     ///< Of one page.
    bool absent_is_empty = false;   ///< An answer without the array, or without a body, is an empty list.
    bool null_is_empty = false;     ///< An answer with null in its place is one.

    /// Items a single call may ask for, over several pages.
    [[nodiscard]] std::int64_t most() const noexcept { return max_limit * kMostPages; }
    static constexpr std::int64_t kMostPages = 10;
};

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

/// One operation of a vendor as a method of a resource. Immutable once compiled.
struct Method {
    std::string resource;
    std::string name; ///< list, get, create, update, delete or a custom name
    std::string operation_id;
    std::string verb; ///< GET, POST …
    std::string path_template;
    std::vector<PathPart> path;
    std::vector<Parameter> parameters;
    BodyShape body;
    Access access = Access::read;
    bool destructive = false;
    bool idempotent = false;
    bool paginated = false;
    Pagination pagination; ///< Also of lists that have one page: where the items are.
    bool deprecated = false;
    bool tool_allowed = true;
    bool has_response_schema = false;
    std::string accept =
        "application/json, */*;q=0.1"; ///< What the field `accept` says: the media types of its answers, then anything.
    bool gives_link = false;           ///< Of a download: where the vendor redirects to is the answer.
    /// Integers of its answer that a double does not hold (RFC 8259 section 6) become strings.
    bool large_integers_are_text = false;
    /// The body's schema is shown to clients as it is, and not enforced: for what a portable schema cannot say.
    bool raw_schema = false;
    /// Of a resource's `get`: the query arguments with which it is read to show what a write of the item would change.
    json::object preview;
    /// MCP content blocks, templates over the answer as `result`; null: the answer is the content.
    std::optional<ValueTemplate> content;
    /// What its tool asks the client for before it is called; mostly null.
    std::shared_ptr<Inputs const> inputs;
    std::string title;
    std::string description;
    std::string tool_name;
    std::vector<std::string> former_names; ///< Of the tool; they still work, and say so.
    std::vector<std::string> tags;
    std::vector<std::string> scopes;

    [[nodiscard]] bool is_list() const noexcept { return name == "list" || paginated; }
    [[nodiscard]] bool is_custom() const noexcept;
    [[nodiscard]] MethodClass method_class() const noexcept;
    /// The placeholder the path ends in: the item's own id.
    [[nodiscard]] std::optional<std::string_view> own_id() const noexcept;
    [[nodiscard]] Parameter const* find_parameter(std::string_view parameter) const noexcept;
};

} // namespace sluice::catalog
