#include "toolcalls/served_accounts.hpp"

#include "base/near.hpp"
#include "catalog/naming.hpp"
#include "tools/overlay.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace sluice::toolcalls {
namespace {

using accounts::CallableAccount;
using accounts::CallableAccountPtr;

/// A name by which people know the account: its own address at the vendor, without the scheme.
std::string label_of(CallableAccount const& account)
{
    auto const scheme_end = account.base_url.find("://");
    return scheme_end == std::string::npos ? std::string() : account.base_url.substr(scheme_end + 3);
}

/// The addresses of the accounts, or their ids where two addresses are equal.
std::vector<std::string> labels_of(std::vector<CallableAccountPtr> const& accounts)
{
    std::vector<std::string> labels;
    for (auto const& account : accounts)
        labels.push_back(label_of(*account));
    auto sorted = labels;
    std::ranges::sort(sorted);
    bool const tell_apart = std::ranges::adjacent_find(sorted) == sorted.end() && !sorted.front().empty();
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (!tell_apart)
            labels[i] = accounts[i]->account.id.str();
    return labels;
}

std::string argument_name(tools::ToolList const& tools)
{
    for (std::size_t i = 0; i < tools.size(); ++i)
        if (tools[i].arguments.contains("account"))
            return "integrated_account";
    return "account";
}

tools::OuterArgument argument_of(ServedAccounts::Group const& group)
{
    json::object schema{{"type", "string"}};
    schema["enum"] = json::array_of(group.labels);
    schema["description"] = fmt::format("Which {} account is meant.", group.first().installed->integration->label);
    return {group.argument, std::move(schema)};
}

/// The tool with the names that any of the accounts knows.
tools::ToolPtr for_all(ServedAccounts::Group const& group, tools::ToolPtr const& base)
{
    std::vector<tools::ToolPtr> of_accounts;
    for (auto const& account : group.accounts)
        if (auto const position = account->tools->find(base->name); position < account->tools->size())
            of_accounts.push_back(account->tools->at(position));
    return tools::shown_for_all(base, of_accounts);
}

} // namespace

ServedAccounts::ServedAccounts(CallableAccountPtr account)
    : tools_(account->tools)
{
    groups_.push_back({{std::move(account)}, {}, {}});
}

ServedAccounts::ServedAccounts(std::vector<CallableAccountPtr> accounts, ToolSets& tool_sets)
    : is_of_tenant_(true)
{
    std::map<std::pair<std::string, IntegrationId>, std::vector<CallableAccountPtr>> by_integration;
    for (auto& account : accounts)
        by_integration[{account->account.integration_name, account->account.integration}].push_back(account);
    std::map<std::string, int> uses; // By the name of a tool: how many integrations have it.
    for (auto const& [integration, members] : by_integration)
        for (std::size_t i = 0; i < members.front()->tools->size(); ++i)
            ++uses[(*members.front()->tools)[i].name];
    std::vector<tools::ToolPtr> tools;
    std::map<std::string, std::string, std::less<>> without_tool;
    std::map<std::string, std::string, std::less<>> other_names;
    for (auto& [integration, members] : by_integration) {
        auto const& known = members.front()->tools->without_tool();
        without_tool.insert(known.begin(), known.end());
        add_group(std::move(members), uses, tool_sets, tools, other_names);
    }
    tools_ = std::make_shared<tools::ToolList const>(std::move(tools), std::move(without_tool), std::move(other_names));
}

void ServedAccounts::add_group(std::vector<CallableAccountPtr> accounts, std::map<std::string, int> const& uses,
                               ToolSets& tool_sets, std::vector<tools::ToolPtr>& tools,
                               std::map<std::string, std::string, std::less<>>& other_names)
{
    Group group{std::move(accounts), {}, {}};
    bool const is_choice = group.accounts.size() > 1;
    auto const& own = is_choice ? group.first().installed->tools : group.first().tools;
    std::optional<tools::OuterArgument> argument;
    if (is_choice) {
        group.labels = labels_of(group.accounts);
        group.argument = argument_name(*own);
        argument = argument_of(group);
    }
    for (std::size_t i = 0; i < own->size(); ++i) {
        auto const& own_name = (*own)[i].name;
        auto const prefixed = catalog::prefixed_tool_name(group.first().account.integration_name, own_name);
        auto const used = uses.find(own_name);
        bool const is_unique = used == uses.end() || used->second == 1;
        auto name = is_unique ? own_name : prefixed;
        // A list must not have a name twice, and two integrations may have the same name.
        auto const is_taken = [&] {
            return std::ranges::any_of(tools, [&](auto const& tool) { return tool->name == name; });
        };
        for (int copy = 2; is_taken(); ++copy)
            name = catalog::prefixed_tool_name(fmt::format("{}{}", group.first().account.integration_name, copy),
                                               own_name);
        if (name != prefixed)
            other_names.emplace(prefixed, name); // Every name had the prefix once, and prompts have it.
        auto tool = is_choice          ? tools::shown_otherwise(for_all(group, own->at(i)), std::move(name), &*argument)
                    : name == own_name ? own->at(i)
                                       : tool_sets.renamed(own->at(i), std::move(name));
        origins_.emplace(tool.get(), Origin{groups_.size(), own_name});
        tools.push_back(std::move(tool));
    }
    groups_.push_back(std::move(group));
}

Result<ServedAccounts::Target> ServedAccounts::target_of(tools::Tool const& shown, json::object& arguments) const
{
    if (!is_of_tenant_)
        return Target{groups_.front().accounts.front(), &shown};
    auto const& origin = origins_.at(&shown);
    auto const& group = groups_[origin.group];
    std::size_t position = 0;
    if (group.accounts.size() > 1) {
        auto const* given = json::string_at(arguments, group.argument);
        for (; given != nullptr && position < group.accounts.size(); ++position)
            if (group.labels[position] == std::string_view(*given) ||
                group.accounts[position]->account.id.str() == std::string_view(*given))
                break;
        if (given == nullptr || position == group.accounts.size())
            return invalid(group.argument, fmt::format("{}; allowed are {}{}",
                                                       given == nullptr ? "is required: it says which account is meant"
                                                                        : "is none of these accounts",
                                                       fmt::join(group.labels, ", "),
                                                       given == nullptr ? "" : did_you_mean(group.labels, *given)));
        arguments.erase(group.argument);
    }
    auto const& account = group.accounts[position];
    auto const own = account->tools->find(origin.name);
    if (own == account->tools->size())
        return Error{ErrorCode::not_found, "This account has not got the tool any more: list the tools again."};
    return Target{account, &(*account->tools)[own]};
}

} // namespace sluice::toolcalls
