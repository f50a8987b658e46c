#pragma once

#include "world.hpp"

namespace sluice::simulator {

/// Answers `/oauth/authorize`, `/oauth/token` and `/oauth/revoke`; `path` is without the account's segment.
[[nodiscard]] http::Response answer_oauth(World& world, Account& account, http::Request const& request,
                                          std::string_view path);

/// A grant to an app, which acts as a bot user of its own, made on its first grant.
[[nodiscard]] GrantPtr new_grant(World& world, Account& account, std::string_view client_id,
                                 std::vector<std::string> scopes, std::string nonce);
/// The answer of the token endpoint.
[[nodiscard]] json::object token_answer(IssuedTokens const& tokens, Grant const& grant);
/// Null if every scope is known; else one that is not.
[[nodiscard]] std::optional<std::string> unknown_scope(std::vector<std::string> const& scopes);
[[nodiscard]] std::vector<std::string> scopes_of(std::string_view text);

} // namespace sluice::simulator
