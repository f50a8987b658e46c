#pragma once

#include "tools/filter.hpp"
#include "tools/search.hpp"
#include "tools/tool.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice::toolcalls {

/// Says what a name means in a tool set.
struct Explanation {
    enum class State {
        shown,
        renamed,      ///< An old name, which still works.
        hidden,       ///< The tool exists, but the filter hides it.
        without_tool, ///< A method that has no tool.
        unknown,
    };
    State state = State::unknown;
    std::string tool;              ///< The tool's name now, if there is a tool.
    std::string message;           ///< A sentence for the caller.
    std::vector<std::string> near; ///< Shown tools with a similar name.
};

[[nodiscard]] std::string_view name_of(Explanation::State state) noexcept;

/// A filter over tools, one bit a tool. Immutable, and shared by all grants with the same filter over the same tools.
class ToolSet {
public:
    ToolSet(std::shared_ptr<tools::ToolList const> tools, tools::ToolFilter filter);

    /// The tool if it is shown, else null.
    [[nodiscard]] tools::Tool const* find(std::string_view name) const;
    [[nodiscard]] Explanation explain(std::string_view name) const;

    [[nodiscard]] std::size_t size() const noexcept { return shown_count_; }
    /// The entry of a shown tool in `tools/list`, compact JSON. Its texts name no tool of the list that is not shown.
    [[nodiscard]] std::string const& entry(std::size_t position) const;
    [[nodiscard]] std::string const& entry(tools::Tool const& tool) const { return entry(tools_->find(tool.name)); }
    /// The hidden tools that the texts of shown tools name.
    [[nodiscard]] std::set<std::string> const& hidden_mentions() const noexcept { return hidden_mentions_; }
    /// The JSON array of `tools/list`, sorted by name; the same bytes on every replica.
    [[nodiscard]] std::string list_json() const;
    [[nodiscard]] tools::ToolList const& tools() const noexcept { return *tools_; }
    /// For each position in `tools()`, whether its tool is shown.
    [[nodiscard]] std::vector<bool> const& shown() const noexcept { return shown_; }
    /// The positions of the shown tools that a query in plain words may mean, the most likely first.
    [[nodiscard]] std::vector<std::size_t> search(std::string_view query) const;
    /// Whether a name is that of a tool that there is and that is not shown.
    [[nodiscard]] bool hides(std::string_view name) const;
    /// Whether the filter allows a method. Also for a use that is no tool, such as an MCP resource.
    [[nodiscard]] bool allows(catalog::Method const& method) const;

private:
    std::shared_ptr<tools::ToolList const> tools_;
    tools::ToolFilter filter_;
    std::vector<bool> shown_;
    std::set<std::string> hidden_mentions_;
    std::unordered_map<std::size_t, std::string> shortened_; ///< Entries without sentences that name hidden tools.
    std::size_t shown_count_ = 0;
    mutable std::once_flag indexed_; ///< The index is made by the first search: few servers are searched.
    mutable std::unique_ptr<tools::SearchIndex const> index_;
};

using ToolSetPtr = std::shared_ptr<ToolSet const>;

/// Shares equal tool sets and equal renamed tools. Thread-safe. Used only when an MCP server is read from the database,
/// and when `AccountTools` first meets a list.
class ToolSets {
public:
    ToolSetPtr get(std::shared_ptr<tools::ToolList const> const& tools, tools::ToolFilter const& filter);
    tools::ToolPtr renamed(tools::ToolPtr const& tool, std::string name);
    /// The number of sets it knows, also of those that nobody uses any more.
    [[nodiscard]] std::size_t size() const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::weak_ptr<ToolSet const>> sets_;
    std::map<std::pair<tools::Tool const*, std::string>, std::weak_ptr<tools::Tool const>> renamed_;
    std::size_t sweep_sets_at_ = 0; ///< The number of entries from which `sweep` works.
    std::size_t sweep_renamed_at_ = 0;
};

} // namespace sluice::toolcalls
