#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "core/list_sql.hpp"
#include "core/rows.hpp"
#include "pg/pool.hpp"
#include "runtime/task.hpp"

#include <concepts>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::store {

// What the repositories do alike. `read` makes a row a T or fails; it takes the row, or the transaction and the row.

template <class T, class Read>
[[nodiscard]] Result<T> read_row(pqxx::work& transaction, pqxx::row const& row, Read const& read)
{
    if constexpr (std::invocable<Read const&, pqxx::work&, pqxx::row const&>)
        return read(transaction, row);
    else
        return read(row);
}

/// The row of a query that gives one or none. Errors: not_found, naming `what` it would be.
template <class T, class Read>
[[nodiscard]] Result<T> only_row(pqxx::result const& rows, std::string_view what, Read const& read)
{
    if (rows.empty())
        return not_found(what);
    return read(rows[0]);
}

struct FindSql {
    char const* select;    ///< $1: the environment or the team, $2: the id.
    std::string_view what; ///< It finds, for the error that there is none.
};

template <class T, class TenantId, class IdType, class Read>
[[nodiscard]] Task<Result<T>> find_row(pg::Pool& pool, TenantId tenant, IdType id, FindSql sql, Read read,
                                       Deadline deadline)
{
    pg::Query<T> query = [=](pqxx::work& transaction) -> Result<T> {
        auto const rows = transaction.exec_params(sql.select, sql_id(tenant), sql_id(id));
        if (rows.empty())
            return not_found(sql.what);
        return read_row<T>(transaction, rows[0], read);
    };
    return pool.transact<T>(tenant, deadline, std::move(query));
}

struct ListSql {
    std::string_view select;    ///< As for `run_list`.
    std::string_view id_column; ///< As for `run_list`.
    std::span<ListField const> fields;
};

/// A page of a list. Errors: invalid_argument as `run_list`.
template <class T, class Read>
[[nodiscard]] Task<Result<tenancy::Page<T>>> list_rows(pg::Pool& pool, pg::Tenant tenant, ListSql sql,
                                                       tenancy::ListQuery list, Read read, Deadline deadline)
{
    using ListPage = tenancy::Page<T>;
    pg::Query<ListPage> query = [=, list = std::move(list)](pqxx::work& transaction) -> Result<ListPage> {
        auto const rows = run_list(transaction, sql.select, sql.id_column, sql.fields, list);
        if (!rows)
            return rows.error();
        std::vector<T> items;
        for (auto const& row : *rows) {
            auto item = read_row<T>(transaction, row, read);
            if (!item)
                return item.error();
            items.push_back(*std::move(item));
        }
        return page_of(std::move(items), list);
    };
    return pool.transact<ListPage>(tenant, deadline, std::move(query));
}

/// Of a query that has nothing to give but whether it failed.
[[nodiscard]] inline Task<Result<void>> without_value(Task<Result<bool>> task)
{
    auto const done = co_await std::move(task);
    co_return done ? Result<void>{} : Result<void>(done.error());
}

/// Deletes a row by `sql`, which answers the row that it deletes. Errors: not_found.
template <class IdType>
[[nodiscard]] Task<Result<void>> delete_row(pg::Pool& pool, EnvironmentId environment, IdType id, FindSql sql,
                                            Deadline deadline)
{
    pg::Query<bool> query = [=](pqxx::work& transaction) -> Result<bool> {
        if (transaction.exec_params(sql.select, sql_id(environment), sql_id(id)).empty())
            return not_found(sql.what);
        return true;
    };
    return without_value(pool.transact<bool>(environment, deadline, std::move(query)));
}

} // namespace sluice::store
