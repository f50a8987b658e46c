#pragma once

#include "base/result.hpp"
#include "tools/tool.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tools {

/// Says which tools of a list an MCP server shows (`config.methods` and `config.tags`). A tool must pass both. An empty
/// list lets every tool pass.
struct ToolFilter {
    /// `read`, `write`, `custom`, an HTTP verb, an exact method name or an exact tool name.
    std::vector<std::string> methods;
    std::vector<std::string> tags;
    catalog::Vocabulary vocabulary = catalog::Vocabulary::second; ///< What the words mean.

    [[nodiscard]] bool passes_methods(catalog::Method const& method, std::string_view tool_name) const;
    [[nodiscard]] bool passes_tags(catalog::Method const& method) const;
    [[nodiscard]] bool passes(catalog::Method const& method, std::string_view tool_name) const
    {
        return passes_methods(method, tool_name) && passes_tags(method);
    }
};

/// For each position in the list, whether its tool passes.
[[nodiscard]] std::vector<bool> apply(ToolFilter const& filter, ToolList const& tools);

/// Checks a filter. Errors: invalid_argument at `config.methods[i]` or `config.tags[i]` for a word that matches no
/// tool, and at `config` if no tool passes both.
[[nodiscard]] Result<void> check_filter(ToolFilter const& filter, ToolList const& tools);

/// Checks tags. Errors: invalid_argument at `<path>[i]` for a tag that no tool has.
[[nodiscard]] Result<void> check_tags(std::vector<std::string> const& tags, std::string_view path,
                                      ToolList const& tools, catalog::Vocabulary vocabulary);

/// A sentence with the rule that hides a tool. `tool` must not pass the filter.
[[nodiscard]] std::string explain_hidden(ToolFilter const& filter, Tool const& tool);

} // namespace sluice::tools
