#pragma once

#include "base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::tenancy {

/// A kind of rows of which an environment may have only so many.
enum class Quota : std::size_t {
    accounts,
    mcp_servers,
    webhooks,
    notification_destinations,
    documents,
    link_tokens,
    connections,
    account_tokens,
    api_tokens,
    approvals,
    write_calls,
    keyed_requests,
    streams,
};

struct QuotaTraits {
    Quota quota{};
    std::string_view name;   ///< In settings (`quotas.<name>`), in the database, at the API and on the command line.
    std::string_view rows;   ///< What it bounds, in the plural.
    std::int64_t standard{}; ///< The most of an environment, unless the settings say otherwise.
    std::string_view remedy; ///< How the environment makes room by itself: the beginning of a sentence.
};

/// All of them, in the order of `Quota`. migrations/0027_quotas.sql counts these kinds by their names.
inline constexpr std::array kQuotas{
    QuotaTraits{Quota::accounts, "accounts", "integrated accounts", 1'000'000, "Delete some"},
    QuotaTraits{Quota::mcp_servers, "mcp_servers", "MCP servers", 1'000'000, "Delete some"},
    QuotaTraits{Quota::webhooks, "webhooks", "webhooks", 50, "Delete some"},
    QuotaTraits{Quota::notification_destinations, "notification_destinations", "notification destinations", 20,
                "Delete some"},
    QuotaTraits{Quota::documents, "documents", "documents", 20'000, "Delete some"},
    QuotaTraits{Quota::link_tokens, "link_tokens", "link tokens", 1'000'000,
                "Wait (each is deleted 30 days after its end)"},
    QuotaTraits{Quota::connections, "connections", "connections", 1'000'000,
                "Wait (each is deleted 30 days after its end)"},
    QuotaTraits{Quota::account_tokens, "account_tokens", "integrated-account tokens", 1'000'000,
                "Wait (each ends within a quarter of an hour)"},
    QuotaTraits{Quota::api_tokens, "api_tokens", "API tokens", 1'000, "Give an old one a new secret (--replace)"},
    QuotaTraits{Quota::approvals, "approvals", "calls that wait for approval", 10'000,
                "Decide some, or wait until some have ended"},
    QuotaTraits{Quota::write_calls, "write_calls", "remembered calls", 1'000'000, "Wait until some are forgotten"},
    QuotaTraits{Quota::keyed_requests, "keyed_requests", "requests with an Idempotency-Key", 1'000'000,
                "Wait (each is forgotten after a day)"},
    QuotaTraits{Quota::streams, "streams", "open MCP streams", 2'000,
                "Close some, use the URL without /sse, which needs none"},
};

[[nodiscard]] constexpr QuotaTraits const& traits_of(Quota quota) noexcept
{
    return kQuotas[static_cast<std::size_t>(quota)];
}
/// Nothing if there is no quota of that name.
[[nodiscard]] std::optional<Quota> quota_of(std::string_view name) noexcept;

/// The most rows of each kind that an environment may have, if its operator did not set another number for it.
class QuotaConfig {
public:
    QuotaConfig() noexcept;
    [[nodiscard]] std::int64_t& of(Quota quota) noexcept { return rows_[static_cast<std::size_t>(quota)]; }
    [[nodiscard]] std::int64_t of(Quota quota) const noexcept { return rows_[static_cast<std::size_t>(quota)]; }

private:
    std::array<std::int64_t, kQuotas.size()> rows_{};
};

/// How much of a quota an environment uses.
struct QuotaUse {
    Quota quota{};
    std::int64_t used = 0; ///< May exceed `limit`: by rows that were made at the same moment, or before it was lowered.
    std::int64_t limit = 0;
    bool is_own = false; ///< The operator set `limit` for this environment.
};

/// The largest number that settings and operators may set.
inline constexpr std::int64_t kMostOfQuota = 1'000'000'000;

/// The refusal of one more row: which quota, how many rows there are, how many are allowed, what to do. Of the kind
/// rate_limited for streams, which come and go; conflict for all others.
[[nodiscard]] Error quota_reached(QuotaUse const& use);

} // namespace sluice::tenancy
