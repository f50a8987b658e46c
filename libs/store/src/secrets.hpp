#pragma once

#include "base/id.hpp"
#include "base/timestamp.hpp"
#include "crypto/token.hpp"

#include <optional>
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

/// Ends the secrets `owner` has at `at`.
void end_secrets(pqxx::work& transaction, Uuid const& owner, Timestamp at);

} // namespace sluice::store
