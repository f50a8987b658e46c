#include "core/quota_rows.hpp"

#include "core/rows.hpp"

#include <string>

#include <pqxx/result>

namespace sluice::store {
namespace {

constexpr char kUse[] =
    "SELECT (SELECT coalesce(sum(rows), 0) FROM row_counts WHERE environment_id = $1 AND kind = $2)::bigint AS used, "
    "(SELECT rows FROM environment_quotas WHERE environment_id = $1 AND kind = $2) AS own_limit";

tenancy::QuotaUse use_of(pqxx::work& transaction, Backend const& backend, EnvironmentId environment,
                         tenancy::Quota quota)
{
    auto const row = transaction.exec_params1(kUse, sql_id(environment), std::string(tenancy::traits_of(quota).name));
    tenancy::QuotaUse use{quota, row["used"].as<std::int64_t>(), backend.quotas.of(quota), false};
    if (!row["own_limit"].is_null()) {
        use.limit = row["own_limit"].as<std::int64_t>();
        use.is_own = true;
    }
    return use;
}

} // namespace

Result<void> check_quota(pqxx::work& transaction, Backend const& backend, EnvironmentId environment,
                         tenancy::Quota quota, char const* forget_ended)
{
    auto use = use_of(transaction, backend, environment, quota);
    bool const is_over = use.used > use.limit;
    if (is_over && forget_ended != nullptr &&
        transaction.exec_params(forget_ended, sql_id(environment)).affected_rows() > 0)
        use = use_of(transaction, backend, environment, quota);
    if (use.used <= use.limit)
        return {};
    --use.used; // Without the row that is refused.
    return tenancy::quota_reached(use);
}

} // namespace sluice::store
