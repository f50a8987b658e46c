#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "catalog/integration.hpp"
#include "schema/schema.hpp"

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice::tools {

/// Bytes of JSON that are about a token of a model: between 3.5 and 4.5 with the tokenisers of the day.
inline constexpr std::int64_t kBytesPerToken = 4;

/// A row of documentation that changes a method's text or schema in one environment.
struct Documentation {
    std::string resource;
    std::string method;
    std::string type; ///< description, name, query_schema, body_schema; others do not change tools
    std::string value;
};

/// Where an argument of a tool goes.
struct Argument {
    enum class Place { path, query, body_member, body, limit, cursor, fields, dry_run };
    Place place = Place::query;
    std::string wire_name;
    bool deep_object = false;
    bool required = false;
};

class ToolOverlay;

/// A method as an MCP client sees it. Immutable.
struct Tool {
    catalog::Method const* method = nullptr;
    std::string name;
    std::string title;
    std::string description;
    /// The portable input schema, compact JSON.
    std::string input_schema;
    /// The whole entry of `tools/list`, compact JSON.
    std::string list_entry;
    std::map<std::string, Argument, std::less<>> arguments;
    std::vector<std::string> required;
    /// Arguments that modern clients also send as a header `Mcp-Param-<value>`: by argument, in lower case.
    std::map<std::string, std::string, std::less<>> header_arguments;
    json::value query_schema;                     ///< null if it takes no query arguments
    json::value body_schema;                      ///< null if it takes no body
    std::shared_ptr<schema::Schema const> schema; ///< the full form
    std::shared_ptr<ToolOverlay const> overlay;   ///< What this account changes in it; mostly null.
};

using ToolPtr = std::shared_ptr<Tool const>;

/// The tools of an installed integration, by name. Immutable; shared by every account with the same definition,
/// override and documentation.
class ToolList {
public:
    /// `without_tool`: why methods have none, by the names their tools would have.
    ToolList(std::vector<ToolPtr> tools, std::map<std::string, std::string, std::less<>> without_tool);

    [[nodiscard]] std::size_t size() const noexcept { return tools_.size(); }
    [[nodiscard]] Tool const& operator[](std::size_t index) const { return *tools_[index]; }
    /// The position of the tool of that name, or of the one that had it formerly, or `size()`.
    [[nodiscard]] std::size_t find(std::string_view name) const;
    /// Why the method whose tool would have this name has none; empty if there is no such method.
    [[nodiscard]] std::string_view why_without(std::string_view name) const;
    [[nodiscard]] ToolPtr const& at(std::size_t index) const { return tools_[index]; }
    [[nodiscard]] std::map<std::string, std::string, std::less<>> const& without_tool() const noexcept
    {
        return without_tool_;
    }
    /// The same list with `change` of each tool, which keeps its name.
    [[nodiscard]] std::shared_ptr<ToolList const> with(std::function<ToolPtr(ToolPtr const&)> const& change) const;

private:
    std::vector<ToolPtr> tools_; ///< Sorted by name.
    std::unordered_map<std::string_view, std::size_t> by_name_;
    std::map<std::string, std::string, std::less<>> without_tool_;
};

struct Derived {
    std::shared_ptr<ToolList const> tools;
    /// Documentation rows that no longer fit the definition, and why; those rows were left out.
    std::vector<FieldFailure> ignored;
};

/// The tools of `integration` under `documentation` (the later row wins). The result keeps `integration` alive.
[[nodiscard]] Derived derive_tools(catalog::IntegrationPtr integration, std::span<Documentation const> documentation);

/// An argument that clients see in a tool and that is taken out of a call before the tool itself is asked.
struct OuterArgument {
    std::string name;
    json::object schema;
};

/// The tool as another list shows it: under another name, with a required argument more if there is one.
[[nodiscard]] ToolPtr shown_otherwise(ToolPtr const& tool, std::string name, OuterArgument const* argument);

/// Whether one row would give a valid tool. Errors: invalid_argument at `resource`, `method` or `value`.
[[nodiscard]] Result<void> check_documentation(catalog::IntegrationPtr integration, Documentation const& row);

/// Compiles the tool of one method; the definition's own linter. Errors: invalid_argument.
[[nodiscard]] Result<ToolPtr> derive_tool(catalog::IntegrationPtr integration, catalog::Method const& method,
                                          std::span<Documentation const> documentation);

} // namespace sluice::tools
