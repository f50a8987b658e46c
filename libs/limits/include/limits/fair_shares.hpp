#pragma once

#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sluice::limits {

/// How an account shares its vendor's limit out between those that call it: `{"shares": [{"mcp_server_id" |
/// "api_token_id", "weight", "budget": {"calls", "seconds"}}], "default_weight"}`.
struct FairShares {
    static constexpr std::size_t kMostShares = 100;
    static constexpr std::int64_t kMostWeight = 100;

    /// A bound of its own, whatever else is free.
    struct Budget {
        std::int64_t calls = 0;
        std::chrono::seconds span{};
    };
    struct Share {
        std::optional<McpServerId> server; ///< This or `token` is set.
        std::optional<ApiTokenId> token;
        std::int64_t weight = 1;
        std::optional<Budget> budget;

        [[nodiscard]] Uuid consumer() const { return server ? server->uuid() : token->uuid(); }
    };

    std::vector<Share> shares;
    std::int64_t default_weight = 1; ///< Of consumers without a share of their own.

    /// Errors: invalid_argument with every mistake and its path below `path`.
    [[nodiscard]] static Result<FairShares> parse(json::value const& value, std::string_view path = "fair_share");
    [[nodiscard]] json::object to_json() const;

    [[nodiscard]] Share const* find(Uuid const& consumer) const;
    [[nodiscard]] std::int64_t weight_of(Uuid const& consumer) const;
};

} // namespace sluice::limits
