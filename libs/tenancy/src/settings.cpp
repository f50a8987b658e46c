#include "tenancy/settings.hpp"

#include <fmt/format.h>

namespace sluice::tenancy {

void add_settings(SettingsTable& table, SecretGateConfig& config)
{
    table.flag(
        "tokens.accept_unkeyed", config.accept_unkeyed,
        "whether tokens of the old form, without a MAC, are accepted: 50 unknown ones a second, 10 of them from one "
        "address; set it to false once all are replaced");
    table.integer("sign_in.per_second", config.sign_ins_per_second, 1, 100'000,
                  "passwords that a process tries in a second, a fifth of them from one address; each costs a hash");
}

void add_settings(SettingsTable& table, QuotaConfig& config)
{
    for (auto const& quota : kQuotas)
        table.integer(
            fmt::format("quotas.{}", quota.name), config.of(quota.quota), 0, kMostOfQuota,
            fmt::format("the most {} of an environment; `sluice environment quota` sets another number for one "
                        "environment",
                        quota.rows));
}

} // namespace sluice::tenancy
