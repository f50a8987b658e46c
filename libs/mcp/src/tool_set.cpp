#include "mcp/tool_set.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sluice::mcp {

ToolSet::ToolSet(std::shared_ptr<catalog::ToolList const> tools, catalog::ToolFilter filter)
    : tools_(std::move(tools))
    , filter_(std::move(filter))
    , shown_(catalog::apply(filter_, *tools_))
{
    list_json_ = "[";
    for (std::size_t i = 0; i < tools_->size(); ++i) {
        if (!shown_[i])
            continue;
        if (shown_count_++ > 0)
            list_json_ += ',';
        list_json_ += (*tools_)[i].list_entry;
    }
    list_json_ += ']';
}

catalog::Tool const* ToolSet::find(std::string_view name) const
{
    auto const position = tools_->find(name);
    return position < tools_->size() && shown_[position] ? &(*tools_)[position] : nullptr;
}

std::string ToolSet::explain_absent(std::string_view name) const
{
    auto const position = tools_->find(name);
    if (position < tools_->size())
        return fmt::format("The tool {} exists but is hidden: {}", name,
                           catalog::explain_hidden(filter_, (*tools_)[position]));
    auto const near = catalog::near_names(*tools_, shown_, name);
    if (near.empty())
        return fmt::format("There is no tool {}. tools/list names those there are.", name.substr(0, 100));
    return fmt::format("There is no tool {}. Did you mean {}?", name.substr(0, 100), fmt::join(near, " or "));
}

ToolSetPtr ToolSets::get(std::shared_ptr<catalog::ToolList const> const& tools, catalog::ToolFilter const& filter)
{
    auto key = fmt::format("{}", static_cast<void const*>(tools.get()));
    for (auto const* words : {&filter.methods, &filter.tags}) {
        key += '|';
        for (auto const& word : *words)
            key += fmt::format("{}:{}", word.size(), word);
    }
    std::lock_guard const lock(mutex_);
    std::erase_if(sets_, [](auto const& entry) { return entry.second.expired(); });
    auto& slot = sets_[key];
    // A set keeps its list alive, so an address in the map stands for one list as long as the set lives.
    if (auto alive = slot.lock())
        return alive;
    auto made = std::make_shared<ToolSet const>(tools, filter);
    slot = made;
    return made;
}

} // namespace sluice::mcp
