#include "snapshots/change.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace sluice::snapshots {
namespace {

constexpr std::array<std::pair<Change::Kind, std::string_view>, 7> kKinds{{
    {Change::Kind::account, "account"},
    {Change::Kind::environment, "environment"},
    {Change::Kind::api_token, "api_token"},
    {Change::Kind::integration, "integration"},
    {Change::Kind::tenant, "tenant"},
    {Change::Kind::team, "team"},
    {Change::Kind::user, "user"},
}};

} // namespace

std::string Change::str() const
{
    if (kind == Kind::installation)
        return Change{Kind::environment, environment, id}.str();
    for (auto const& [value, name] : kKinds)
        if (value == kind)
            return fmt::format("{}:{}:{}", name, to_hex(environment.uuid()), to_hex(id));
    return {};
}

Uuid tenant_key(std::string_view tenant_id)
{
    return uuid_of_name(fmt::format("tenant {}", tenant_id));
}

std::optional<Change> Change::parse(std::string_view text)
{
    for (auto const& [kind, name] : kKinds) {
        if (!text.starts_with(name) || text.size() != name.size() + 1 + 36 + 1 + 36)
            continue;
        auto const environment = uuid_from_hex(text.substr(name.size() + 1, 36));
        auto const id = uuid_from_hex(text.substr(name.size() + 38));
        if (environment && id)
            return Change{kind == Kind::environment && *id != Uuid{} ? Kind::installation : kind,
                          EnvironmentId{*environment}, *id};
    }
    return std::nullopt;
}

std::size_t ChangeHash::operator()(Change const& change) const noexcept
{
    // The last bytes of ids are random.
    auto const mixed = std::hash<EnvironmentId>{}(EnvironmentId{change.id}) * 31;
    return mixed + std::hash<EnvironmentId>{}(change.environment) + static_cast<std::size_t>(change.kind);
}

} // namespace sluice::snapshots
