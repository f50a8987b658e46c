#pragma once

#include "crypto/keyring.hpp"
#include "runtime/offload.hpp"
#include "telemetry/log.hpp"
#include "tenancy/tenancy.hpp"

#include <string>

namespace sluice::tenancy {

/// Loads the keyring of a running process again when its file changes. Tells the database which keys the process has,
/// so that a new key becomes active only when every replica has it. One per process, on any of its io_contexts.
class KeyringWatch {
public:
    /// All must outlive it. `name` is the process's name for operators. The file is read on `files`.
    KeyringWatch(crypto::Keyring& keyring, std::string file, KeyRepository& repository, std::string name,
                 WorkerPool& files, Clock const& clock, telemetry::Log& log);

    Task<void> run_forever();
    /// Tells the database that this replica ends. If that fails, the replica counts as gone after
    /// `KeyRepository::kReplicaLifetime`.
    Task<void> say_goodbye();

private:
    Task<void> reload();
    void take(std::string const& text);

    crypto::Keyring& keyring_;
    std::string const file_;
    KeyRepository& repository_;
    WorkerPool& files_;
    telemetry::Log& log_;
    Replica replica_;
    std::string seen_; ///< A digest of the text that was read last.
};

} // namespace sluice::tenancy
