#pragma once

#include "accounts/vault.hpp"
#include "base/result.hpp"
#include "toolcalls/tool_set.hpp"
#include "tools/tool.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::toolcalls {

/// The accounts that a grant gives access to, and their tools as one list. Immutable.
///
/// For one account it is that account's list. For a tenant's accounts each name begins with its integration's; where
/// two accounts share an integration its tools take an argument that says which, and show the integration's schema:
/// what the account itself decides is checked when it is called.
class ServedAccounts {
public:
    explicit ServedAccounts(accounts::CallableAccountPtr account);
    /// The accounts of a tenant, in the order in which they are named. May be none.
    ServedAccounts(std::vector<accounts::CallableAccountPtr> accounts, ToolSets& tool_sets);

    /// The accounts of one integration.
    struct Group {
        std::vector<accounts::CallableAccountPtr> accounts;
        std::vector<std::string> labels; ///< What the argument may be; where there are several.
        std::string argument;            ///< Its name: `account`, unless a tool has an argument of that name.

        [[nodiscard]] accounts::CallableAccount const& first() const { return *accounts.front(); }
    };

    [[nodiscard]] std::shared_ptr<tools::ToolList const> const& tools() const noexcept { return tools_; }
    [[nodiscard]] std::vector<Group> const& groups() const noexcept { return groups_; }
    [[nodiscard]] bool is_of_tenant() const noexcept { return is_of_tenant_; }

    /// Whose tool a call means: the account, and the tool as that account has it.
    struct Target {
        accounts::CallableAccountPtr account;
        tools::Tool const* tool = nullptr;
    };
    /// Takes the argument that says which account out of `arguments`. `shown` is one of `tools()`.
    /// Errors: invalid_argument at that argument, with the accounts there are.
    [[nodiscard]] Result<Target> target_of(tools::Tool const& shown, json::object& arguments) const;

private:
    void add_group(std::vector<accounts::CallableAccountPtr> accounts, ToolSets& tool_sets,
                   std::vector<tools::ToolPtr>& tools);

    bool is_of_tenant_ = false;
    std::vector<Group> groups_;
    std::shared_ptr<tools::ToolList const> tools_;
    struct Origin {
        std::size_t group = 0;
        std::string name; ///< Of the tool in the accounts' own lists.
    };
    std::unordered_map<tools::Tool const*, Origin> origins_; ///< Of a tenant's tools.
};

using ServedPtr = std::shared_ptr<ServedAccounts const>;

} // namespace sluice::toolcalls
