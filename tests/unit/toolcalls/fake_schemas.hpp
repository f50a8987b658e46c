#pragma once

#include "toolcalls/account_schemas.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::toolcalls {

/// What accounts decide about their tools, in memory; one account is enough. One thread.
class FakeSchemas final : public SchemaRepository {
public:
    Task<Result<AccountSchema>> find(EnvironmentId, IntegratedAccountId, Deadline) override
    {
        if (failure)
            co_return *failure;
        co_return known;
    }
    Task<Result<void>> spend(EnvironmentId, IntegratedAccountId, int calls, int, Deadline) override
    {
        if (calls > left)
            co_return Error{ErrorCode::rate_limited, "The account has had its calls of this hour."};
        left -= calls;
        co_return Result<void>{};
    }
    Task<Result<bool>> store(EnvironmentId, IntegratedAccountId, AccountSchema schema,
                             std::optional<tenancy::Author> author, Deadline) override
    {
        authors.push_back(author);
        ++stores;
        bool const is_changed = schema.records != known.records;
        known = std::move(schema);
        co_return is_changed;
    }
    Task<Result<bool>> is_shown(EnvironmentId, IntegratedAccountId, Deadline) override
    {
        if (failure)
            co_return *failure;
        co_return shown;
    }

    std::vector<std::optional<tenancy::Author>> authors; ///< Of what was stored, in order.
    AccountSchema known;
    std::optional<Error> failure;
    bool shown = true;
    int left = 100; ///< Vendor calls that may be made.
    int stores = 0;
};

/// A vendor whose lists are scripted, by the method that gives them.
class FakeLists final : public proxy::VendorCalls {
public:
    Task<Result<Check>> check(accounts::CallableAccountPtr, Deadline) override { co_return Check{}; }
    Task<Result<json::value>> call(accounts::CallableAccountPtr, catalog::MethodCall const&, json::value,
                                   Deadline) override
    {
        co_return json::value(nullptr);
    }
    Task<Result<Listed>> list(accounts::CallableAccountPtr, catalog::MethodCall const& call, std::size_t most,
                              Deadline) override
    {
        asked.emplace_back(call.resource, most);
        auto const found = lists.find(call.resource);
        co_return found != lists.end() ? found->second : Result<Listed>(Error{ErrorCode::not_found, "no such list"});
    }

    std::map<std::string, Result<Listed>> lists;
    std::vector<std::pair<std::string, std::size_t>> asked; ///< Of which resource, and how many records.
};

} // namespace sluice::toolcalls
