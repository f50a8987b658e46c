#pragma once

#include "accounts/vault.hpp"
#include "base/result.hpp"
#include "toolcalls/tool_set.hpp"
#include "tools/tool.hpp"

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::toolcalls {

/// The accounts that a grant gives access to, and their tools as one list. Immutable.
///
/// For one account it is that account's list. For a tenant's accounts the tools keep their names; where two
/// integrations have the same name of a tool, it begins with the integration's. Where several accounts share an
/// integration, its tools take an argument that names the account, and show the names that any of the accounts knows,
/// such as those of teams. The account's own part of the schema is then checked when the tool is called.
class ServedAccounts {
public:
    explicit ServedAccounts(accounts::CallableAccountPtr account);
    /// The accounts of a tenant; there may be none. Texts that list the accounts keep this order.
    ServedAccounts(std::vector<accounts::CallableAccountPtr> accounts, ToolSets& tool_sets);

    /// The accounts of one integration.
    struct Group {
        std::vector<accounts::CallableAccountPtr> accounts;
        std::vector<std::string> labels; ///< The values of the argument, if there are several accounts.
        std::string argument; ///< The name of the argument: `account`, unless a tool has an argument of that name.

        [[nodiscard]] accounts::CallableAccount const& first() const { return *accounts.front(); }
    };

    [[nodiscard]] std::shared_ptr<tools::ToolList const> const& tools() const noexcept { return tools_; }
    [[nodiscard]] std::vector<Group> const& groups() const noexcept { return groups_; }
    [[nodiscard]] bool is_of_tenant() const noexcept { return is_of_tenant_; }

    /// The account that a call means, and the tool as that account has it.
    struct Target {
        accounts::CallableAccountPtr account;
        tools::Tool const* tool = nullptr;
    };
    /// Removes the argument that names the account from `arguments`. `shown` is one of `tools()`. Errors:
    /// invalid_argument at that argument, with the accounts to choose from; not_found if the account has lost the tool.
    [[nodiscard]] Result<Target> target_of(tools::Tool const& shown, json::object& arguments) const;

private:
    /// `uses` says how many integrations have a name.
    void add_group(std::vector<accounts::CallableAccountPtr> accounts, std::map<std::string, int> const& uses,
                   ToolSets& tool_sets, std::vector<tools::ToolPtr>& tools,
                   std::map<std::string, std::string, std::less<>>& other_names);

    bool is_of_tenant_ = false;
    std::vector<Group> groups_;
    std::shared_ptr<tools::ToolList const> tools_;
    struct Origin {
        std::size_t group = 0;
        std::string name; ///< The tool's name in the accounts' own lists.
    };
    std::unordered_map<tools::Tool const*, Origin> origins_; ///< Filled for a tenant's accounts only.
};

using ServedPtr = std::shared_ptr<ServedAccounts const>;

} // namespace sluice::toolcalls
