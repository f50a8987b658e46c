#pragma once

#include "account.hpp"

#include <cstdint>
#include <iterator>

namespace sluice::simulator {

/// Fills a new account: users, teams, customers, tickets and what belongs to them. The same account at the same time
/// gets the same content.
void seed(Account& account);

/// SplitMix64: small, and the same everywhere.
class SeedRandom {
public:
    explicit SeedRandom(std::uint64_t state)
        : state_(state)
    {
    }
    [[nodiscard]] std::uint64_t next()
    {
        auto value = (state_ += 0x9e3779b97f4a7c15ULL);
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
        value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
        return value ^ (value >> 31);
    }
    [[nodiscard]] std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
    /// True once in `n` times.
    [[nodiscard]] bool once_in(std::size_t n) { return below(n) == 0; }
    template <class Range>
    [[nodiscard]] auto const& pick(Range const& range)
    {
        return *std::next(std::begin(range), static_cast<std::ptrdiff_t>(below(std::size(range))));
    }

private:
    std::uint64_t state_;
};

/// What the parts of the seed know of each other.
struct SeedContext {
    Account& account;
    SeedRandom random;
    /// The beginning of the account's history.
    Timestamp start;
    std::vector<Id> agents;
    std::vector<Id> teams;
    std::vector<Id> customers;
    std::vector<Id> tags;
    Id phone_integration = 0;
    json::object support = {}; ///< The e-mail integration tickets come in by.
};

void seed_people(SeedContext& context);
void seed_set_up(SeedContext& context);
void seed_tickets(SeedContext& context);
void seed_voice(SeedContext& context);

} // namespace sluice::simulator
