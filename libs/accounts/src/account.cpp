#include "accounts/account.hpp"

#include <array>
#include <utility>

namespace sluice::accounts {
namespace {

constexpr std::array<std::pair<Status, std::string_view>, 5> kStatuses{{
    {Status::connecting, "connecting"},
    {Status::active, "active"},
    {Status::post_install_error, "post_install_error"},
    {Status::validation_error, "validation_error"},
    {Status::needs_reauth, "needs_reauth"},
}};

} // namespace

std::string_view name_of(Status status) noexcept
{
    for (auto const& [value, name] : kStatuses)
        if (value == status)
            return name;
    return "connecting";
}

std::optional<Status> status_of(std::string_view name) noexcept
{
    for (auto const& [value, known] : kStatuses)
        if (known == name)
            return value;
    return std::nullopt;
}

std::string sealing_place(IntegratedAccountId id)
{
    return "integrated_account:" + id.str() + ":context";
}

} // namespace sluice::accounts
