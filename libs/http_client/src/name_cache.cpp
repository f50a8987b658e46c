#include "http_client/name_cache.hpp"

#include "runtime/offload.hpp"

#include <algorithm>
#include <exception>
#include <list>
#include <unordered_map>

#include <boost/asio/co_spawn.hpp>

namespace sluice::http {
namespace {

using List = std::vector<asio::ip::address>;
using Time = std::chrono::steady_clock::time_point;

} // namespace

struct NameCache::State {
    struct Entry {
        Result<List> said;
        Time until;
        std::list<std::string>::iterator place;
    };
    /// A look-up in progress, and those who wait for it.
    struct Flight {
        std::optional<Result<List>> said;
        std::vector<std::shared_ptr<SteadyTimer>> waiting;
    };

    State(asio::io_context& the_io, std::unique_ptr<Resolver> the_resolver, Now the_now)
        : io(the_io)
        , resolver(std::move(the_resolver))
        , now(std::move(the_now))
    {
    }

    void remember(std::string const& host, Result<List> said, std::chrono::seconds lifetime)
    {
        if (auto const old = entries.find(host); old != entries.end()) {
            order.erase(old->second.place);
            entries.erase(old);
        }
        entries.emplace(host, Entry{std::move(said), now() + lifetime, order.insert(order.end(), host)});
        if (entries.size() > kMaxNames) {
            entries.erase(order.front());
            order.pop_front();
        }
    }

    /// The remembered answer for a name, if it is still valid; else null.
    Result<List> const* recall(std::string const& host)
    {
        auto const known = entries.find(host);
        if (known == entries.end() || known->second.until <= now())
            return nullptr;
        order.splice(order.end(), order, known->second.place);
        return &known->second.said;
    }

    asio::io_context& io;
    std::unique_ptr<Resolver> resolver;
    Now now;
    std::unordered_map<std::string, Entry> entries;
    std::list<std::string> order; ///< In the order in which they were last asked for.
    std::unordered_map<std::string, std::shared_ptr<Flight>> flights;
};

namespace {

std::chrono::seconds lifetime_of(Result<Addresses> const& said)
{
    if (said)
        return std::clamp(said->lifetime, NameCache::kShortest, NameCache::kLongest);
    return said.error().code() == ErrorCode::not_found ? NameCache::kFailure : NameCache::kFailure / 2;
}

/// Asks the resolver. Gives an answer even after an exception, since somebody waits for it. A list of addresses is
/// never empty.
Task<Result<Addresses>> ask(Resolver& resolver, std::string host, Deadline deadline)
{
    try {
        auto addresses = co_await resolver.resolve(std::move(host), deadline);
        if (addresses && addresses->list.empty())
            co_return Error{ErrorCode::not_found, "The name has no address."};
        co_return addresses;
    } catch (std::exception const& error) {
        co_return Error{ErrorCode::upstream_unreachable, "The name could not be looked up.", error.what()};
    }
}

} // namespace

NameCache::NameCache(asio::io_context& io, std::unique_ptr<Resolver> resolver, Now now)
    : state_(std::make_shared<State>(io, std::move(resolver), std::move(now)))
{
}

NameCache::~NameCache() = default;

std::size_t NameCache::size() const noexcept
{
    return state_->entries.size();
}

namespace {

/// Looks a name up. Owns what it needs, since the caller may be gone before it ends.
template <class State>
Task<void> look_up(std::shared_ptr<State> state, std::string host)
{
    auto const limit = Deadline::after(NameCache::kLookupLimit);
    auto const addresses = co_await ask(*state->resolver, host, limit);
    Result<List> said = addresses ? Result<List>(addresses->list) : addresses.error();
    state->remember(host, said, lifetime_of(addresses));
    auto const flight = state->flights.find(host);
    auto const landed = flight->second;
    state->flights.erase(flight);
    landed->said = std::move(said);
    for (auto const& timer : landed->waiting)
        timer->cancel();
}

} // namespace

Task<Result<List>> NameCache::find(std::string host, Deadline deadline)
{
    boost::system::error_code failure;
    if (auto const literal = asio::ip::make_address(host, failure); !failure)
        co_return List{literal};
    auto const state = state_;
    if (auto const* known = state->recall(host))
        co_return *known;
    auto mine = std::shared_ptr<State::Flight>();
    if (auto const flight = state->flights.find(host); flight != state->flights.end()) {
        mine = flight->second;
    } else {
        mine = state->flights.emplace(host, std::make_shared<State::Flight>()).first->second;
        asio::co_spawn(state->io, look_up(state, host), [](std::exception_ptr const&) {});
        if (mine->said)
            co_return *mine->said;
    }
    auto const timer = std::make_shared<SteadyTimer>(state->io, deadline.at());
    mine->waiting.push_back(timer);
    co_await timer->async_wait(kUseTask);
    if (!mine->said) {
        std::erase(mine->waiting, timer);
        co_return Error{ErrorCode::upstream_timeout, "The name could not be looked up in time."};
    }
    co_return *mine->said;
}

} // namespace sluice::http
