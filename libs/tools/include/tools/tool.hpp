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

/// How many bytes of JSON make about one token of a model. Today's tokenisers need 3.5 to 4.5.
inline constexpr std::int64_t kBytesPerToken = 4;

/// A row of documentation. It changes a method's text or schema in one environment.
struct Documentation {
    std::string resource;
    std::string method;
    std::string type; ///< description, name, query_schema, body_schema; others do not change tools
    std::string value;
};

/// The place of an argument in the vendor's request.
struct Argument {
    enum class Place { path, query, body_member, body, limit, cursor, fields, dry_run, clear, flat };
    Place place = Place::query;
    std::string wire_name; ///< Of `flat`, the dotted path of the member that it stands for.
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
    /// Arguments that are taken and not shown, since others stand for them or they are rarely needed. Dotted paths,
    /// where
    /// `*` stands for the elements of a list.
    std::vector<std::string> unshown;
    std::vector<std::string> required;
    /// The arguments that modern clients send also as a header `Mcp-Param-<value>`: by argument, the value in lower
    /// case.
    std::map<std::string, std::string, std::less<>> header_arguments;
    json::value query_schema;                     ///< Null if the tool takes no query arguments.
    json::value body_schema;                      ///< Null if the tool takes no body.
    std::shared_ptr<schema::Schema const> schema; ///< The full input schema, by which arguments are checked.
    std::shared_ptr<ToolOverlay const> overlay;   ///< The account's own part; mostly null.
};

using ToolPtr = std::shared_ptr<Tool const>;

/// The tools of an installed integration, by name. Immutable. Shared by all accounts with the same definition, override
/// and documentation.
class ToolList {
public:
    /// `without_tool` says why a method has no tool, by the name that the tool would have. `other_names` are names that
    /// tools had in other lists, with the name here.
    ToolList(std::vector<ToolPtr> tools, std::map<std::string, std::string, std::less<>> without_tool,
             std::map<std::string, std::string, std::less<>> other_names = {});

    [[nodiscard]] std::size_t size() const noexcept { return tools_.size(); }
    [[nodiscard]] Tool const& operator[](std::size_t index) const { return *tools_[index]; }
    /// The position of the tool with that name now, else of the one that had the name before, else `size()`.
    [[nodiscard]] std::size_t find(std::string_view name) const;
    /// Why the method whose tool would have this name has no tool; empty if there is no such method.
    [[nodiscard]] std::string_view why_without(std::string_view name) const;
    [[nodiscard]] ToolPtr const& at(std::size_t index) const { return tools_[index]; }
    [[nodiscard]] std::map<std::string, std::string, std::less<>> const& without_tool() const noexcept
    {
        return without_tool_;
    }
    /// A list with `change(tool)` in place of each tool. `change` must keep the name.
    [[nodiscard]] std::shared_ptr<ToolList const> with(std::function<ToolPtr(ToolPtr const&)> const& change) const;

private:
    std::vector<ToolPtr> tools_; ///< Sorted by name.
    std::unordered_map<std::string_view, std::size_t> by_name_;
    std::map<std::string, std::string, std::less<>> without_tool_;
    std::map<std::string, std::string, std::less<>> other_names_;
};

struct Derived {
    std::shared_ptr<ToolList const> tools;
    /// The rows of documentation that do not fit the definition any more, and why. They have no effect.
    std::vector<FieldFailure> ignored;
};

/// Makes the tools of `integration`, with the texts and schemas of `documentation` (a later row wins). The result keeps
/// `integration` alive.
[[nodiscard]] Derived derive_tools(catalog::IntegrationPtr integration, std::span<Documentation const> documentation);

/// An argument that clients see in a tool, but that is removed from a call before the tool's own arguments are checked.
struct OuterArgument {
    std::string name;
    json::object schema;
};

/// A copy of the tool for another list: with another name, and with one more required argument if `argument` is not
/// null.
[[nodiscard]] ToolPtr shown_otherwise(ToolPtr const& tool, std::string name, OuterArgument const* argument);

/// Checks that a row of documentation gives a valid tool. Errors: invalid_argument at `resource`, `method` or `value`.
[[nodiscard]] Result<void> check_documentation(catalog::IntegrationPtr integration, Documentation const& row);

/// Makes the tool of one method; also used to check a definition. Errors: invalid_argument for every mistake.
[[nodiscard]] Result<ToolPtr> derive_tool(catalog::IntegrationPtr integration, catalog::Method const& method,
                                          std::span<Documentation const> documentation);

} // namespace sluice::tools
