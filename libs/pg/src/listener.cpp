#include "pg/listener.hpp"

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "pg/pool.hpp"
#include "telemetry/repeated.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace sluice::pg {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kHeartbeat{1500};
/// If a heartbeat is older than this and has not come back, the connection counts as lost.
constexpr milliseconds kHeartbeatLimit{2900};
constexpr milliseconds kReconnectPause{500};

std::string own_name()
{
    std::array<std::uint8_t, 12> bytes{};
    random_bytes(bytes);
    return "ping:" + hex(bytes);
}

/// A connection of libpq. Only connecting blocks, at most for the `connect_timeout` of the URL for each address. Errors
/// are std::runtime_error.
class Session {
public:
    explicit Session(std::string const& options)
        : connection_(PQconnectdb(options.c_str()), PQfinish)
    {
        if (PQstatus(connection_.get()) != CONNECTION_OK || PQsetnonblocking(connection_.get(), 1) != 0)
            fail();
        // Without this, notices of the server go to standard error.
        PQsetNoticeProcessor(connection_.get(), [](void*, char const*) {}, nullptr);
    }

    /// Sends several commands without parameters: `is_busy` is true until the server has answered all.
    void send_all(std::string const& commands)
    {
        if (PQsendQuery(connection_.get(), commands.c_str()) == 0)
            fail();
        is_busy_ = true;
    }
    /// Sends a command. Only one at a time: `is_busy` is true until the server has answered it.
    void send(char const* sql, std::initializer_list<char const*> parameters)
    {
        if (PQsendQueryParams(connection_.get(), sql, static_cast<int>(parameters.size()), nullptr,
                              std::data(parameters), nullptr, nullptr, 0) == 0)
            fail();
        is_busy_ = true;
    }
    [[nodiscard]] bool is_busy() const noexcept { return is_busy_; }

    /// Waits until bytes have come, `wake` can be read, or the time is over.
    void wait(int wake, milliseconds limit)
    {
        int const unsent = PQflush(connection_.get());
        if (unsent < 0)
            fail();
        auto const wanted = static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN);
        std::array<pollfd, 2> sockets{pollfd{PQsocket(connection_.get()), wanted, 0}, pollfd{wake, POLLIN, 0}};
        ::poll(sockets.data(), sockets.size(), static_cast<int>(limit.count()));
        if (PQconsumeInput(connection_.get()) == 0)
            fail();
        while (is_busy_ && PQisBusy(connection_.get()) == 0)
            take_result();
    }

    struct Notification {
        std::string channel;
        std::string payload;
    };
    /// Nothing if none came.
    std::optional<Notification> next()
    {
        std::unique_ptr<PGnotify, void (*)(void*)> const came(PQnotifies(connection_.get()), PQfreemem);
        return came ? std::optional<Notification>({came->relname, came->extra}) : std::nullopt;
    }

private:
    void take_result()
    {
        std::unique_ptr<PGresult, void (*)(PGresult*)> const result(PQgetResult(connection_.get()), PQclear);
        is_busy_ = result != nullptr;
        if (result && PQresultStatus(result.get()) != PGRES_COMMAND_OK &&
            PQresultStatus(result.get()) != PGRES_TUPLES_OK)
            fail();
    }
    [[noreturn]] void fail() const { throw std::runtime_error(PQerrorMessage(connection_.get())); }

    std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
    bool is_busy_ = false;
};

} // namespace

Listener::Listener(Secret url, std::vector<Channel> channels, State state, telemetry::Log& log)
    : url_(std::move(url))
    , channels_(std::move(channels))
    , state_(std::move(state))
    , log_(log)
    , wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    , thread_([this] { run(); })
{
}

Listener::~Listener()
{
    stopping_ = true;
    ::eventfd_write(wake_, 1);
    thread_.join();
    ::close(wake_);
}

void Listener::run()
{
    telemetry::Repeated lost(log_, telemetry::Level::warning, "notification connection lost");
    while (!stopping_) {
        try {
            listen_until_lost();
        } catch (std::exception const& error) {
            lost.write({ErrorCode::unavailable, "The database does not tell of changes.", error.what()});
        }
        set_listening(false);
        pollfd stop{wake_, POLLIN, 0};
        ::poll(&stop, 1, static_cast<int>(kReconnectPause.count()));
    }
}

void Listener::set_listening(bool listening)
{
    if (listening_.exchange(listening, std::memory_order_acq_rel) != listening)
        state_(listening);
}

void Listener::listen_until_lost()
{
    Session session(connection_string(url_));
    auto const ping = own_name();
    auto last_sent = Clock::time_point{};
    auto last_heard = Clock::now();
    std::string commands;
    for (auto const& channel : channels_)
        commands += fmt::format("LISTEN {};", channel.name);
    session.send_all(commands);
    while (!stopping_) {
        auto const now = Clock::now();
        auto const end = last_heard + kHeartbeatLimit;
        if (now >= end)
            throw std::runtime_error("the heartbeat did not come back");
        if (!session.is_busy() && now - last_sent >= kHeartbeat) {
            session.send("SELECT pg_notify($1, $2)", {channels_.front().name.c_str(), ping.c_str()});
            last_sent = now;
        }
        auto const until = session.is_busy() ? end : std::min(end, last_sent + kHeartbeat);
        session.wait(wake_, std::chrono::ceil<milliseconds>(until - now));
        while (auto const heard = session.next()) {
            if (heard->payload == ping) {
                last_heard = Clock::now();
                set_listening(true);
            } else if (!heard->payload.starts_with("ping:")) {
                std::ranges::find(channels_, heard->channel, &Channel::name)->notified(heard->payload);
            }
        }
    }
}

} // namespace sluice::pg
