#pragma once

#include "accounts/account_tokens.hpp"

#include <algorithm>
#include <vector>

namespace sluice::accounts {

/// Tokens of accounts in memory. Belongs to one thread.
class FakeAccountTokens final : public AccountTokenRepository {
public:
    Task<Result<AccountToken>> create(AccountToken token, crypto::TokenHash hash, tenancy::Author author,
                                      Deadline) override
    {
        authors.push_back(std::move(author));
        tokens.push_back(token);
        hashes.push_back(hash);
        co_return token;
    }
    Task<Result<AccountToken>> resolve(std::vector<crypto::TokenHash> candidates, Deadline) override
    {
        ++lookups;
        if (is_down)
            co_return Error{ErrorCode::unavailable, "The database is not available."};
        for (std::size_t i = 0; i < tokens.size(); ++i)
            if (std::ranges::find(candidates, hashes[i]) != candidates.end())
                co_return tokens[i];
        co_return Error{ErrorCode::not_found, "There is no such token."};
    }

    std::vector<tenancy::Author> authors; ///< Of the changes, in order.
    std::vector<AccountToken> tokens;
    std::vector<crypto::TokenHash> hashes;
    int lookups = 0; ///< Calls of `resolve`.
    bool is_down = false;
};

} // namespace sluice::accounts
