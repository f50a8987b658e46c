#pragma once

#include "crypto/keyring.hpp"
#include "runtime/offload.hpp"
#include "telemetry/log.hpp"
#include "tenancy/tenancy.hpp"

#include <string>

namespace sluice::tenancy {

/// Keeps a running process's keyring as its file is, and tells the database which keys it has loaded, so that a new key
/// becomes active only when every replica has it. One per process, on any of its io_contexts.
class KeyringWatch {
public:
    /// All must outlive it. `name` is what operators know the process by. The file is read on `files`.
    KeyringWatch(crypto::Keyring& keyring, std::string file, KeyRepository& repository, std::string name,
                 WorkerPool& files, Clock const& clock, telemetry::Log& log);

    Task<void> run_forever();
    /// Says that this replica is gone. What cannot be said is found out after `KeyRepository::kReplicaLifetime`.
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
    std::string seen_; ///< A digest of the file's text as it was last read.
};

} // namespace sluice::tenancy
