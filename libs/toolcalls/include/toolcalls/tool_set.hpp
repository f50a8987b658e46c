#pragma once

#include "tools/filter.hpp"
#include "tools/tool.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice::toolcalls {

/// What there is to say of a name.
struct Explanation {
    enum class State {
        shown,
        renamed,      ///< It works, and the tool has another name now.
        hidden,       ///< The server's filter leaves it out.
        without_tool, ///< A method that is no tool.
        unknown,
    };
    State state = State::unknown;
    std::string tool;              ///< Its name now, where there is one.
    std::string message;           ///< A sentence for whoever called it.
    std::vector<std::string> near; ///< Shown tools with a name like it.
};

[[nodiscard]] std::string_view name_of(Explanation::State state) noexcept;

/// A filter over tools: one bit a tool. Immutable; shared by all grants with the same filter over the same tools.
class ToolSet {
public:
    ToolSet(std::shared_ptr<tools::ToolList const> tools, tools::ToolFilter filter);

    /// The tool if it is shown, else null.
    [[nodiscard]] tools::Tool const* find(std::string_view name) const;
    [[nodiscard]] Explanation explain(std::string_view name) const;

    [[nodiscard]] std::size_t size() const noexcept { return shown_count_; }
    /// The JSON array of `tools/list`, sorted by name; the same bytes on every replica.
    [[nodiscard]] std::string list_json() const;
    [[nodiscard]] tools::ToolList const& tools() const noexcept { return *tools_; }
    [[nodiscard]] bool is_shown(std::size_t position) const { return shown_[position]; }
    /// Whether the filter lets a method be used, also otherwise than as a tool.
    [[nodiscard]] bool allows(catalog::Method const& method) const;

private:
    std::shared_ptr<tools::ToolList const> tools_;
    tools::ToolFilter filter_;
    std::vector<bool> shown_;
    std::size_t shown_count_ = 0;
};

using ToolSetPtr = std::shared_ptr<ToolSet const>;

/// Tool sets, and tools under other names, by content. Thread-safe; used only when a server is read from the database.
class ToolSets {
public:
    ToolSetPtr get(std::shared_ptr<tools::ToolList const> const& tools, tools::ToolFilter const& filter);
    tools::ToolPtr renamed(tools::ToolPtr const& tool, std::string name);
    /// The sets it knows, those nobody uses any more included.
    [[nodiscard]] std::size_t size() const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::weak_ptr<ToolSet const>> sets_;
    std::map<std::pair<tools::Tool const*, std::string>, std::weak_ptr<tools::Tool const>> renamed_;
    std::size_t sweep_sets_at_ = 0; ///< From how many on; see `sweep`.
    std::size_t sweep_renamed_at_ = 0;
};

} // namespace sluice::toolcalls
