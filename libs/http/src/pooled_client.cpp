#include "http/pooled_client.hpp"

#include "answer_reader.hpp"
#include "base/encoding.hpp"
#include "http_api/url.hpp"
#include "runtime/offload.hpp"
#include "timeouts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <sys/socket.h>

namespace sluice::http {
namespace {

namespace beast = boost::beast;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;
using TlsStream = ssl::stream<Socket>;
using Clock = std::chrono::steady_clock;
using ErrorCodeOf = boost::system::error_code;

/// Vendors answer with a few kilobytes: one recv instead of several.
constexpr std::size_t kReadBuffer = 16 * 1024;
/// One per account at vendors with a host of their own for each; beyond it URLs are parsed each time.
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
    bool const expects_body = request.method != Method::get && request.method != Method::head;
    if (!request.body.empty() || expects_body)
        fmt::format_to(std::back_inserter(head), "content-length: {}\r\n", request.body.size());
    head += "\r\n";
    return head;
}

/// The peer has closed its side, with or without the farewell of TLS.
bool is_end(ErrorCodeOf const& failure)
{
    return failure == asio::error::eof || failure == ssl::error::stream_truncated;
}

/// What happened to one attempt.
struct Attempt {
    ErrorCodeOf failure;
    std::string fault;      ///< What is wrong with the answer, to stand behind its name; nothing if it came whole.
    bool got_bytes = false; ///< The peer had begun to answer.

    [[nodiscard]] bool is_answered() const noexcept { return !failure && fault.empty(); }
};

class Connection {
public:
    Connection(asio::io_context& io, ssl::context* tls)
        : stream_(tls != nullptr ? std::variant<Socket, TlsStream>(std::in_place_type<TlsStream>, io, *tls)
                                 : std::variant<Socket, TlsStream>(std::in_place_type<Socket>, io))
        , limit_(io, socket())
    {
    }

    void expires_at(Clock::time_point when) { limit_.expires_at(when); }
    void expires_never() { limit_.expires_never(); }
    void watch(Peer const* waiter) { limit_.watch(waiter); }
    [[nodiscard]] bool was_left() const noexcept { return limit_.was_left(); }

    Task<ErrorCodeOf> connect(tcp::endpoint const& endpoint)
    {
        auto const [failure] = co_await socket().async_connect(endpoint, kUseTask);
        if (failure)
            co_return limit_.cause_of(failure);
        ErrorCodeOf ignored; // Only costs latency if refused.
        socket().set_option(tcp::no_delay(true), ignored);
        co_return failure;
    }

    Task<ErrorCodeOf> shake_hands(std::string const& host)
    {
        auto* tls = std::get_if<TlsStream>(&stream_);
        if (tls == nullptr)
            co_return ErrorCodeOf{};
        tls->set_verify_callback(ssl::host_name_verification(host));
        if (SSL_set_tlsext_host_name(tls->native_handle(), host.c_str()) != 1)
            co_return asio::error::invalid_argument;
        auto const [failure] = co_await tls->async_handshake(ssl::stream_base::client, kUseTask);
        co_return limit_.cause_of(failure);
    }

    /// One exchange; `response` is filled when the attempt did not fail.
    Task<Attempt> exchange(std::string const& head, OutgoingRequest const& request, std::size_t response_limit,
                           IncomingResponse& response)
    {
        return std::visit([&](auto& stream) { return exchange_on(stream, head, request, response_limit, response); },
                          stream_);
    }

    /// A server that closed an idle connection has made it readable: its FIN, a 408, or what nobody asked for.
    [[nodiscard]] bool is_stale()
    {
        char byte = 0;
        auto const got = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    }

    /// A new connection on which the server has answered before anything was asked. Behind TLS what waits in the socket
    /// is a session ticket as a rule, so only what was deciphered counts.
    [[nodiscard]] bool has_spoken_first()
    {
        char byte = 0;
        bool const is_clear = std::holds_alternative<Socket>(stream_);
        return has_unread() || (is_clear && ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0);
    }

    [[nodiscard]] bool reusable() const noexcept { return reusable_; }

    Clock::time_point idle_since{};

private:
    [[nodiscard]] Socket& socket()
    {
        if (auto* tls = std::get_if<TlsStream>(&stream_))
            return tls->next_layer();
        return std::get<Socket>(stream_);
    }

