#pragma once

#include "base/result.hpp"
#include "tenancy/page.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/transaction>

namespace sluice::store {

/// A field that a list can be filtered by.
struct ListField {
    enum class Kind {
        text,
        /// A text that few rows have, by an index of these. PostgreSQL takes a pattern for rare, and would collect and
        /// sort all rows that have a text; so it is not shown the pattern and goes through them in the order of the
        /// list.
        searched_text,
        flag,
        time,
        id,
        number,
        id_time, ///< The time in a time-ordered id, compared as a range of ids, so that other days are not looked at.
    };
    std::string_view name;   ///< At the API.
    std::string_view column; ///< An SQL expression of ours.
    Kind kind = Kind::text;
    std::string_view prefix = {};                  ///< Of an id.
    std::span<std::string_view const> values = {}; ///< Of a text: the only ones there are; empty: any.
};

/// Runs `select` (a whole SELECT … FROM … [WHERE true …] without ORDER) as one page. Only column expressions of
/// `fields` and parameters are put into the text. `id_column` orders the page: ids are in order of time.
/// Errors: invalid_argument for a field, operator or value that is not one.
[[nodiscard]] Result<pqxx::result> run_list(pqxx::work& transaction, std::string_view select,
                                            std::string_view id_column, std::span<ListField const> fields,
                                            tenancy::ListQuery const& query);

/// Cuts the one row more than asked for, which `run_list` fetches to see whether there is a next page.
template <class T>
[[nodiscard]] tenancy::Page<T> page_of(std::vector<T> items, tenancy::ListQuery const& query)
{
    tenancy::Page<T> page;
    auto const limit = static_cast<std::size_t>(query.limit);
    if (items.size() > limit) {
        items.resize(limit);
        page.next = items.back().id.uuid();
    }
    page.items = std::move(items);
    return page;
}

} // namespace sluice::store
