#include "connection_pool.hpp"

#include "ares_resolver.hpp"
#include "dial.hpp"
#include "failures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <boost/asio/ip/tcp.hpp>

namespace sluice::http {
namespace {

using tcp = asio::ip::tcp;
using Failure = boost::system::error_code;

/// An idle connection keeps its read buffer for so long, for hosts that are called all the time.
constexpr std::chrono::seconds kFresh{1};
/// Decoding is done in small steps, so two bodies at once hold nobody up.
constexpr std::size_t kDecodingAtOnce = 2;
/// The most remembered origins; some vendors have one for each account.
constexpr std::size_t kMaxOrigins = 10'000;

/// Whether the host is an IP address. Naming it in an error tells the caller nothing new.
bool is_literal(std::string const& host)
{
    Failure failure;
    std::ignore = asio::ip::make_address(host, failure);
    return !failure;
}

} // namespace

Pool::Pool(asio::io_context& io, ClientConfig config, EgressPolicy const& egress, ClientMetrics& metrics,
           std::unique_ptr<Resolver> resolver)
    : io_(io)
    , config_(std::move(config))
    , egress_(egress)
    , metrics_(metrics)
    , names_(io, resolver ? std::move(resolver) : std::make_unique<AresResolver>(io, config_.name_servers))
    , places_(io, config_.connections, config_.queue, config_.queue_limit)
    , decoding_(io, kDecodingAtOnce)
    , answer_bytes_(std::make_shared<Shares>(config_.answer_bytes))
    , fresh_limit_(std::min<std::chrono::milliseconds>(kFresh, config_.idle_limit))
    , idle_timer_(io)
{
}

Host& Pool::host_of(Url const& url, TlsIdentity const* identity)
{
    auto const [found, is_new] = hosts_.try_emplace(
        Origin{url.is_tls, url.host, url.port, identity != nullptr && url.is_tls ? identity->id : std::string()});
    if (is_new)
        found->second = std::make_unique<Host>(found->first, config_.connections_per_host);
    return *found->second;
}

void Pool::drop_if_unused(Host& host)
{
    if (host.calls.taken() == 0 && host.waiting == 0 && host.idle.empty())
        hosts_.erase(Origin(host.origin));
}

Task<std::optional<Error>> Pool::wait_for_place(Host& host, CallPlaces::Refusal refusal, Url const& url,
                                                Owner const& owner, Deadline deadline)
{
    ++host.waiting;
    auto const refused = co_await places_.wait(host.calls, owner, refusal, deadline);
    --host.waiting;
    if (!refused)
        co_return std::nullopt;
    metrics_.refused_shares.add();
    drop_if_unused(host);
    co_return full_error(refused->full, refused->is_of_server ? url.host : "vendors");
}

std::unique_ptr<Connection> Pool::take_idle(Host& host, IntegratedAccountId account)
{
    for (auto at = host.idle.end(); at != host.idle.begin();) {
        --at;
        if ((*at)->account != account)
            continue;
        auto connection = std::move(*at);
        at = host.idle.erase(at);
        connection->unlink();
        --idle_count_;
        if (Clock::now() - connection->idle_since < config_.idle_limit && !connection->is_stale()) {
            metrics_.reuses.add();
            return connection;
        }
    }
    return nullptr;
}

void Pool::keep(Host& host, std::unique_ptr<Connection> connection)
{
    connection->limit().expires_never();
    connection->idle_since = Clock::now();
    connection->pool = &host;
    bool const is_first = fresh_.empty(); // Its buffer must be freed before the timer's present time.
    fresh_.push_back(*connection);
    host.idle.push_back(std::move(connection));
    ++idle_count_;
    if (host.idle.size() > config_.idle_per_host)
        drop_oldest(host);
    if (idle_count_ > config_.idle_connections)
        drop_oldest(host_of_oldest());
    if (!is_timer_set_ || is_first)
        wake_for_oldest();
}

void Pool::drop_oldest(Host& host)
{
    host.idle.pop_front(); // Its destructor removes it from the list of all hosts.
    --idle_count_;
    drop_if_unused(host);
}

void Pool::wake_for_oldest()
{
    is_timer_set_ = idle_count_ > 0;
    if (!is_timer_set_)
        return;
    auto const closes = (idle_.empty() ? fresh_ : idle_).front().idle_since + config_.idle_limit;
    idle_timer_.expires_at(fresh_.empty() ? closes : std::min(closes, fresh_.front().idle_since + fresh_limit_));
    idle_timer_.async_wait([weak = weak_from_this()](Failure const& failure) {
        if (auto const self = weak.lock(); self && !failure)
            self->tend_idle();
    });
}

void Pool::tend_idle()
{
    auto const now = Clock::now();
    while (!fresh_.empty() && fresh_.front().idle_since + fresh_limit_ <= now) {
        auto& connection = fresh_.front();
        connection.release_buffer();
        connection.unlink();
        idle_.push_back(connection);
    }
    while (!idle_.empty() && idle_.front().idle_since + config_.idle_limit <= now)
        drop_oldest(*idle_.front().pool);
    wake_for_oldest();
}

Task<Result<std::vector<tcp::endpoint>>> Pool::endpoints_of(Url const& url, Deadline deadline)
{
    auto const addresses = co_await names_.find(url.host, deadline);
    if (!addresses && addresses.error().code() == ErrorCode::upstream_timeout)
        co_return Error{ErrorCode::upstream_unreachable,
                        fmt::format("The host {} could not be looked up in time.", url.host),
                        fmt::format("resolving {}: {}", url.host, addresses.error().log_message())};
    std::vector<tcp::endpoint> endpoints;
    if (addresses)
        for (auto const& address : *addresses)
            if (url.is_tls ? egress_.permits(address, url.port) : egress_.permits_clear_text(address, url.port))
                endpoints.emplace_back(address, url.port);
    if (!endpoints.empty())
        co_return endpoints;
    if (addresses)
        metrics_.refused_addresses.add();
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

Task<Result<std::unique_ptr<Connection>>> Pool::connect(Host const& host, Url const& url, TlsIdentity const* identity,
                                                        Deadline deadline)
{
    auto const limit = deadline.at_most(config_.connect_limit);
    auto const tls = contexts_.find(url.is_tls ? identity : nullptr);
    if (!tls)
        co_return tls.error();
    auto endpoints = co_await endpoints_of(url, limit);
    if (!endpoints)
        co_return endpoints.error();
    Failure failure;
    auto connection = co_await dial(io_, url.is_tls ? tls->get() : nullptr, *std::move(endpoints), limit, failure);
    if (connection) {
        connection->limit().expires_at(limit.at());
        auto const& [is_tls, name, port, id] = host.origin;
        failure = co_await connection->shake_hands(
            url.host, {sessions_, url.is_tls ? fmt::format("{} {} {}", name, port, id) : std::string()});
    }
    if (failure || !connection)
        co_return unconnected(url, failure, connection ? connection->distrust() : std::string_view());
    metrics_.connects.add();
    if (connection->is_resumed())
        metrics_.resumptions.add();
    co_return connection;
}

Task<Result<std::unique_ptr<Connection>>> Pool::open(Host& host, Url const& url, OutgoingRequest const& request,
                                                     Deadline deadline)
{
    auto opened = co_await connect(host, url, request.tls.get(), deadline);
    if (opened && (*opened)->has_spoken_first())
        co_return Error{ErrorCode::upstream_failed, fmt::format("{} answered before it was asked.", url.host)};
    if (opened)
        (*opened)->account = request.owner.account;
    co_return opened;
}

Result<Url> Pool::parse(std::string const& text)
{
    auto const scheme_end = text.find("://");
    auto const origin_end = scheme_end == std::string::npos ? scheme_end : text.find('/', scheme_end + 3);
    if (origin_end == std::string::npos)
        return parse_url(text);
    auto const origin = std::string_view(text).substr(0, origin_end);
    auto known = origins_.find(origin);
    if (known == origins_.end()) {
        auto parsed = parse_url(text);
        if (!parsed || origins_.size() >= kMaxOrigins)
            return parsed;
        known = origins_.emplace(std::string(origin), *std::move(parsed)).first;
    }
    auto url = known->second;
    url.target = text.substr(origin_end);
    bool const is_clean = std::ranges::all_of(
        url.target, [](char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '"' && c != '<' && c != '>'; });
    return is_clean ? Result<Url>(std::move(url)) : parse_url(text);
}

} // namespace sluice::http
