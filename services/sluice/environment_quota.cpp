#include "base/near.hpp"
#include "commands.hpp"
#include "session.hpp"
#include "tenancy/quotas.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <vector>

namespace sluice {
namespace {

using tenancy::Quota;

/// Nothing for an empty text.
Result<std::optional<Quota>> read_kind(std::string const& text)
{
    auto const quota = tenancy::quota_of(text);
    if (quota || text.empty())
        return quota;
    std::vector<std::string> known;
    for (auto const& traits : tenancy::kQuotas)
        known.emplace_back(traits.name);
    return invalid(
        "kind", fmt::format("{} is no quota; there are {}{}", text, fmt::join(known, ", "), did_you_mean(known, text)));
}

Result<std::int64_t> read_rows(std::string const& text)
{
    std::int64_t rows = -1;
    auto const* const end = text.data() + text.size();
    auto const [stopped, failure] = std::from_chars(text.data(), end, rows);
    if (failure == std::errc() && stopped == end && rows >= 0 && rows <= tenancy::kMostOfQuota)
        return rows;
    return invalid("rows", fmt::format("must be a number from 0 to {}, or default", tenancy::kMostOfQuota));
}

json::object view_of(tenancy::QuotaUse const& use)
{
    return {{"used", use.used}, {"limit", use.limit}, {"own", use.is_own}};
}

} // namespace

Result<void> environment_quota(Options const& options, std::string const& team, std::string const& environment,
                               std::string const& kind, std::string const& rows)
{
    auto const quota = read_kind(kind);
    if (!quota)
        return quota.error();
    std::optional<std::int64_t> wanted;
    if (!rows.empty() && rows != "default") {
        auto const read = read_rows(rows);
        if (!read)
            return read.error();
        wanted = *read;
    }
    auto opened = open_session(options);
    if (!opened)
        return opened.error();
    auto& session = **opened;
    auto& tenancy = session.store().tenancy();
    auto const found = session.run(tenancy.find_environment(team, environment, Session::deadline()));
    if (!found)
        return found.error();
    if (*quota && !rows.empty())
        if (auto const set =
                session.run(tenancy.set_quota(found->id, **quota, wanted, operator_author(), Session::deadline()));
            !set)
            return set.error();
    auto const uses = session.run(tenancy.quotas(found->id, Session::deadline()));
    if (!uses)
        return uses.error();
    json::object quotas;
    for (auto const& use : *uses)
        if (!*quota || use.quota == **quota)
            quotas[tenancy::traits_of(use.quota).name] = view_of(use);
    print({{"environment_id", found->id.str()}, {"name", found->name}, {"quotas", std::move(quotas)}});
    return {};
}

} // namespace sluice
