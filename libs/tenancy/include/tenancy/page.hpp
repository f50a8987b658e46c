#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tenancy {

/// One condition of a list: `status=active`, `created_at[gt]=…`.
struct Condition {
    enum class Operator { eq, ne, in, gt, gte, lt, lte, like, exist };
    std::string field;
    Operator op = Operator::eq;
    std::vector<std::string> values; ///< Only `in` has several.
};

[[nodiscard]] std::optional<Condition::Operator> operator_of(std::string_view name);

/// The query of a list. Lists go from the newest id to the oldest, unless `ascending`.
struct ListQuery {
    static constexpr std::int64_t kMaxLimit = 5000;
    std::int64_t limit = 100;
    std::optional<Uuid> after; ///< The last id of the page before; absent for the first page.
    bool ascending = false;
    std::vector<Condition> conditions;
};

template <class T>
struct Page {
    std::vector<T> items;
    std::optional<Uuid> next; ///< `after` for the next page; absent on the last page.
};

} // namespace sluice::tenancy
