#include "uses.hpp"

#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {

json::array rules_with(Account& account, std::string_view text)
{
    json::array names;
    for (auto const& [_, rule] : account.rules.rows())
        if (text_at(rule.data, "code").find(text) != std::string_view::npos)
            names.push_back(rule.data.at("name"));
    return names;
}

json::array rules_using_macro(Account& account, Id macro)
{
    return rules_with(account, "Action('applyMacro', { macro: " + std::to_string(macro) + " }");
}

bool is_tag_used(Account& account, std::string_view tag)
{
    if (!rules_with(account, '\'' + std::string(tag) + '\'').empty())
        return true;
    for (auto const& [_, macro] : account.macros.rows())
        for (auto const& action : macro.data.at("actions").as_array()) {
            auto const* arguments = json::object_at(action.as_object(), "arguments");
            auto const tags = split(arguments != nullptr ? text_at(*arguments, "tags") : "", ',');
            if (std::ranges::find(tags, tag) != tags.end())
                return true;
        }
    return false;
}

} // namespace sluice::simulator
