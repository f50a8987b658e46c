#include "dial.hpp"

#include "runtime/offload.hpp"

#include <algorithm>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/beast/core/error.hpp>

namespace sluice::http {
namespace {

constexpr std::chrono::milliseconds kHeadStart{250};
/// The most addresses that are tried.
constexpr std::size_t kMaxAddresses = 8;

struct Race {
    explicit Race(asio::io_context& io)
        : changed(io)
    {
    }
    SteadyTimer changed; ///< Is cancelled when an attempt ends.
    std::vector<Connection*> running;
    std::unique_ptr<Connection> winner;
    boost::system::error_code failure;
};

/// One attempt to connect. It owns its connection until it wins the race.
Task<void> attempt(std::shared_ptr<Race> race, std::unique_ptr<Connection> connection, asio::ip::tcp::endpoint endpoint)
{
    auto const failure = co_await connection->connect(endpoint);
    std::erase(race->running, connection.get());
    if (failure)
        race->failure = failure;
    else if (!race->winner)
        race->winner = std::move(connection);
    race->changed.cancel();
}

} // namespace

Task<std::unique_ptr<Connection>> dial(asio::io_context& io, asio::ssl::context* tls,
                                       std::vector<asio::ip::tcp::endpoint> endpoints, Deadline deadline,
                                       boost::system::error_code& failure)
{
    auto const race = std::make_shared<Race>(io);
    endpoints.resize(std::min(endpoints.size(), kMaxAddresses));
    std::size_t next = 0;
    while (!race->winner && !deadline.expired() && (next < endpoints.size() || !race->running.empty())) {
        if (next < endpoints.size()) {
            auto connection = std::make_unique<Connection>(io, tls);
            connection->limit().expires_at(deadline.at());
            race->running.push_back(connection.get());
            asio::co_spawn(io, attempt(race, std::move(connection), endpoints[next++]),
                           [](std::exception_ptr const&) {});
        }
        bool const is_last = next == endpoints.size();
        race->changed.expires_at(is_last ? deadline.at() : deadline.at_most(kHeadStart).at());
        // An attempt may have ended at once, before anybody waited.
        if (!race->winner && !race->running.empty())
            co_await race->changed.async_wait(kUseTask);
    }
    for (auto* loser : race->running)
        loser->close();
    failure = race->failure ? race->failure : boost::beast::error::timeout;
    co_return std::move(race->winner);
}

} // namespace sluice::http
