#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "http_api/fields.hpp"
#include "tools/filter.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::mcp {

/// How an MCP server shows its tools.
enum class Exposure {
    all,       ///< Each in `tools/list`.
    discovery, ///< Three that search, describe and call the others: for models with little room.
};

[[nodiscard]] std::string_view name_of(Exposure exposure) noexcept;

/// The configuration of an MCP server, as clients write it under `config`. A new member is added here and in
/// `server_config.cpp`, which has its JSON in both directions.
struct ServerConfig {
    tools::ToolFilter filter;
    Exposure exposure = Exposure::all;
    bool require_api_token_auth = false;
    /// Tokens of a model that one result may take, about: a list with more is cut after the last record that fits.
    std::int64_t result_token_limit = kResultTokens;
    /// Tools with one of these tags are called only once a person has approved the call.
    std::vector<std::string> approval_tags;
    /// Whether the answer has the link where that is done; else only the developer's own page leads there.
    bool approval_link = true;
    /// Within which a write with the same arguments is answered from the first; 0: each is made.
    std::chrono::seconds idempotency_window{};

    /// Below what the strictest of the well-known clients takes (25 000).
    static constexpr std::int64_t kResultTokens = 20'000;
    static constexpr std::int64_t kLeastResultTokens = 500;
    static constexpr std::int64_t kMostResultTokens = 500'000;
    static constexpr std::chrono::seconds kLongestWindow{86'400};
};

/// As clients see it and the database keeps it.
[[nodiscard]] json::object config_json(ServerConfig const& config);
/// Back from `config_json`. Members that it does not know, or cannot read, are as by default: another version wrote
/// them.
[[nodiscard]] ServerConfig config_in(json::object const& stored);

/// What a request says about `config`. What is absent stays.
struct ConfigPatch {
    std::optional<std::vector<std::string>> methods;
    std::optional<std::vector<std::string>> tags;
    std::optional<Exposure> exposure;
    std::optional<bool> require_api_token_auth;
    std::optional<std::int64_t> result_token_limit;
    std::optional<std::vector<std::string>> approval_tags;
    std::optional<bool> approval_link;
    std::optional<std::chrono::seconds> idempotency_window;

    void apply(ServerConfig& config) const;
};

/// Reads `config`. Mistakes are in `fields`.
[[nodiscard]] ConfigPatch read_config(http::Fields& fields);

/// Whether it fits these tools. Errors: invalid_argument at `config.<member>[i]` for words that match no tool.
[[nodiscard]] Result<void> check_config(ServerConfig const& config, tools::ToolList const& tools);

} // namespace sluice::mcp
