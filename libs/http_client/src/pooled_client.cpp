#include "http_client/pooled_client.hpp"

#include "answer_body.hpp"
#include "connection_pool.hpp"
#include "failures.hpp"
#include "http_api/content_decoder.hpp"
#include "request_head.hpp"
#include "runtime/offload.hpp"

#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/error.hpp>

namespace sluice::http {
namespace {

using Clock = std::chrono::steady_clock;

/// Decodes the answer's body. Other tasks of the thread run in between.
Task<void> decode(IncomingResponse& response, std::size_t limit, BodyLease& lease, Turns& turns, Deadline deadline,
                  Attempt& attempt)
{
    auto const executor = co_await asio::this_coro::executor;
    auto const turn = co_await turns.take(deadline);
    auto const coded = response.body.size();
    ContentDecoder decoder(response.headers, std::move(response.body), limit);
    for (bool goes_on = true; goes_on;) {
        if (!turn || deadline.expired()) {
            attempt.fault = "was not decoded in time";
            co_return;
        }
        goes_on = decoder.step();
        if ((attempt.over_budget = lease.grow_to(coded + decoder.size())))
            co_return;
        if (goes_on)
            co_await asio::post(executor, kUseTask);
    }
    attempt.fault = decoder.fault();
    response.body = decoder.take();
    response.headers.remove("content-encoding");
    response.headers.remove("content-length");
}

/// The end of a call that was not answered properly.
Result<IncomingResponse> unanswered(OutgoingRequest const& request, Url const& url, Attempt const& attempt,
                                    IncomingResponse response, ClientMetrics& metrics)
{
    if (!attempt.unsent)
        (attempt.over_budget ? metrics.refused_shares : metrics.failures).add();
    auto failure =
        attempt.over_budget ? too_many_bytes(*attempt.over_budget, request.method, url) : failed(url, attempt);
    bool const is_made = attempt.has_head && response.status >= 200 && response.status < 300;
    if (is_safe(request.method) || !is_made)
        return failure;
    // The write was made, although its answer could not be read.
    response.body.clear();
    response.unread = std::move(failure);
    return response;
}

} // namespace

ClientMetrics::ClientMetrics(telemetry::Registry& registry)
    : connects(registry.counter("sluice_http_client_connects_total", "Connections opened to vendors."))
    , reuses(registry.counter("sluice_http_client_reuses_total", "Calls that found a warm connection."))
    , resumptions(registry.counter("sluice_http_client_resumptions_total",
                                   "Connections that resumed a TLS session of an earlier one."))
    , refused_addresses(
          registry.counter("sluice_http_client_refused_addresses_total", "Calls refused by the egress policy."))
    , abandoned(registry.counter("sluice_http_client_abandoned_total",
                                 "Calls that were given up because nobody waited for them any more."))
    , refused_shares(registry.counter("sluice_http_client_refused_shares_total",
                                      "Calls refused because an account, an environment or a host had too many."))
    , failures(registry.counter("sluice_http_client_failures_total", "Calls whose answer did not come, or not whole."))
{
}

PooledClient::PooledClient(asio::io_context& io, ClientConfig config, EgressPolicy const& egress,
                           ClientMetrics& metrics, std::unique_ptr<Resolver> resolver)
    : pool_(std::make_shared<Pool>(io, std::move(config), egress, metrics, std::move(resolver)))
{
}

PooledClient::~PooledClient() = default;

Task<Result<IncomingResponse>> PooledClient::send(OutgoingRequest request, Deadline deadline)
{
    auto const pool = pool_; // The call may outlive the client, also while it waits for a place.
    auto const url = pool->parse(request.url);
    if (!url)
        co_return url.error();
    auto const head = head_of(request, *url);
    if (!head)
        co_return invalid("headers", "must not contain line breaks");

    auto& host = pool->host_of(*url, request.tls.get());
    if (auto const full = pool->take_place(host, request.owner))
        if (auto refused = co_await pool->wait_for_place(host, *full, *url, request.owner, deadline))
            co_return *std::move(refused);
    auto place = std::make_unique<Pool::Place>(pool, host, request.owner);
    auto& metrics = pool->metrics();
    auto const started = Clock::now();
    auto const stream_deadline = request.stream_deadline.value_or(deadline);
    Pace const pace{request.source ? stream_deadline : deadline, pool->config().first_byte_limit,
                    pool->config().stall_limit};
    for (bool first = true;; first = false) {
        auto connection = first && !request.source ? pool->take_idle(host, request.owner.account) : nullptr;
        bool const is_warm = connection != nullptr;
        if (!is_warm) {
            auto opened = co_await pool->open(host, *url, request, deadline);
            if (!opened) {
                metrics.failures.add();
                co_return opened.error();
            }
            connection = *std::move(opened);
        }
        if (deadline.expired()) {
            metrics.failures.add();
            co_return Error{ErrorCode::upstream_unreachable, "The time for this call was over before it was sent."};
        }
        auto& limit = connection->limit();
        limit.watch(request.waiter);
        IncomingResponse response;
        auto const lease = pool->lease_for(request.owner);
        auto exchange = std::make_unique<Exchange>(std::move(connection), request, pool->config().response_limit_bytes);
        auto attempt = co_await exchange->run(*head, request, pace, *lease, response);
        bool const was_left = !attempt.is_answered() && limit.was_left();
        limit.watch(nullptr);
        response.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started);
        if (attempt.is_streamed) {
            response.source =
                std::make_shared<AnswerBody>(pool, std::move(place), host, *url, std::move(exchange), response.headers,
                                             Pace{stream_deadline, pace.first_byte, pace.stall});
            co_return response;
        }
        if (attempt.is_answered()) {
            if (auto warm = exchange->take_connection())
                pool->keep(host, std::move(warm));
            if (response.headers.contains("content-encoding"))
                co_await decode(response, pool->config().response_limit_bytes, *lease, pool->decoding(), pace.whole,
                                attempt);
        }
        if (attempt.is_answered()) {
            if (!lease->is_empty())
                response.held = lease;
            response.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started);
            co_return response;
        }
        exchange.reset();
        if (was_left) {
            metrics.abandoned.add();
            co_return Error{ErrorCode::unavailable, "The client is gone."};
        }
        // The server closed the idle connection while the request was sent. A safe request is sent once more.
        bool const again = is_warm && !attempt.got_bytes && is_safe(request.method) && !request.source &&
                           attempt.failure != boost::beast::error::timeout;
        if (again)
            continue;
        co_return unanswered(request, *url, attempt, std::move(response), metrics);
    }
}

} // namespace sluice::http
