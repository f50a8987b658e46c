#pragma once

#include "base/json.hpp"
#include "catalog/composition.hpp"
#include "catalog/condition.hpp"
#include "catalog/inputs.hpp"
#include "catalog/shown.hpp"
#include "catalog/template.hpp"
#include "catalog/tool_shape.hpp"
#include "openapi/operation.hpp"
#include "paging/style.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::catalog {

/// Whether a call can change anything at the vendor.
enum class Access { read, write };

/// What the words of a filter and of approvals mean. An MCP server keeps the meaning with which it was made.
enum class Vocabulary {
    first = 1, ///< `write` is create, update and delete; `destructive` is what deletes or overwrites.
    second =
        2, ///< `write` is every write; `destructive` is what deletes. There are also `deletes`, `replaces`, `sends`.
};

/// The class of a method, which the filter words `read`, `write` and `custom` of an MCP server mean.
enum class MethodClass { read, write, custom };

using openapi::BodyShape;
using openapi::Parameter;
using openapi::PathPart;

/// How the pages of a list are read.
struct Pagination {
    paging::Style const* style = nullptr; ///< Null if a list is one page.
    paging::Settings settings;            ///< The settings of the style.
    std::string items;                    ///< Dotted path of the array in the answer; empty if the answer is the array.
    paging::Paths paths;                  ///< Where the answer says how the list goes on.
    std::int64_t default_limit = 0; ///< Records of a call without a limit; above `max_limit` several pages are read.
    std::int64_t max_limit = 0;     ///< The most records of one page.
    bool absent_is_empty = false;   ///< An answer without the array or without a body is an empty list.
    bool null_is_empty = false;     ///< An answer with null instead of the array is an empty list.

    /// The most records that one call may ask for, over several pages.
    [[nodiscard]] std::int64_t most() const noexcept { return max_limit * kMostPages; }
    /// The vendor's parameters that the style sets itself.
    [[nodiscard]] paging::Own own() const { return style != nullptr ? style->own(settings) : paging::Own{}; }
    static constexpr std::int64_t kMostPages = 10;
};

/// One operation of a vendor as a method of a resource, or a composed method. A composed one has no verb and no path;
/// its arguments are the members of its body. Immutable once compiled.
struct Method : openapi::Operation {
    std::string integration; ///< The name of its integration.
    std::string resource;
    std::string name; ///< `list`, `get`, `create`, `update`, `delete` or a custom name.
    Access access = Access::read;
    bool destructive = false;
    bool idempotent = false;
    bool paginated = false;
    Pagination pagination; ///< Set also for lists of one page: it says where the records are.
    bool tool_allowed = true;
    /// Headers with fixed values that the vendor wants, such as a version.
    std::vector<std::pair<std::string, std::string>> headers;
    bool gives_link = false; ///< `download: link`: the target of the vendor's redirect is the answer.
    /// Which 2xx answers with JSON are errors (`error_expression`); mostly null.
    std::shared_ptr<Condition const> error_when;
    /// Integers in the answer that a double cannot hold (RFC 8259 section 6) become strings.
    bool large_integers_are_text = false;
    /// For `get`: the query arguments with which an item is read for the preview of a write.
    json::object preview;
    /// For `get`: the dotted paths of members that the vendor takes and never answers.
    std::vector<std::string> unreadable;
    /// Reads the item that a call is about; its templates read `arguments.*`. Without it the `get` with the same path
    /// does, if there is one.
    std::optional<MethodCall> about;
    Shown shown;
    /// Templates of MCP content blocks, which read the answer as `result`. Absent if the answer is the content.
    std::optional<ValueTemplate> content;
    /// The input that the tool asks the client for first; mostly null.
    std::shared_ptr<Inputs const> inputs;
    ToolShape shape;
    std::shared_ptr<Composition const> composition; ///< Set only for a composed method,
    std::vector<Method const*> called;              ///< with the methods that it calls, of the same integration.
    std::string tool_name;
    std::vector<std::string> former_names; ///< Former names of the tool. They still work, and the result has a note.
    std::vector<std::string> tags;         ///< In the newest vocabulary.
    std::vector<std::string> first_tags;   ///< In the first one.

    [[nodiscard]] bool is_list() const noexcept { return name == "list" || paginated; }
    [[nodiscard]] std::vector<std::string> const& tags_in(Vocabulary vocabulary) const noexcept
    {
        return vocabulary == Vocabulary::first ? first_tags : tags;
    }
    [[nodiscard]] bool is_custom() const noexcept;
    [[nodiscard]] MethodClass method_class() const noexcept;
};

} // namespace sluice::catalog
