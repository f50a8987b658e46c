#pragma once

#include "base/clock.hpp"
#include "crypto/keyring.hpp"
#include "pg/pool.hpp"
#include "snapshots/change.hpp"
#include "tenancy/quotas.hpp"

namespace sluice::store {

/// What every repository is made of. All must outlive it.
struct Backend {
    pg::Pool& pool;
    crypto::Keyring const& keyring;
    Clock const& clock;
    snapshots::Announcer& announcer; ///< Of this process.
    tenancy::QuotaConfig quotas;
};

} // namespace sluice::store
