#pragma once

#include "base/clock.hpp"
#include "crypto/keyring.hpp"
#include "pg/pool.hpp"
#include "snapshots/change.hpp"

namespace sluice::store {

/// What every repository is made of. All must outlive it.
struct Backend {
    pg::Pool& pool;
    crypto::Keyring const& keyring;
    Clock const& clock;
    snapshots::Announcer& announcer; ///< Of this process.
};

} // namespace sluice::store
