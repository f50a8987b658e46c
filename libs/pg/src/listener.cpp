#include "pg/listener.hpp"

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "pg/pool.hpp"

#include <array>
#include <chrono>

#include <pqxx/except>
#include <pqxx/nontransaction>
#include <pqxx/notification>

namespace sluice::pg {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kHeartbeat{2};
constexpr std::chrono::milliseconds kReconnectPause{500};
constexpr long kWaitMicroseconds = 200'000;

class Receiver final : public pqxx::notification_receiver {
public:
    Receiver(pqxx::connection& connection, std::string const& channel, std::function<void(std::string const&)> heard)
        : pqxx::notification_receiver(connection, channel)
        , heard_(std::move(heard))
    {
    }
    void operator()(std::string const& payload, int) override { heard_(payload); }

private:
    std::function<void(std::string const&)> heard_;
};

std::string own_name()
{
    std::array<std::uint8_t, 12> bytes{};
    random_bytes(bytes);
    return "ping:" + hex(bytes);
}

} // namespace

Listener::Listener(Secret url, std::string channel, Callbacks callbacks, telemetry::Log& log)
    : url_(std::move(url))
    , channel_(std::move(channel))
    , callbacks_(std::move(callbacks))
    , log_(log)
    , thread_([this] { run(); })
{
}

Listener::~Listener()
{
    stopping_ = true;
    thread_.join();
}

void Listener::run()
{
    while (!stopping_) {
        try {
            listen_until_lost();
        } catch (std::exception const& error) {
            log_.write(telemetry::Level::warning, "notification connection lost",
                       {{"detail", std::string_view(error.what())}});
        }
        listening_.store(false, std::memory_order_release);
        callbacks_.state(false);
        for (auto const until = Clock::now() + kReconnectPause; !stopping_ && Clock::now() < until;)
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

void Listener::listen_until_lost()
{
    pqxx::connection connection(connection_string(url_));
    auto const ping = own_name();
    auto last_sent = Clock::time_point{};
    auto last_heard = Clock::now();
    Receiver const receiver(connection, channel_, [&](std::string const& payload) {
        if (payload == ping)
            last_heard = Clock::now();
        else if (!payload.starts_with("ping:"))
            callbacks_.notified(payload);
    });
    listening_.store(true, std::memory_order_release);
    callbacks_.state(true);
    while (!stopping_) {
        if (Clock::now() - last_heard > 2 * kHeartbeat)
            throw pqxx::broken_connection("the heartbeat did not come back");
        if (Clock::now() - last_sent >= kHeartbeat) {
            pqxx::nontransaction transaction(connection);
            transaction.exec_params("SELECT pg_notify($1, $2)", channel_, ping);
            last_sent = Clock::now();
        }
        connection.await_notification(0, kWaitMicroseconds);
    }
}

} // namespace sluice::pg
