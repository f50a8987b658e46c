#include "toolcalls/tool_set.hpp"

#include "base/encoding.hpp"
#include "tools/mentions.hpp"
#include "tools/search.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sluice::toolcalls {
namespace {

constexpr std::size_t kLeastSweep = 1024;

/// Removes the entries that nobody uses any more. It works only when the map has doubled since the last time, so that
/// adding an entry has a constant cost on average.
template <class Map>
void sweep(Map& map, std::size_t& at)
{
    if (map.size() < at)
        return;
    std::erase_if(map, [](auto const& entry) { return entry.second.expired(); });
    at = std::max(kLeastSweep, map.size() * 2);
}

} // namespace

ToolSet::ToolSet(std::shared_ptr<tools::ToolList const> tools, tools::ToolFilter filter)
    : tools_(std::move(tools))
    , filter_(std::move(filter))
    , shown_(tools::apply(filter_, *tools_))
    , shown_count_(static_cast<std::size_t>(std::ranges::count(shown_, true)))
{
    auto const is_missing = [this](std::string_view name) { return hides(name); };
    for (std::size_t i = 0; i < tools_->size(); ++i) {
        if (!shown_[i])
            continue;
        auto entry = tools::without_mentions((*tools_)[i].list_entry, is_missing);
        if (entry == (*tools_)[i].list_entry)
            continue;
        for (auto const name : tools::names_in((*tools_)[i].list_entry))
            if (is_missing(name))
                hidden_mentions_.emplace(name);
        shortened_.emplace(i, std::move(entry));
    }
}

std::string const& ToolSet::entry(std::size_t position) const
{
    auto const shortened = shortened_.find(position);
    return shortened == shortened_.end() ? (*tools_)[position].list_entry : shortened->second;
}

std::string ToolSet::list_json() const
{
    std::size_t size = 2;
    for (std::size_t i = 0; i < tools_->size(); ++i)
        size += shown_[i] ? entry(i).size() + 1 : 0;
    std::string list;
    list.reserve(size);
    for (std::size_t i = 0; i < tools_->size(); ++i)
        if (shown_[i])
            list.append(list.empty() ? "[" : ",").append(entry(i));
    return list.empty() ? "[]" : list += ']';
}

tools::Tool const* ToolSet::find(std::string_view name) const
{
    auto const position = tools_->find(name);
    return position < tools_->size() && shown_[position] ? &(*tools_)[position] : nullptr;
}

std::vector<std::size_t> ToolSet::search(std::string_view query) const
{
    std::call_once(indexed_, [this] { index_ = std::make_unique<tools::SearchIndex const>(*tools_); });
    return index_->find(shown_, query);
}

bool ToolSet::hides(std::string_view name) const
{
    auto const position = tools_->find(name);
    return position < tools_->size() ? !shown_[position] : !tools_->why_without(name).empty();
}

bool ToolSet::allows(catalog::Method const& method) const
{
    return filter_.passes(method, method.tool_name);
}

std::string_view name_of(Explanation::State state) noexcept
{
    static constexpr std::array<std::string_view, 5> kNames{"shown", "renamed", "hidden", "without_tool", "unknown"};
    return kNames.at(static_cast<std::size_t>(state));
}

Explanation ToolSet::explain(std::string_view name) const
{
    using State = Explanation::State;
    auto const shown_name = utf8_prefix(name, 100);
    if (auto const position = tools_->find(name); position < tools_->size()) {
        auto const& tool = (*tools_)[position];
        if (!shown_[position])
            return {
                State::hidden,
                tool.name,
                fmt::format("The tool {} exists but is hidden: {}", tool.name, tools::explain_hidden(filter_, tool)),
                {}};
        if (tool.name == name)
            return {State::shown, tool.name, fmt::format("The tool {} is shown.", name), {}};
        return {State::renamed, tool.name, fmt::format("The tool {} is called {} now.", shown_name, tool.name), {}};
    }
    if (auto const why = tools_->why_without(name); !why.empty())
        return {State::without_tool, {}, fmt::format("{} is no tool: {}.", shown_name, why), {}};
    auto near = tools::near_names(*tools_, shown_, name);
    auto message = fmt::format("There is no tool {}. ", shown_name);
    message += near.empty() ? std::string("tools/list names those there are.")
                            : fmt::format("Did you mean {}?", fmt::join(near, " or "));
    return {State::unknown, {}, std::move(message), std::move(near)};
}

ToolSetPtr ToolSets::get(std::shared_ptr<tools::ToolList const> const& tools, tools::ToolFilter const& filter)
{
    auto key = fmt::format("{}|{}", static_cast<void const*>(tools.get()), static_cast<int>(filter.vocabulary));
    for (auto const* words : {&filter.methods, &filter.tags}) {
        key += '|';
        for (auto const& word : *words)
            key += fmt::format("{}:{}", word.size(), word);
    }
    // The key has the list's address. A set keeps its list alive, so no other list can have that address meanwhile.
    auto const find_or = [&](ToolSetPtr const& made) {
        std::lock_guard const lock(mutex_);
        sweep(sets_, sweep_sets_at_);
        auto& slot = sets_[key];
        auto alive = slot.lock();
        if (alive == nullptr && made != nullptr)
            slot = alive = made;
        return alive;
    };
    if (auto alive = find_or(nullptr))
        return alive;
    // Made outside the lock: it reads every text of the list.
    return find_or(std::make_shared<ToolSet const>(tools, filter));
}

std::size_t ToolSets::size() const
{
    std::lock_guard const lock(mutex_);
    return sets_.size();
}

tools::ToolPtr ToolSets::renamed(tools::ToolPtr const& tool, std::string name)
{
    std::lock_guard const lock(mutex_);
    sweep(renamed_, sweep_renamed_at_);
    // The key has the tool's address. A renamed tool keeps the tool alive, so no other tool can have that address
    // meanwhile.
    auto& slot = renamed_[{tool.get(), name}];
    if (auto alive = slot.lock())
        return alive;
    auto made = tools::shown_otherwise(tool, std::move(name), nullptr);
    slot = made;
    return made;
}

} // namespace sluice::toolcalls
