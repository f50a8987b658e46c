#include "http_api/shares.hpp"

#include <utility>

namespace sluice::http {
namespace {

template <class Map, class Id>
std::size_t amount_of(Map const& amounts, Id const& id)
{
    auto const found = amounts.find(id);
    return found == amounts.end() ? 0 : found->second;
}

/// Whoever has nothing is likely to have something soon; so many of them are remembered.
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
    environments_[owner.environment] += amount;
    if (!owner.account.empty())
        accounts_[owner.account] += amount;
    taken_ += amount;
    return std::nullopt;
}

void Shares::give_back(Owner const& owner, std::size_t amount)
{
    taken_ -= amount;
    subtract(environments_, owner.environment, amount);
    if (!owner.account.empty())
        subtract(accounts_, owner.account, amount);
}

Place::Place(Place&& other) noexcept
    : shares_(std::move(other.shares_))
    , owner_(std::exchange(other.owner_, std::nullopt))
{
}

Place& Place::operator=(Place&& other) noexcept
{
    std::swap(shares_, other.shares_);
    std::swap(owner_, other.owner_);
    return *this;
}

Place::~Place()
{
    give_back();
}

Result<void> Place::take(EnvironmentId environment)
{
    if (!shares_ || owner_ == environment)
        return {};
    give_back();
    auto const full = shares_->take({environment, {}});
    if (!full) {
        owner_ = environment;
        return {};
    }
    bool const is_its_own = *full != Shares::Full::all && !environment.empty();
    return Error{ErrorCode::rate_limited, is_its_own
                                              ? "This environment has too many requests in progress. Retry in a second."
                                              : "The service is busy. Retry in a second."};
}

void Place::give_back() noexcept
{
    if (owner_)
        shares_->give_back({*owner_, {}});
    owner_.reset();
}

} // namespace sluice::http
