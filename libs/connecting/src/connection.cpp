#include "connecting/connection.hpp"

#include <array>
#include <utility>

namespace sluice::connecting {
namespace {

constexpr std::array<std::pair<ConnectionStatus, std::string_view>, 5> kStatuses{{
    {ConnectionStatus::initiated, "initiated"},
    {ConnectionStatus::exchanging, "exchanging"},
    {ConnectionStatus::validating, "validating"},
    {ConnectionStatus::active, "active"},
    {ConnectionStatus::failed, "failed"},
}};

} // namespace

std::string_view name_of(ConnectionStatus status) noexcept
{
    for (auto const& [value, name] : kStatuses)
        if (value == status)
            return name;
    return "failed";
}

std::optional<ConnectionStatus> connection_status_of(std::string_view name) noexcept
{
    for (auto const& [value, known] : kStatuses)
        if (known == name)
            return value;
    return std::nullopt;
}

} // namespace sluice::connecting
