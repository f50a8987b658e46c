#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "core/backend.hpp"
#include "tenancy/quotas.hpp"

#include <pqxx/transaction>

namespace sluice::store {

/// Whether the environment may have the row that this transaction has just inserted, and of which the triggers of
/// migrations/0027_quotas.sql know. To be called after the INSERT, so that a row which was there already is never
/// refused; the caller passes the error on, which takes the row back. One query, however many rows there are. It does
/// not see rows of transactions that are not committed: what is made at the same moment may exceed the quota together.
/// `forget_ended`, if there is one, is a DELETE of rows of environment $1 that have ended; it runs before a row is
/// refused. Errors: `tenancy::quota_reached`.
[[nodiscard]] Result<void> check_quota(pqxx::work& transaction, Backend const& backend, EnvironmentId environment,
                                       tenancy::Quota quota, char const* forget_ended = nullptr);

} // namespace sluice::store
