#pragma once

#include "core/backend.hpp"
#include "snapshots/change.hpp"
#include "tenancy/audit.hpp"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <pqxx/transaction>

namespace sluice::store {

/// What a transaction changes: of that which replicas cache, and for the audit log. Belongs to the transaction and its
/// thread.
class Changes {
public:
    /// Both must outlive it. `author` is null for what Sluice does by itself; that is not audited.
    Changes(pqxx::work& transaction, tenancy::Author const* author, Timestamp now)
        : transaction_(transaction)
        , author_(author)
        , now_(now)
    {
    }

    /// Sends the NOTIFY with the transaction's commit, and remembers the change for this process.
    void add(snapshots::Change const& change);
    /// Writes the entry of the audit log. Once in each transaction that has an author.
    void audit(tenancy::Audited const& audited);

    [[nodiscard]] std::vector<snapshots::Change> take() { return std::move(changes_); }
    /// Whether the audit log has what it must have: one entry if there is an author.
    [[nodiscard]] bool is_audited() const noexcept { return author_ == nullptr || entries_ == 1; }

private:
    pqxx::work& transaction_;
    tenancy::Author const* const author_;
    Timestamp const now_;
    std::vector<snapshots::Change> changes_;
    int entries_ = 0;
};

template <class T>
using ChangingQuery = std::move_only_function<Result<T>(pqxx::work&, Changes&) const>;

/// The error of a change that its author would not be found with.
[[nodiscard]] Error not_audited();

/// A transaction that changes what replicas cache. Returns when no thread of this process holds anything old, so that
/// the answer to the change is true here; the other replicas hear the NOTIFY. `tenant` and errors as in
/// `pg::Pool::transact`. With an author, the query must write its entry of the audit log (`Changes::audit`), or nothing
/// is stored: so no change can forget it.
template <class T>
Task<Result<T>> transact_change(Backend const& backend, pg::Tenant tenant, std::optional<tenancy::Author> author,
                                Deadline deadline, ChangingQuery<T> query)
{
    struct Changed {
        T value{};
        std::vector<snapshots::Change> changes;
    };
    pg::Query<Changed> collecting = [query = std::move(query), author = std::move(author),
                                     &clock = backend.clock](pqxx::work& transaction) -> Result<Changed> {
        Changes changes(transaction, author ? &*author : nullptr, clock.now());
        auto value = query(transaction, changes);
        if (!value)
            return value.error();
        if (!changes.is_audited())
            return not_audited();
        return Changed{*std::move(value), changes.take()};
    };
    auto changed = co_await backend.pool.transact<Changed>(tenant, deadline, std::move(collecting));
    if (!changed)
        co_return changed.error();
    if (!changed->changes.empty())
        co_await backend.announcer.announce(std::move(changed->changes));
    co_return std::move(changed->value);
}

/// As above, for what Sluice does by itself.
template <class T>
Task<Result<T>> transact_change(Backend const& backend, pg::Tenant tenant, Deadline deadline, ChangingQuery<T> query)
{
    return transact_change<T>(backend, tenant, std::nullopt, deadline, std::move(query));
}

} // namespace sluice::store
