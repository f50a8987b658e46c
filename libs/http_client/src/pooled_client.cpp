#include "http_client/pooled_client.hpp"

#include "ares_resolver.hpp"
#include "base/encoding.hpp"
#include "client_connection.hpp"
#include "dial.hpp"
#include "http_api/content_decoder.hpp"
#include "http_api/shares.hpp"
#include "http_api/url.hpp"
#include "http_client/name_cache.hpp"
#include "runtime/offload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/intrusive/list.hpp>

namespace sluice::http {
namespace {

namespace beast = boost::beast;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using ErrorCodeOf = boost::system::error_code;

/// An idle connection keeps its read buffer for so long, for hosts that are called all the time.
constexpr std::chrono::seconds kFresh{1};
/// The most remembered origins; some vendors have one for each account.
constexpr std::size_t kMaxOrigins = 10'000;

using Origin = std::tuple<bool, std::string, std::uint16_t>;

bool is_field_text(std::string_view text)
{
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::optional<std::string> head_of(OutgoingRequest const& request, Url const& url)
{
    std::string head;
    head.reserve(512);
    head += name_of(request.method);
    head += ' ';
    head += url.target;
    head += " HTTP/1.1\r\nhost: ";
    head += url.authority();
    head += "\r\n";
    for (auto const& [name, value] : request.headers) {
        if (!is_field_text(name) || !is_field_text(value))
            return std::nullopt;
        head += name;
        head += ": ";
        head += value;
        head += "\r\n";
    }
    if (!request.headers.contains("accept-encoding"))
        fmt::format_to(std::back_inserter(head), "accept-encoding: {}\r\n", kAcceptedCodings);
    bool const expects_body = request.method != Method::get && request.method != Method::head;
    if (!request.body.empty() || expects_body)
        fmt::format_to(std::back_inserter(head), "content-length: {}\r\n", request.body.size());
    head += "\r\n";
    return head;
}

Error failed(Url const& url, Attempt const& attempt)
{
    auto const& failure = attempt.failure;
    if (!attempt.fault.empty())
        return {ErrorCode::upstream_failed, fmt::format("The answer of {} {}.", url.host, attempt.fault),
                fmt::format("{}: the answer {}", url.authority(), attempt.fault)};
    auto const log = fmt::format("{}: {}", url.authority(), failure.message());
    if (failure == beast::error::timeout)
        return {ErrorCode::upstream_timeout, fmt::format("{} did not answer in time.", url.host), log};
    return {ErrorCode::upstream_failed, fmt::format("The answer of {} broke off: {}.", url.host, failure.message()),
            log};
}

/// Whether the host is an IP address. Naming it in an error tells the caller nothing new.
bool is_literal(std::string const& host)
{
    ErrorCodeOf failure;
    std::ignore = asio::ip::make_address(host, failure);
    return !failure;
}

/// `what` is a host, or means all hosts.
Error full_error(Shares::Full full, std::string_view what)
{
    switch (full) {
    case Shares::Full::account:
        return {
            ErrorCode::rate_limited,
            fmt::format("This account has as many calls to {} in progress as it may have. Retry in a moment.", what)};
    case Shares::Full::environment:
        return {ErrorCode::rate_limited,
                fmt::format("This environment has as many calls to {} in progress as it may have. Retry in a moment.",
                            what)};
    case Shares::Full::all:
        break;
    }
    return {ErrorCode::rate_limited, fmt::format("Too many calls to {} are in progress. Retry in a moment.", what)};
}

/// The error if an answer had no room. That of a write, which was made all the same, must not invite a retry.
Error too_many_bytes(Shares::Full full, Method method, Url const& url)
{
    std::string_view const whose = full == Shares::Full::all ? "" : " for this environment";
    if (is_safe(method))
        return {
            ErrorCode::rate_limited,
            fmt::format("The answer of {} was not read: too many large answers{} are being read. Retry in a moment.",
                        url.host, whose)};
    return {ErrorCode::upstream_failed,
            fmt::format("The answer of {} was not read: too many large answers{} are being read.", url.host, whose)};
}

/// Decodes the answer's body. Other tasks of the thread run in between.
Task<void> decode(IncomingResponse& response, std::size_t limit, BodyLease& lease, Attempt& attempt)
{
    auto const executor = co_await asio::this_coro::executor;
    auto const coded = response.body.size();
    ContentDecoder decoder(response.headers, std::move(response.body), limit);
    for (bool goes_on = true; goes_on;) {
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

} // namespace

/// A server, known by its origin.
struct Host {
    explicit Host(Origin const& the_origin, std::size_t limit)
        : origin(the_origin)
        , calls(limit)
    {
    }
    Origin const& origin;
    Shares calls;                                 ///< Calls in progress.
    std::deque<std::unique_ptr<Connection>> idle; ///< The last used one is at the end.
};

struct PooledClient::Impl : std::enable_shared_from_this<Impl> {
    /// The place of one call, given back on destruction. A call that is cut when its io_context ends outlives the
    /// client.
    class Place {
    public:
        Place(std::shared_ptr<Impl> impl, Host& host, Owner const& owner)
            : impl_(std::move(impl))
            , host_(host)
            , owner_(owner)
        {
        }
        ~Place()
        {
            host_.calls.give_back(owner_);
            impl_->calls.give_back(owner_);
            impl_->drop_if_unused(host_);
        }
        Place(Place const&) = delete;
        Place& operator=(Place const&) = delete;

    private:
        std::shared_ptr<Impl> const impl_;
        Host& host_;
        Owner const owner_;
    };

    Impl(asio::io_context& the_io, ClientConfig the_config, EgressPolicy const& the_egress, ClientMetrics& the_metrics,
         std::unique_ptr<Resolver> resolver)
        : io(the_io)
        , config(std::move(the_config))
        , egress(the_egress)
        , metrics(the_metrics)
        , tls(ssl::context::tls_client)
        , names(the_io, resolver ? std::move(resolver) : std::make_unique<AresResolver>(the_io, config.name_servers))
        , calls(config.connections)
        , answer_bytes(std::make_shared<Shares>(config.answer_bytes))
        , idle_timer(the_io)
    {
        tls.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
        tls.set_verify_mode(ssl::verify_peer);
        tls.set_default_verify_paths();
    }

    Host& host_of(Url const& url)
    {
        auto const [found, is_new] = hosts.try_emplace(Origin{url.is_tls, url.host, url.port});
        if (is_new)
            found->second = std::make_unique<Host>(found->first, config.connections_per_host);
        return *found->second;
    }

    void drop_if_unused(Host& host)
    {
        if (host.calls.taken() == 0 && host.idle.empty())
            hosts.erase(Origin(host.origin));
    }

    /// Takes a place for a call. Gives an error if a share is used up.
    std::optional<Error> take_place(Host& host, Url const& url, Owner const& owner)
    {
        auto full = calls.take(owner);
        bool const is_of_host = !full;
        if (!full) {
            full = host.calls.take(owner);
            if (full)
                calls.give_back(owner);
        }
        if (!full)
            return std::nullopt;
        metrics.refused_shares.add();
        drop_if_unused(host);
        return full_error(*full, is_of_host ? url.host : "vendors");
    }

    std::unique_ptr<Connection> take_idle(Host& host)
    {
        while (!host.idle.empty()) {
            auto connection = std::move(host.idle.back());
            host.idle.pop_back();
            connection->unlink();
            --idle_count;
            if (Clock::now() - connection->idle_since < config.idle_limit && !connection->is_stale()) {
                metrics.reuses.add();
                return connection;
            }
        }
        return nullptr;
    }

    void keep(Host& host, std::unique_ptr<Connection> connection)
    {
        if (!connection->is_reusable())
            return;
        connection->expires_never();
        connection->idle_since = Clock::now();
        connection->pool = &host;
        bool const is_first = fresh.empty(); // Its buffer must be freed before the timer's present time.
        fresh.push_back(*connection);
        host.idle.push_back(std::move(connection));
        ++idle_count;
        if (host.idle.size() > config.idle_per_host)
            drop_oldest(host);
        if (idle_count > config.idle_connections)
            drop_oldest(host_of_oldest());
        if (!is_timer_set || is_first)
            wake_for_oldest();
    }

    /// Closes the oldest idle connection of a host.
    void drop_oldest(Host& host)
    {
        host.idle.pop_front(); // Its destructor removes it from the list of all hosts.
        --idle_count;
        drop_if_unused(host);
    }

    [[nodiscard]] Host& host_of_oldest() { return *(idle.empty() ? fresh : idle).front().pool; }

    /// Sets the one timer that frees the buffers of connections after a moment and closes those that are idle for too
    /// long. It is off while no connection is idle, so that an io_context without other work can end.
    void wake_for_oldest()
    {
        is_timer_set = idle_count > 0;
        if (!is_timer_set)
            return;
        auto const closes = (idle.empty() ? fresh : idle).front().idle_since + config.idle_limit;
        idle_timer.expires_at(fresh.empty() ? closes : std::min(closes, fresh.front().idle_since + fresh_limit));
        idle_timer.async_wait([weak = weak_from_this()](ErrorCodeOf const& failure) {
            if (auto const self = weak.lock(); self && !failure)
                self->tend_idle();
        });
    }

    void tend_idle()
    {
        auto const now = Clock::now();
        while (!fresh.empty() && fresh.front().idle_since + fresh_limit <= now) {
            auto& connection = fresh.front();
            connection.release_buffer();
            connection.unlink();
            idle.push_back(connection);
        }
        while (!idle.empty() && idle.front().idle_since + config.idle_limit <= now)
            drop_oldest(*idle.front().pool);
        wake_for_oldest();
    }

    /// The endpoints of a host. An unknown name and one with a private address give the same error, so that a caller
    /// cannot explore the network.
    Task<Result<std::vector<tcp::endpoint>>> endpoints_of(Url const& url, Deadline deadline)
    {
        auto const addresses = co_await names.find(url.host, deadline);
        if (!addresses && addresses.error().code() == ErrorCode::upstream_timeout)
            co_return Error{ErrorCode::upstream_unreachable,
                            fmt::format("The host {} could not be looked up in time.", url.host),
                            fmt::format("resolving {}: {}", url.host, addresses.error().log_message())};
        std::vector<tcp::endpoint> endpoints;
        if (addresses)
            for (auto const& address : *addresses)
                if (url.is_tls ? egress.permits(address, url.port) : egress.permits_clear_text(address, url.port))
                    endpoints.emplace_back(address, url.port);
        if (!endpoints.empty())
            co_return endpoints;
        if (addresses)
            metrics.refused_addresses.add();
        auto const log = addresses ? fmt::format("egress refused {}", url.authority())
                                   : fmt::format("resolving {}: {}", url.host, addresses.error().log_message());
        std::string_view const rule = url.is_tls ? "its address is not public" : "only https may be used";
        if (is_literal(url.host))
            co_return Error{ErrorCode::forbidden, fmt::format("Calls to {} are not allowed: {}.", url.host, rule), log};
        co_return Error{ErrorCode::upstream_unreachable,
                        fmt::format("The host {} could not be found, or may not be called: {}.", url.host,
                                    url.is_tls ? "its address has to be public" : rule),
                        log};
    }

    Task<Result<std::unique_ptr<Connection>>> connect(Url const& url, Deadline deadline)
    {
        auto const limit = deadline.at_most(config.connect_limit);
        auto endpoints = co_await endpoints_of(url, limit);
        if (!endpoints)
            co_return endpoints.error();
        ErrorCodeOf failure;
        auto connection = co_await dial(io, url.is_tls ? &tls : nullptr, *std::move(endpoints), limit, failure);
        if (connection) {
            connection->expires_at(limit.at());
            failure = co_await connection->shake_hands(url.host);
        }
        if (failure || !connection)
            co_return Error{ErrorCode::upstream_unreachable,
                            failure == beast::error::timeout
                                ? fmt::format("{} took no connection in time.", url.host)
                                : fmt::format("{} could not be reached: {}.", url.host, failure.message()),
                            fmt::format("connecting to {}: {}", url.authority(), failure.message())};
        metrics.connects.add();
        co_return connection;
    }

    /// The parts of a URL. Its origin is parsed once and remembered. The rest is only checked for characters that could
    /// end a request line.
    Result<Url> parse(std::string const& text)
    {
        auto const scheme_end = text.find("://");
        auto const origin_end = scheme_end == std::string::npos ? scheme_end : text.find('/', scheme_end + 3);
        if (origin_end == std::string::npos)
            return parse_url(text);
        auto const origin = std::string_view(text).substr(0, origin_end);
        auto known = origins.find(origin);
        if (known == origins.end()) {
            auto parsed = parse_url(text);
            if (!parsed || origins.size() >= kMaxOrigins)
                return parsed;
            known = origins.emplace(std::string(origin), *std::move(parsed)).first;
        }
        auto url = known->second;
        url.target = text.substr(origin_end);
        bool const is_clean = std::ranges::all_of(
            url.target, [](char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '"' && c != '<' && c != '>'; });
        return is_clean ? Result<Url>(std::move(url)) : parse_url(text);
    }

    asio::io_context& io;
    ClientConfig config;
    EgressPolicy const& egress;
    ClientMetrics& metrics;
    ssl::context tls;
    NameCache names;
    Shares calls; ///< Calls to all hosts.
    std::shared_ptr<Shares> answer_bytes;
    std::map<Origin, std::unique_ptr<Host>> hosts;
    std::chrono::milliseconds const fresh_limit = std::min<std::chrono::milliseconds>(kFresh, config.idle_limit);
    using Connections = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;
    Connections idle;  ///< Without a read buffer, the one idle for longest first.
    Connections fresh; ///< Idle for less than `fresh_limit`, with a read buffer; in the same order.
    std::size_t idle_count = 0;
    SteadyTimer idle_timer;
    bool is_timer_set = false;
    std::map<std::string, Url, std::less<>> origins;
};

ClientMetrics::ClientMetrics(telemetry::Registry& registry)
    : connects(registry.counter("sluice_http_client_connects_total", "Connections opened to vendors."))
    , reuses(registry.counter("sluice_http_client_reuses_total", "Calls that found a warm connection."))
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
    : impl_(std::make_shared<Impl>(io, std::move(config), egress, metrics, std::move(resolver)))
{
}

PooledClient::~PooledClient() = default;

Task<Result<IncomingResponse>> PooledClient::send(OutgoingRequest request, Deadline deadline)
{
    auto const url = impl_->parse(request.url);
    if (!url)
        co_return url.error();
    auto const head = head_of(request, *url);
    if (!head)
        co_return invalid("headers", "must not contain line breaks");

    auto& host = impl_->host_of(*url);
    if (auto full = impl_->take_place(host, *url, request.owner))
        co_return *std::move(full);
    Impl::Place const place(impl_, host, request.owner);
    auto const started = Clock::now();
    for (bool first = true;; first = false) {
        auto connection = first ? impl_->take_idle(host) : nullptr;
        bool const warm = connection != nullptr;
        if (!warm) {
            auto opened = co_await impl_->connect(*url, deadline);
            if (!opened) {
                impl_->metrics.failures.add();
                co_return opened.error();
            }
            connection = std::move(*opened);
            if (connection->has_spoken_first()) {
                impl_->metrics.failures.add();
                co_return Error{ErrorCode::upstream_failed, fmt::format("{} answered before it was asked.", url->host)};
            }
        }
        if (deadline.expired()) {
            impl_->metrics.failures.add();
            co_return Error{ErrorCode::upstream_unreachable, "The time for this call was over before it was sent."};
        }
        connection->expires_at(deadline.at());
        connection->watch(request.waiter);
        IncomingResponse response;
        auto const lease = std::make_shared<BodyLease>(impl_->answer_bytes, request.owner);
        auto attempt =
            co_await connection->exchange(*head, request, impl_->config.response_limit_bytes, *lease, response);
        bool const was_left = !attempt.is_answered() && connection->was_left();
        connection->watch(nullptr);
        if (attempt.is_answered()) {
            impl_->keep(host, std::move(connection));
            connection.reset();
            if (response.headers.contains("content-encoding"))
                co_await decode(response, impl_->config.response_limit_bytes, *lease, attempt);
        }
        if (attempt.is_answered()) {
            if (!lease->is_empty())
                response.held = lease;
            response.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started);
            co_return response;
        }
        connection.reset();
        if (was_left) {
            impl_->metrics.abandoned.add();
            co_return Error{ErrorCode::unavailable, "The client is gone."};
        }
        // The server closed the kept connection while the request was sent. A safe request is sent once more.
        bool const again =
            warm && !attempt.got_bytes && is_safe(request.method) && attempt.failure != beast::error::timeout;
        if (again)
            continue;
        (attempt.over_budget ? impl_->metrics.refused_shares : impl_->metrics.failures).add();
        auto failure =
            attempt.over_budget ? too_many_bytes(*attempt.over_budget, request.method, *url) : failed(*url, attempt);
        bool const is_made = attempt.has_head && response.status >= 200 && response.status < 300;
        if (is_safe(request.method) || !is_made)
            co_return failure;
        // The write was made, although its answer could not be read.
        response.body.clear();
        response.unread = std::move(failure);
        response.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started);
        co_return response;
    }
}

} // namespace sluice::http
