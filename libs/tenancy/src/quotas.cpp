#include "tenancy/quotas.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::tenancy {
namespace {

constexpr bool is_in_order()
{
    for (std::size_t i = 0; i < kQuotas.size(); ++i)
        if (kQuotas[i].quota != static_cast<Quota>(i))
            return false;
    return true;
}
static_assert(is_in_order(), "traits_of finds a quota by its place");

} // namespace

std::optional<Quota> quota_of(std::string_view name) noexcept
{
    auto const* const found = std::ranges::find(kQuotas, name, &QuotaTraits::name);
    return found == kQuotas.end() ? std::nullopt : std::optional(found->quota);
}

QuotaConfig::QuotaConfig() noexcept
{
    std::ranges::transform(kQuotas, rows_.begin(), &QuotaTraits::standard);
}

Error quota_reached(QuotaUse const& use)
{
    auto const& quota = traits_of(use.quota);
    auto const code = use.quota == Quota::streams ? ErrorCode::rate_limited : ErrorCode::conflict;
    return {code,
            fmt::format("This environment has {} {}, and its quota `{}` allows {}. {}, or ask the operator of this "
                        "Sluice for more: `sluice environment quota TEAM ENVIRONMENT {} N`.",
                        use.used, quota.rows, quota.name, use.limit, quota.remedy, quota.name)};
}

} // namespace sluice::tenancy
