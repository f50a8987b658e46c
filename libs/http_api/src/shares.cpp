#include "http_api/shares.hpp"

namespace sluice::http {
namespace {

template <class Map, class Id>
std::size_t amount_of(Map const& amounts, Id const& id)
{
    auto const found = amounts.find(id);
    return found == amounts.end() ? 0 : found->second;
}

/// So many owners with nothing stay in the map, since they will probably take something soon.
constexpr std::size_t kRemembered = 1024;

template <class Map, class Id>
void subtract(Map& amounts, Id const& id, std::size_t amount)
{
    auto const found = amounts.find(id);
    if (found != amounts.end() && (found->second -= amount) == 0 && amounts.size() > kRemembered)
        amounts.erase(found);
}

} // namespace

std::optional<Shares::Full> Shares::take(Owner const& owner, std::size_t amount)
{
    auto const fits = [&](std::size_t bound, std::size_t had, std::size_t others) {
        return had + others <= bound && amount <= bound - had - others;
    };
    if (!fits(limit_, taken_, 0))
        return Full::all;
    auto const environment = amount_of(environments_, owner.environment);
    if (!fits(limit_, taken_, environment) || !fits(most_, 0, environment))
        return Full::environment;
    if (!owner.account.empty() && !fits((limit_ + 1) / 2, environment, amount_of(accounts_, owner.account)))
        return Full::account;
    if (amount == 0)
        return std::nullopt;
    add(owner, amount);
    return std::nullopt;
}

void Shares::add(Owner const& owner, std::size_t amount)
{
    environments_[owner.environment] += amount;
    if (!owner.account.empty())
        accounts_[owner.account] += amount;
    taken_ += amount;
}

void Shares::give_back(Owner const& owner, std::size_t amount)
{
    taken_ -= amount;
    subtract(environments_, owner.environment, amount);
    if (!owner.account.empty())
        subtract(accounts_, owner.account, amount);
}

std::size_t Shares::taken_by(EnvironmentId environment) const
{
    return amount_of(environments_, environment);
}

std::size_t Shares::taken_by(IntegratedAccountId account) const
{
    return amount_of(accounts_, account);
}

bool Shares::is_full(EnvironmentId environment) const
{
    auto const its = taken_by(environment);
    return its > 0 && (its >= most_ || taken_ >= limit_ || its >= limit_ - taken_);
}

} // namespace sluice::http