    template <class Stream>
    Task<Attempt> exchange_on(Stream& stream, std::string const& head, OutgoingRequest const& request,
                              std::size_t response_limit, IncomingResponse& response)
    {
        Attempt attempt;
        reusable_ = false;
        buffer_.reserve(kReadBuffer);
        std::array<asio::const_buffer, 2> const parts{asio::buffer(head), asio::buffer(request.body)};
        auto const [write_failure, written] = co_await asio::async_write(stream, parts, kUseTask);
        if (write_failure) {
            attempt.failure = limit_.cause_of(write_failure);
            co_return attempt;
        }
        AnswerReader reader(request.method, response_limit);
        while (!reader.is_done()) {
            auto const [failure, bytes] = co_await stream.async_read_some(buffer_.prepare(kReadBuffer), kUseTask);
            buffer_.commit(bytes);
            attempt.got_bytes = attempt.got_bytes || bytes > 0;
            buffer_.consume(reader.put({static_cast<char const*>(buffer_.data().data()), buffer_.size()}));
            if (is_end(failure) && attempt.got_bytes && !reader.is_done())
                reader.put_end();
            else if (failure)
                attempt.failure = limit_.cause_of(failure);
            attempt.fault = reader.fault();
            if (!attempt.is_answered())
                co_return attempt;
        }
        response = reader.take();
        reusable_ = reader.has_proven_end() && !has_unread();
        buffer_.consume(buffer_.size());
        buffer_.shrink_to_fit(); // An idle connection costs no buffer.
        co_return attempt;
    }

    /// The peer has sent what nobody asked for: at our buffer, or at what TLS has already taken from the socket.
    [[nodiscard]] bool has_unread()
    {
        if (buffer_.size() > 0)
            return true;
        auto* tls = std::get_if<TlsStream>(&stream_);
        if (tls == nullptr)
            return false;
        char byte = 0;
        bool const has = SSL_peek(tls->native_handle(), &byte, 1) > 0;
        ERR_clear_error();
        return has;
    }

    std::variant<Socket, TlsStream> stream_;
    Timeouts::Limit limit_;
    /// What the reader leaves is less than a head.
    beast::flat_buffer buffer_{AnswerReader::kHeadLimit + 2 * kReadBuffer};
    bool reusable_ = false;
};

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

} // namespace

struct PooledClient::Impl {
    struct Host {
        std::deque<std::unique_ptr<Connection>> idle; ///< The warmest last.
        std::size_t open = 0;
    };

    Impl(asio::io_context& the_io, ClientConfig the_config, EgressPolicy const& the_egress, ClientMetrics& the_metrics)
        : io(the_io)
        , config(the_config)
        , egress(the_egress)
        , metrics(the_metrics)
        , tls(ssl::context::tls_client)
    {
        tls.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
        tls.set_verify_mode(ssl::verify_peer);
        tls.set_default_verify_paths();
    }

    std::unique_ptr<Connection> take_idle(Host& host)
    {
        while (!host.idle.empty()) {
            auto connection = std::move(host.idle.back());
            host.idle.pop_back();
            if (Clock::now() - connection->idle_since < config.idle_limit && !connection->is_stale()) {
                metrics.reuses.add();
                return connection;
            }
            --host.open;
        }
        return nullptr;
    }

    void give_back(Host& host, std::unique_ptr<Connection> connection)
    {
        if (!connection->reusable()) {
            --host.open;
            return;
        }
        connection->expires_never();
        connection->idle_since = Clock::now();
        host.idle.push_back(std::move(connection));
        if (host.idle.size() > config.idle_per_host) {
            host.idle.pop_front();
            --host.open;
        }
    }

    Task<Result<tcp::endpoint>> resolve(Url const& url, Deadline deadline)
    {
        asio::ip::basic_resolver<tcp, asio::io_context::executor_type> resolver(io);
        SteadyTimer timer(io, deadline.at());
        timer.async_wait([&resolver](ErrorCodeOf const& failure) {
            if (!failure)
                resolver.cancel();
        });
        auto const port = std::to_string(url.port);
        auto const [failure, results] =
            co_await resolver.async_resolve(url.host, port, tcp::resolver::numeric_service, kUseTask);
        timer.cancel();
        if (failure)
            co_return Error{ErrorCode::upstream_unreachable, fmt::format("The host {} could not be found.", url.host),
                            fmt::format("resolving {}: {}", url.host, failure.message())};
        for (auto const& result : results) {
            auto const address = result.endpoint().address();
            bool const allowed =
                url.is_tls ? egress.permits(address, url.port) : egress.permits_clear_text(address, url.port);
            if (allowed)
                co_return result.endpoint();
        }
        metrics.refused_addresses.add();
        co_return Error{ErrorCode::forbidden,
                        fmt::format("Calls to {} are not allowed: {}.", url.host,
                                    url.is_tls ? "its address is not public" : "only https may be used"),
                        fmt::format("egress refused {}", url.authority())};
    }

