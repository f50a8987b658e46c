#include "account.hpp"

#include "text.hpp"

namespace sluice::simulator {
namespace {

// Requests per window, by kind of credential.
constexpr int kKeySize = 40;
constexpr int kOauthSize = 80;

std::chrono::seconds window_of(AccountConfig const& config)
{
    return std::chrono::seconds(config.enterprise ? 10 : 20);
}

} // namespace

Id Sequences::next(std::string_view kind)
{
    // Each kind starts elsewhere, so that an id of the wrong kind is seldom a valid one.
    constexpr Id kSpacing = 100'000;
    auto found = last_.find(kind);
    if (found == last_.end())
        found = last_.emplace(kind, static_cast<Id>(last_.size() + 1) * kSpacing).first;
    return ++found->second;
}

Account::Account(AccountConfig account_config, std::string public_url, Sequences& shared_sequences,
                 SimulatedClock const& simulated_clock)
    : config(std::move(account_config))
    , url(replaced(public_url, "{subdomain}", config.subdomain))
    , sequences(shared_sequences)
    , clock(simulated_clock)
    , key_bucket(kKeySize, window_of(config))
    , oauth_bucket(kOauthSize, window_of(config))
{
}

std::optional<Id> survivor_of(std::map<Id, Id> const& merged, Id id)
{
    std::optional<Id> survivor;
    for (auto at = merged.find(id); at != merged.end(); at = merged.find(at->second))
        survivor = at->second;
    return survivor;
}

} // namespace sluice::simulator
