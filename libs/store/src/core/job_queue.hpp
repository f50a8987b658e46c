#pragma once

#include "base/id.hpp"
#include "base/timestamp.hpp"
#include "jobs/queue.hpp"

#include <pqxx/transaction>

namespace sluice::store {

inline constexpr int kPartitions = 16;

/// By the random end of an id.
[[nodiscard]] inline int partition_of(Uuid const& id)
{
    return id.back() % kPartitions;
}

/// Sets when a row's job is due, in the transaction that changes the row. Whoever holds the old one loses it.
void schedule(pqxx::work& transaction, jobs::Kind kind, EnvironmentId environment, Uuid const& id, Timestamp due);
/// The same where there is none; one that is due later comes sooner. Whoever holds the old one keeps it.
void schedule_sooner(pqxx::work& transaction, jobs::Kind kind, EnvironmentId environment, Uuid const& id,
                     Timestamp due);
/// For jobs that were written otherwise and are due: workers that sleep look for them.
void tell_of_jobs(pqxx::work& transaction, jobs::Kind kind);
void unschedule(pqxx::work& transaction, jobs::Kind kind, EnvironmentId environment, Uuid const& id);

} // namespace sluice::store
