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
    std::vector<std::string> values; ///< Several only for `in`.
};

[[nodiscard]] std::optional<Condition::Operator> operator_of(std::string_view name);

/// What a platform list asks for. Lists run from the newest id to the oldest unless sorted upwards.
struct ListQuery {
    static constexpr std::int64_t kMaxLimit = 5000;
    std::int64_t limit = 100;
    std::optional<Uuid> after; ///< The last id of the page before.
    bool ascending = false;
    std::vector<Condition> conditions;
};

template <class T>
struct Page {
    std::vector<T> items;
    std::optional<Uuid> next; ///< What `after` of the next page is; absent at the end.
};

} // namespace sluice::tenancy
