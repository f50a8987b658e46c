#pragma once

#include "base/result.hpp"
#include "limits/shard_limits.hpp"

#include <optional>

namespace sluice::limits {

/// Counts one request for those that it counts for, and remembers where they stand. Belongs to the request.
class Tally {
public:
    /// `limits` must outlive it; null: nothing is counted.
    explicit Tally(ShardLimits* limits = nullptr)
        : limits_of_shard_(limits)
    {
    }

    /// The token is the consumer of what is called. Errors: rate_limited.
    [[nodiscard]] Result<void> count(ApiTokenId token);
    /// Errors: rate_limited.
    [[nodiscard]] Result<void> count(UserId user);
    /// The MCP server is the consumer of what is called.
    void consumed_by(McpServerId server) { consumer_ = server.uuid(); }
    /// Counts once, however often it is called for the same account. Errors: rate_limited.
    [[nodiscard]] Result<void> count(IntegratedAccountId account);
    /// Counts the call for the account, and for its consumer if the account shares its calls out; `shares` may be null.
    /// Errors: rate_limited.
    [[nodiscard]] Result<void> count(IntegratedAccountId account, FairShares const* shares);
    /// Refuses what would be refused, before a body is read, and counts nothing else. Errors: rate_limited.
    [[nodiscard]] Result<void> expect(ApiTokenId token);
    [[nodiscard]] Result<void> expect(UserId user);
    /// Counts a further vendor call of the account that was counted; never refuses.
    void charge();
    /// The tighter limit of those that the request counts for; empty if it counts for none.
    [[nodiscard]] ratelimit::Limits const& limits() const noexcept { return limits_; }

private:
    template <class IdType>
    [[nodiscard]] Result<void> note(IdType id, ratelimit::Limits const& limits);
    template <class IdType>
    [[nodiscard]] Result<void> look(IdType id);

    ShardLimits* limits_of_shard_;
    std::optional<IntegratedAccountId> account_;
    std::optional<Uuid> consumer_; ///< None: the account itself, with a token of its own.
    bool is_shared_ = false;
    ratelimit::Limits limits_;
};

} // namespace sluice::limits
