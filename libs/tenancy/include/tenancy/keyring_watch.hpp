#pragma once

#include "crypto/keyring.hpp"
#include "telemetry/log.hpp"
#include "tenancy/tenancy.hpp"

#include <string>

namespace sluice::tenancy {

/// Keeps a running process's keyring as its file is, and tells the database which keys it has loaded, so that a new key
/// becomes active only when every replica has it. One per process, on any of its io_contexts.
class KeyringWatch {
public:
    /// All must outlive it. `name` is what operators know the process by.
    KeyringWatch(crypto::Keyring& keyring, std::string file, KeyRepository& repository, std::string name,
                 Clock const& clock, telemetry::Log& log);

    Task<void> run_forever();
    /// Says that this replica is gone. What cannot be said is found out after `KeyRepository::kReplicaLifetime`.
    Task<void> say_goodbye();

private:
    void reload();

    crypto::Keyring& keyring_;
    std::string const file_;
    KeyRepository& repository_;
    telemetry::Log& log_;
    Replica replica_;
    std::string seen_; ///< A digest of the file's text as it was last read.
};

} // namespace sluice::tenancy
