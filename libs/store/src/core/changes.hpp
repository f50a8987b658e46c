#pragma once

#include "core/backend.hpp"
#include "snapshots/change.hpp"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <pqxx/transaction>

namespace sluice::store {

/// What a transaction changes of that which replicas cache. Belongs to the transaction and its thread.
class Changes {
public:
    /// Must outlive it.
    explicit Changes(pqxx::work& transaction)
        : transaction_(transaction)
    {
    }

    /// Sends the NOTIFY with the transaction's commit, and remembers the change for this process.
    void add(snapshots::Change const& change);
    [[nodiscard]] std::vector<snapshots::Change> take() { return std::move(changes_); }

private:
    pqxx::work& transaction_;
    std::vector<snapshots::Change> changes_;
};

template <class T>
using ChangingQuery = std::move_only_function<Result<T>(pqxx::work&, Changes&) const>;

/// A transaction that changes what replicas cache. Returns when no thread of this process holds anything old, so that
/// the answer to the change is true here; the other replicas hear the NOTIFY. `environment` and errors as in
/// `pg::Pool`; without one it is a `lookup`.
template <class T>
Task<Result<T>> transact_change(Backend const& backend, std::optional<EnvironmentId> environment, Deadline deadline,
                                ChangingQuery<T> query)
{
    struct Changed {
        T value{};
        std::vector<snapshots::Change> changes;
    };
    pg::Query<Changed> collecting = [query = std::move(query)](pqxx::work& transaction) -> Result<Changed> {
        Changes changes(transaction);
        auto value = query(transaction, changes);
        if (!value)
            return value.error();
        return Changed{*std::move(value), changes.take()};
    };
    auto changed = environment ? co_await backend.pool.transact<Changed>(*environment, deadline, std::move(collecting))
                               : co_await backend.pool.lookup<Changed>(deadline, std::move(collecting));
    if (!changed)
        co_return changed.error();
    if (!changed->changes.empty())
        co_await backend.announcer.announce(std::move(changed->changes));
    co_return std::move(changed->value);
}

} // namespace sluice::store
