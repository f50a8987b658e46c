#include "simulator_app/app.hpp"

#include "http_api/egress.hpp"
#include "http_api/error_body.hpp"
#include "http_client/pooled_client.hpp"
#include "runtime/offload.hpp"

#include <algorithm>
#include <stdexcept>

#include <boost/asio/signal_set.hpp>

namespace sluice::simulator {
namespace {

constexpr std::chrono::milliseconds kDeliveryTick{200};
constexpr std::chrono::seconds kDeliveryLimit{5};
/// How often it is looked whether a client that waits is still there.
constexpr std::chrono::milliseconds kLook{50};
constexpr std::size_t kBodyLimit = 8 * 1024 * 1024;

/// What comes before an answer.
Task<void> wait(Sending const& sending, http::Peer const* client)
{
    auto const& manner = sending.manner;
    if (auto const* informed = dynamic_cast<http::WaitingClient const*>(client))
        for (auto const status : manner.interim)
            co_await informed->inform(status, {});
    auto const end = std::chrono::steady_clock::now() + manner.delay;
    auto const hangs = [&] { return manner.hangs && !*sending.is_over; };
    while ((hangs() || std::chrono::steady_clock::now() < end) && client != nullptr && !client->is_gone())
        co_await sleep_until(hangs() ? Deadline::after(kLook) : Deadline{end}.at_most(kLook));
}

Task<void> write_pieces(http::BodySink& sink, std::string body, Manner manner)
{
    auto const end = std::min(body.size(), manner.cut_after.value_or(body.size()));
    auto const size = manner.piece_bytes > 0 ? manner.piece_bytes : body.size();
    for (std::size_t sent = 0; sent < end; sent += size) {
        auto const written = co_await sink.write(body.substr(sent, std::min(size, end - sent)));
        if (!written)
            co_return;
        co_await sleep_until(Deadline::after(manner.pause));
    }
    if (manner.cut_after)
        throw std::runtime_error("the connection was cut as a fault wants it");
}

http::Response in_that_manner(Sending sending)
{
    auto& response = sending.response;
    auto const& manner = sending.manner;
    if (manner.piece_bytes > 0 || manner.cut_after)
        response.stream = [body = std::move(response.body), manner](http::BodySink& sink) {
            return write_pieces(sink, body, manner);
        };
    return std::move(response);
}

class Handler final : public http::Handler {
public:
    explicit Handler(Simulator& simulator)
        : simulator_(simulator)
    {
    }
    [[nodiscard]] std::size_t body_limit(http::Method, std::string_view) const override { return kBodyLimit; }
    Task<http::Response> handle(http::Request request) override
    {
        auto sending = simulator_.handle(request);
        co_await wait(sending, request.peer);
        co_return in_that_manner(std::move(sending));
    }
    http::Response refuse(int status, std::string_view message, std::string_view) override
    {
        return http::json_response(status, json::value(http::error_body(status, message)));
    }

private:
    Simulator& simulator_;
};

Task<void> deliver(Simulator& simulator, http::Client& client, Delivery delivery)
{
    http::OutgoingRequest request;
    request.method = delivery.method;
    request.url = delivery.url;
    request.headers = delivery.headers;
    request.body = delivery.body;
    auto const answer = co_await client.send(std::move(request), Deadline::after(kDeliveryLimit));
    DeliveryOutcome outcome;
    if (answer)
        outcome = {answer->status, false, answer->body};
    else
        outcome.timed_out = answer.error().code() == ErrorCode::upstream_timeout;
    simulator.delivered(delivery.id, outcome);
}

Task<void> deliver_forever(Simulator& simulator, http::Client& client, TaskGroup& group)
{
    while (true) {
        co_await sleep_until(Deadline::after(kDeliveryTick));
        for (auto& delivery : simulator.take_due_deliveries())
            if (!group.spawn(deliver(simulator, client, delivery)))
                simulator.delivered(delivery.id, {});
    }
}

Task<void> drain(http::Server& server, asio::io_context& io)
{
    co_await server.drain(Deadline::after(std::chrono::seconds(2)));
    io.stop();
}

} // namespace

Result<void> run_server(Config config, http::ServerConfig server_config, Clock const& clock, telemetry::Log& log)
{
    asio::io_context io(1);
    telemetry::Registry registry;
    http::ServerMetrics server_metrics(registry);
    http::ClientMetrics client_metrics(registry);
    // A vendor calls whatever its customers wrote down; here that is this machine.
    auto const egress = http::EgressPolicy::allowing({"127.0.0.0/8", "::1/128"});
    if (!egress)
        return egress.error();
    http::PooledClient client(io, {}, *egress, client_metrics);
    Simulator simulator(std::move(config), clock);
    Handler handler(simulator);
    http::Server server(io, server_config, handler, server_metrics, log);
    if (auto const listening = server.listen(); !listening)
        return listening.error();
    TaskGroup tasks(io, 64, log, "simulator");
    tasks.spawn(deliver_forever(simulator, client, tasks));
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code const& failure, int) {
        if (!failure)
            tasks.spawn(drain(server, io));
    });
    log.write(telemetry::Level::info, "simulator is listening", {{"port", static_cast<std::int64_t>(server.port())}});
    io.run();
    return {};
}

} // namespace sluice::simulator
