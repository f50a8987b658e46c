#pragma once

#include "base/result.hpp"
#include "crypto/envelope.hpp"

#include <pqxx/transaction>

namespace sluice::store {

/// What is told of credentials whose key is gone.
[[nodiscard]] Error shredded(EnvironmentId environment);
/// The newest data key of the transaction's environment.
[[nodiscard]] Result<crypto::DataKey> newest_data_key(pqxx::work& transaction, crypto::Keyring const& keyring,
                                                      EnvironmentId environment);
[[nodiscard]] Result<crypto::DataKey> data_key(pqxx::work& transaction, crypto::Keyring const& keyring,
                                               EnvironmentId environment, std::uint32_t version);
/// The newest data key of the transaction's team; its first use makes it.
[[nodiscard]] Result<crypto::DataKey> team_data_key(pqxx::work& transaction, crypto::Keyring const& keyring,
                                                    TeamId team);
[[nodiscard]] Result<crypto::DataKey> team_data_key(pqxx::work& transaction, crypto::Keyring const& keyring,
                                                    TeamId team, std::uint32_t version);
/// Stores a new key, of an environment or of a team.
void insert_data_key(pqxx::work& transaction, crypto::Keyring const& keyring, crypto::DataKey const& key);

} // namespace sluice::store
