#pragma once

#include "base/json.hpp"
#include "catalog/inputs.hpp"
#include "catalog/template.hpp"
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

/// What the filter words of an MCP server mean (api: `read`, `write`, `custom`).
enum class MethodClass { read, write, custom };

using openapi::BodyShape;
using openapi::Parameter;
using openapi::PathPart;

/// How a list goes on.
struct Pagination {
    paging::Style const* style = nullptr; ///< Null: a list is one page.
    paging::Settings settings;            ///< Of the style.
    std::string items;                    ///< Dotted path of the array in the answer; empty: the answer is the array.
    std::string next;                     ///< Dotted path of what leads to the next page; null or absent on the last.
    std::int64_t default_limit = 0; ///< Items of a call that names no limit; above `max_limit` it takes several pages.
    std::int64_t max_limit = 0;     ///< Of one page.
    bool absent_is_empty = false;   ///< An answer without the array, or without a body, is an empty list.
    bool null_is_empty = false;     ///< An answer with null in its place is one.

    /// Items a single call may ask for, over several pages.
    [[nodiscard]] std::int64_t most() const noexcept { return max_limit * kMostPages; }
    static constexpr std::int64_t kMostPages = 10;
};

/// One operation of a vendor as a method of a resource. Immutable once compiled.
struct Method : openapi::Operation {
    std::string resource;
    std::string name; ///< list, get, create, update, delete or a custom name
    Access access = Access::read;
    bool destructive = false;
    bool idempotent = false;
    bool paginated = false;
    Pagination pagination; ///< Also of lists that have one page: where the items are.
    bool tool_allowed = true;
    bool gives_link = false; ///< Of a download: where the vendor redirects to is the answer.
    /// Integers of its answer that a double does not hold (RFC 8259 section 6) become strings.
    bool large_integers_are_text = false;
    /// Of a resource's `get`: the query arguments with which it is read to show what a write of the item would change.
    json::object preview;
    /// MCP content blocks, templates over the answer as `result`; null: the answer is the content.
    std::optional<ValueTemplate> content;
    /// What its tool asks the client for before it is called; mostly null.
    std::shared_ptr<Inputs const> inputs;
    std::string tool_name;
    std::vector<std::string> former_names; ///< Of the tool; they still work, and say so.
    std::vector<std::string> tags;

    [[nodiscard]] bool is_list() const noexcept { return name == "list" || paginated; }
    [[nodiscard]] bool is_custom() const noexcept;
    [[nodiscard]] MethodClass method_class() const noexcept;
};

} // namespace sluice::catalog
