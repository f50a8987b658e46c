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
    all,       ///< `tools/list` has every tool.
    discovery, ///< `tools/list` has three tools that search, describe and call the others: for models with little room.
};

[[nodiscard]] std::string_view name_of(Exposure exposure) noexcept;

/// The configuration of an MCP server, as clients write it under `config`. A new member is added here and in
/// `server_config.cpp`, which writes and reads its JSON.
struct ServerConfig {
    tools::ToolFilter filter;
    Exposure exposure = Exposure::all;
    bool require_api_token_auth = false;
    /// About how many tokens of a model one result may take. A longer list is cut after the last record that fits.
    std::int64_t result_token_limit = kResultTokens;
    /// Whether a result has its data twice: as text, and as `structuredContent`. Many clients give both to the model.
    bool structured_content = false;
    /// A tool with one of these tags is called only after a person has approved the call.
    std::vector<std::string> approval_tags;
    /// Whether the answer has the link to the page of approval. If not, only the developer can show that page to a
    /// person.
    bool approval_link = false;
    /// Within this time a write with the same arguments is not made again: the first answer is given. 0: every write is
    /// made.
    std::chrono::seconds idempotency_window{};

    /// Less than 25 000, which is what the strictest of the well-known clients takes.
    static constexpr std::int64_t kResultTokens = 20'000;
    static constexpr std::int64_t kLeastResultTokens = 500;
    static constexpr std::int64_t kMostResultTokens = 500'000;
    static constexpr std::chrono::seconds kLongestWindow{86'400};
};

/// The JSON that clients see and the database keeps.
[[nodiscard]] json::object config_json(ServerConfig const& config);
/// The reverse of `config_json`. A member that it does not know or cannot read has its default, since another version
/// wrote it.
[[nodiscard]] ServerConfig config_in(json::object const& stored);

/// A change of `config` by a request. Absent members stay as they are.
struct ConfigPatch {
    std::optional<std::vector<std::string>> methods;
    std::optional<std::vector<std::string>> tags;
    std::optional<catalog::Vocabulary> vocabulary;
    std::optional<Exposure> exposure;
    std::optional<bool> require_api_token_auth;
    std::optional<std::int64_t> result_token_limit;
    std::optional<bool> structured_content;
    std::optional<std::vector<std::string>> approval_tags;
    std::optional<bool> approval_link;
    std::optional<std::chrono::seconds> idempotency_window;

    void apply(ServerConfig& config) const;
};

/// Reads `config` from a request. Mistakes are added to `fields`.
[[nodiscard]] ConfigPatch read_config(http::Fields& fields);

/// Checks that the configuration fits these tools. Errors: invalid_argument at `config.<member>[i]` for a word that
/// matches no tool.
[[nodiscard]] Result<void> check_config(ServerConfig const& config, tools::ToolList const& tools);

} // namespace sluice::mcp
