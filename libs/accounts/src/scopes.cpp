#include "accounts/scopes.hpp"

#include <algorithm>

namespace sluice::accounts {

std::optional<std::vector<std::string>> granted_scopes(Account const& account)
{
    auto const* oauth = json::object_at(account.context, "oauth");
    auto const* scopes = oauth != nullptr ? json::array_at(*oauth, "scope") : nullptr;
    if (scopes == nullptr)
        return std::nullopt;
    std::vector<std::string> granted;
    for (auto const& scope : *scopes)
        if (scope.is_string())
            granted.emplace_back(scope.get_string());
    return granted;
}

std::vector<std::string> missing_scopes(Account const& account, catalog::Method const& method)
{
    auto const granted = granted_scopes(account);
    std::vector<std::string> missing;
    if (granted)
        for (auto const& scope : method.scopes)
            if (std::ranges::find(*granted, scope) == granted->end())
                missing.push_back(scope);
    return missing;
}

} // namespace sluice::accounts
