#pragma once

#include "base/id.hpp"
#include "base/timestamp.hpp"
#include "crypto/token.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/transaction>

namespace sluice::store {

// The look-up table of secrets: a keyed hash leads to its environment and owner (migrations/0001_tenancy.sql).

/// Stores the hash of a secret of `kind` (`api`, `mcp`, `link`, `account`, `state`) that belongs to a row of the
/// transaction's environment.
void add_secret(pqxx::work& transaction, char const* kind, crypto::TokenHash const& hash, Uuid const& owner);

struct SecretOwner {
    EnvironmentId environment;
    Uuid id{};
    std::optional<Timestamp> ends_at; ///< Of the secret itself, while it is being replaced.
};

/// Whose secret one of these hashes is; from then on the transaction is inside that environment.
[[nodiscard]] std::optional<SecretOwner> find_secret(pqxx::work& transaction, char const* kind,
                                                     std::vector<crypto::TokenHash> const& candidates);

/// FROM and WHERE of a look-up by secret in one query: `rows`, a SELECT that may use `f.environment_id` and
/// `f.owner_id`, runs inside the environment that the secret leads to. Parameters: $1 the kind, $2 `digests_of`.
[[nodiscard]] std::string with_secret(std::string_view rows);
[[nodiscard]] std::string digests_of(std::vector<crypto::TokenHash> const& candidates);
/// A column for `rows`: when the secret itself ends, or null.
inline constexpr char kSecretEnd[] =
    "(extract(epoch FROM secret_end(ARRAY(SELECT decode(d, 'hex') FROM unnest(string_to_array($2, ',')) AS d))) "
    "* 1000000)::bigint AS secret_ends_at";

/// Ends the secrets `owner` has at `at`.
void end_secrets(pqxx::work& transaction, Uuid const& owner, Timestamp at);

} // namespace sluice::store