    Task<Result<std::unique_ptr<Connection>>> connect(Url const& url, Deadline deadline)
    {
        auto const limit = deadline.at_most(config.connect_limit);
        auto const endpoint = co_await resolve(url, limit);
        if (!endpoint)
            co_return endpoint.error();
        auto connection = std::make_unique<Connection>(io, url.is_tls ? &tls : nullptr);
        connection->expires_at(limit.at());
        auto failure = co_await connection->connect(*endpoint);
        if (!failure)
            failure = co_await connection->shake_hands(url.host);
        if (failure)
            co_return Error{ErrorCode::upstream_unreachable,
                            failure == beast::error::timeout
                                ? fmt::format("{} took no connection in time.", url.host)
                                : fmt::format("{} could not be reached: {}.", url.host, failure.message()),
                            fmt::format("connecting to {}: {}", url.authority(), failure.message())};
        metrics.connects.add();
        co_return connection;
    }

    asio::io_context& io;
    ClientConfig config;
    EgressPolicy const& egress;
    ClientMetrics& metrics;
    ssl::context tls;
    /// The URL taken apart. Its origin is parsed once; the rest is only checked for what could end a request line.
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

    std::map<Origin, Host> hosts;
    std::map<std::string, Url, std::less<>> origins;
};

ClientMetrics::ClientMetrics(telemetry::Registry& registry)
    : connects(registry.counter("sluice_http_client_connects_total", "Connections opened to vendors."))
    , reuses(registry.counter("sluice_http_client_reuses_total", "Calls that found a warm connection."))
    , refused_addresses(
          registry.counter("sluice_http_client_refused_addresses_total", "Calls refused by the egress policy."))
    , abandoned(registry.counter("sluice_http_client_abandoned_total",
                                 "Calls that were given up because nobody waited for them any more."))
    , failures(registry.counter("sluice_http_client_failures_total", "Calls that got no HTTP answer."))
{
}

PooledClient::PooledClient(asio::io_context& io, ClientConfig config, EgressPolicy const& egress,
                           ClientMetrics& metrics)
    : impl_(std::make_unique<Impl>(io, config, egress, metrics))
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

    auto& host = impl_->hosts[Origin{url->is_tls, url->host, url->port}];
    auto const started = Clock::now();
    for (bool first = true;; first = false) {
        auto connection = first ? impl_->take_idle(host) : nullptr;
        bool const warm = connection != nullptr;
        if (!warm) {
            if (host.open >= impl_->config.connections_per_host)
                co_return Error{ErrorCode::rate_limited,
                                fmt::format("Too many calls to {} are in progress. Retry in a moment.", url->host)};
            ++host.open;
            auto opened = co_await impl_->connect(*url, deadline);
            if (!opened) {
                --host.open;
                impl_->metrics.failures.add();
                co_return opened.error();
            }
            connection = std::move(*opened);
            if (connection->has_spoken_first()) {
                --host.open;
                impl_->metrics.failures.add();
                co_return Error{ErrorCode::upstream_failed, fmt::format("{} answered before it was asked.", url->host)};
            }
        }
        if (deadline.expired()) {
            --host.open;
            impl_->metrics.failures.add();
            co_return Error{ErrorCode::upstream_unreachable, "The time for this call was over before it was sent."};
        }
        connection->expires_at(deadline.at());
        connection->watch(request.waiter);
        IncomingResponse response;
        auto const attempt =
            co_await connection->exchange(*head, request, impl_->config.response_limit_bytes, response);
        bool const was_left = !attempt.is_answered() && connection->was_left();
        connection->watch(nullptr);
        impl_->give_back(host, std::move(connection));
        if (attempt.is_answered()) {
            response.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started);
            co_return response;
        }
        if (was_left) {
            impl_->metrics.abandoned.add();
            co_return Error{ErrorCode::unavailable, "The client is gone."};
        }
        // The server closed the warm connection while our request was under way; it has not seen a safe one twice.
        bool const again =
            warm && !attempt.got_bytes && is_safe(request.method) && attempt.failure != beast::error::timeout;
        if (!again) {
            impl_->metrics.failures.add();
            co_return failed(*url, attempt);
        }
    }
}

} // namespace sluice::http
