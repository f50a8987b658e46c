#include "dispatcher.hpp"

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "base/status.hpp"
#include "calllog/masking.hpp"
#include "cors.hpp"
#include "http_api/error_body.hpp"
#include "limit_headers.hpp"
#include "paths.hpp"
#include "request_body.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

namespace sluice::api {
namespace {

constexpr std::size_t kUnroutedBody = 64 * 1024;
constexpr std::chrono::milliseconds kPatience{200};
constexpr int kClientGone = 499;
constexpr int kUnauthorized = 401;
constexpr int kTooMany = 429;
constexpr int kMisdirected = 421;

bool is_request_id(std::string_view text)
{
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    });
}

http::Response error_response(Error const& error)
{
    auto response = http::json_response(http_status_of(error.code()), json::value(http::error_body(error)));
    if (error.code() == ErrorCode::unavailable || error.code() == ErrorCode::rate_limited)
        response.headers.add("retry-after", "1");
    if (error.code() == ErrorCode::unauthenticated)
        response.headers.add("www-authenticate", "Bearer");
    if (error.code() == ErrorCode::not_allowed)
        response.headers.add("allow", "GET, HEAD");
    return response;
}

bool is_of_vendor(ErrorCode code)
{
    return code == ErrorCode::upstream_unreachable || code == ErrorCode::upstream_failed ||
           code == ErrorCode::upstream_timeout || code == ErrorCode::reauth_needed;
}

/// The name of a route for the log. A path itself is not logged, since MCP paths contain tokens.
std::string_view route_name(std::size_t index)
{
    return index == http::Router::kNone ? std::string_view("unknown") : all_routes()[index].path;
}

/// The span of a request: below the one that its client names, else the first of a trace if traces are recorded here.
telemetry::TraceContext span_of(http::Request const& request, bool is_recorded)
{
    if (auto const parent = request.headers.find("traceparent"))
        if (auto const span = telemetry::TraceContext::below(*parent))
            return *span;
    auto span = is_recorded ? telemetry::TraceContext::begin() : telemetry::TraceContext{};
    span.is_sampled = is_recorded;
    return span;
}

/// Counts a request for its user or token: of an account for the account, since it has no other.
Result<void> count(Call& call)
{
    if (call.caller.account)
        return call.tally.count(*call.caller.account);
    if (call.signed_in)
        return call.tally.count(call.signed_in->user);
    return call.caller.token ? call.tally.count(*call.caller.token) : Result<void>{};
}

/// What `count` would say, before the body has come.
Result<void> expect(Call& call)
{
    if (call.signed_in)
        return call.tally.expect(call.signed_in->user);
    return call.caller.token ? call.tally.expect(*call.caller.token) : Result<void>{};
}

double milliseconds(std::chrono::microseconds time)
{
    return static_cast<double>(time.count()) / 1000;
}

void append_timing(http::Response& response, std::chrono::microseconds total, std::chrono::microseconds vendor)
{
    std::array<char, 96> text;
    auto const own = milliseconds(std::max(total - vendor, std::chrono::microseconds(0)));
    auto const end = vendor.count() > 0 ? fmt::format_to(text.data(), "sluice;dur={:.2f}, vendor;dur={:.2f}", own,
                                                         milliseconds(vendor))
                                        : fmt::format_to(text.data(), "sluice;dur={:.2f}", own);
    response.headers.add("server-timing", {text.data(), static_cast<std::size_t>(end - text.data())});
}

} // namespace

RequestMetrics::RequestMetrics(telemetry::Registry& registry)
    : unrouted_(registry.counter("sluice_api_unrouted_requests_total", "Requests to paths that are no route."))
{
    for (auto const& spec : all_routes()) {
        OfRoute route{};
        std::size_t position = 0;
        for (auto const* status : {"ok", "4xx", "429", "5xx"})
            route.by_class[position++] =
                &registry.counter("sluice_api_requests_total", "Requests by route and outcome.",
                                  {{"method", std::string(http::name_of(spec.method))},
                                   {"route", std::string(spec.path)},
                                   {"status", status}});
        route.seconds = &registry.histogram("sluice_api_request_seconds", "Time from a whole request to its answer.",
                                            {{"route", std::string(spec.path)}});
        routes_.push_back(route);
    }
}

void RequestMetrics::count(std::size_t route, int status, double seconds)
{
    std::size_t const position = status < 400 ? 0 : (status == 429 ? 2 : (status < 500 ? 1 : 3));
    routes_[route].by_class[position]->add();
    routes_[route].seconds->observe(seconds);
}

void RequestMetrics::count_unrouted(int)
{
    unrouted_.add();
}

Dispatcher::Dispatcher(ShardParts const& parts, Recognisers recognisers, limits::ShardLimits& shard_limits,
                       RequestMetrics& metrics, telemetry::Log& log)
    : config_(parts.config)
    , hosts_(config_.public_url, config_.mcp_url)
    , routes_(all_routes())
    , handlers_(make_handlers(parts))
    , recognisers_(recognisers)
    , keyed_requests_(parts.keyed_requests)
    , shard_limits_(shard_limits)
    , bodies_(parts.bodies)
    , answers_(parts.answers)
    , metrics_(metrics)
    , log_(log)
    , running_(std::make_shared<http::Shares>(config_.concurrent_requests))
    , id_prefix_([] {
        std::array<std::uint8_t, 6> bytes{};
        random_bytes(bytes);
        return "req_" + hex(bytes);
    }())
{
    for (std::size_t i = 0; i < routes_.size(); ++i)
        router_.add(routes_[i].method, routes_[i].path, i);
}

std::size_t Dispatcher::body_limit(http::Method method, std::string_view path) const
{
    std::string room;
    auto const index = router_.find_index(method, normal_path(path, room));
    if (index == http::Router::kNone)
        return kUnroutedBody;
    return routes_[index].body_limit == kStreamedBody ? config_.upload_bytes : routes_[index].body_limit;
}

bool Dispatcher::streams_body(http::Method method, std::string_view path) const
{
    std::string room;
    auto const index = router_.find_index(method, normal_path(path, room));
    return index != http::Router::kNone && routes_[index].body_limit == kStreamedBody;
}

Call Dispatcher::begin(http::Request request, std::chrono::steady_clock::time_point started)
{
    Call call;
    call.request = std::move(request);
    call.tally = limits::Tally(&shard_limits_);
    std::string room;
    auto const path = call.request.path();
    if (auto const normal = normal_path(path, room); normal.size() < path.size())
        call.request.target.replace(0, path.size(), std::string(normal));
    call.deadline = Deadline{started + config_.management_limit};
    auto const given_id = call.request.headers.find("x-request-id");
    call.request_id = given_id && is_request_id(*given_id) ? std::string(*given_id) : next_request_id();
    call.trace.origin.request_id = call.request_id;
    call.trace.origin.client_address = call.client_address();
    call.trace.origin.span = span_of(call.request, config_.call_log.exports_spans());
    return call;
}

Task<http::Admission> Dispatcher::admit(http::Request const& head)
{
    auto const started = std::chrono::steady_clock::now();
    auto call = begin(head, started);
    auto index = http::Router::kNone;
    http::Admission admission;
    admission.refusal = locate(call, index);
    if (!admission.refusal) {
        auto refused = co_await refuse_stranger(call, index);
        if (!refused)
            call.trace.error = calllog::masked(refused.error().public_detail());
        admission.refusal = refused ? *std::move(refused) : error_response(refused.error());
    }
    if (admission.refusal)
        finish(call, index, started, *admission.refusal);
    else
        admission.room = std::make_unique<BodyMemory>(bodies_, call.environment());
    co_return admission;
}

Task<http::Response> Dispatcher::handle(http::Request request)
{
    auto const started = std::chrono::steady_clock::now();
    auto call = begin(std::move(request), started);
    auto index = http::Router::kNone;
    auto response = co_await route(call, index);
    if (auto const counted = call.place.count(response); !counted)
        response = error_response(counted.error());
    finish(call, index, started, response);
    co_return response;
}

http::Response Dispatcher::refuse(int status, std::string_view message, std::string_view client)
{
    Call call;
    call.request.client = client;
    call.request_id = next_request_id();
    auto response = plain_error(status, message);
    if (status == kTooMany)
        response.headers.add("retry-after", "1");
    finish(call, http::Router::kNone, std::chrono::steady_clock::now(), response);
    return response;
}

std::optional<http::Response> Dispatcher::locate(Call& call, std::size_t& index) const
{
    auto match = router_.find(call.request.method, call.request.path());
    if (match.index == http::Router::kNone && call.request.method == http::Method::head) {
        // HEAD is answered like GET; the server sends only the head (RFC 9110 section 9.3.2).
        call.request.method = http::Method::get;
        match = router_.find(call.request.method, call.request.path());
    }
    if (match.index == http::Router::kNone) {
        if (auto answer = preflight(call.request, router_, routes_, index))
            return answer;
        if (match.allow.empty()) {
            auto const near = near_path(call.request.path(), routes_);
            return plain_error(404, fmt::format("There is nothing at this path{} The routes are described at "
                                                "`GET /openapi.yaml`.",
                                                near.empty() ? "." : fmt::format("; did you mean {}?", near)));
        }
        auto response = plain_error(405, fmt::format("This path answers {} only.", match.allow));
        response.headers.add("allow", match.allow);
        return response;
    }
    if (is_elsewhere(call, routes_[match.index]))
        return plain_error(kMisdirected, fmt::format("Not at this host: the API is at {}, MCP servers are at {}.",
                                                     config_.public_url, config_.mcp_url));
    index = match.index;
    call.parameters = std::move(match.parameters);
    auto query = http::Query::parse(call.request.query());
    if (!query)
        return plain_error(400, "The query string is not valid: broken percent-encoding, or not UTF-8.");
    call.query = *std::move(query);
    call.place = http::Place(running_, &answers_);
    // Other routes take their place later, for the environment of their token; open routes need none.
    if (routes_[index].access == Access::link)
        if (auto const may = call.place.take(EnvironmentId{}); !may)
            return error_response(may.error());
    return std::nullopt;
}

Task<Result<std::optional<http::Response>>> Dispatcher::refuse_stranger(Call& call, std::size_t index)
{
    using Refused = std::optional<http::Response>;
    switch (routes_[index].access) {
    case Access::open:
    case Access::link:
        co_return Refused{}; // The body limit of these routes is small enough for strangers.
    case Access::mcp_token:
        if (routes_[index].refuse_stranger == nullptr)
            co_return Error{ErrorCode::internal, "Unexpected fault.", "a route for MCP tokens that checks none"};
        co_return co_await routes_[index].refuse_stranger(handlers_[index].get(), call);
    case Access::session:
    case Access::caller:
    case Access::account_token:
    case Access::any_token:
        auto const identified = co_await identify(call, routes_[index], recognisers_, config_);
        if (!identified)
            co_return identified.error();
        // It is counted when its body has come.
        if (auto const may = expect(call); !may)
            co_return may.error();
        co_return Refused{};
    }
    co_return Refused{};
}

Task<http::Response> Dispatcher::route(Call& call, std::size_t& index)
{
    if (auto refused = locate(call, index))
        co_return *std::move(refused);
    std::optional<BodyMemory> room;
    // A body for a vendor is decoded by its handler, if it is read there at all.
    bool const is_for_vendor = routes_[index].body_limit == kStreamedBody;
    if (!is_for_vendor && !call.request.body.empty() && call.request.headers.contains("content-encoding")) {
        auto refused = co_await refuse_stranger(call, index);
        if (!refused) {
            call.trace.error = calllog::masked(refused.error().public_detail());
            co_return error_response(refused.error());
        }
        if (!*refused)
            *refused = co_await decode_body(call.request, routes_[index].body_limit,
                                            room.emplace(bodies_, call.environment()));
        if (*refused)
            co_return **std::move(refused);
    }
    auto answered = co_await run(call, index);
    if (answered)
        co_return *std::move(answered);
    call.trace.is_vendors_fault = is_of_vendor(answered.error().code());
    call.trace.error = calllog::masked(answered.error().public_detail());
    co_return error_response(answered.error());
}

Task<Result<http::Response>> Dispatcher::run(Call& call, std::size_t index)
{
    try {
        if (takes_caller(routes_[index].access)) {
            auto const identified = co_await identify(call, routes_[index], recognisers_, config_);
            if (!identified)
                co_return identified.error();
            if (auto const counted = count(call); !counted)
                co_return counted.error();
        }
        if (call.request.method == http::Method::get)
            if (auto const checked = check_query(call.query, routes_[index].query); !checked)
                co_return checked.error();
        if (routes_[index].is_keyed && call.request.headers.contains("idempotency-key"))
            co_return co_await make_once(call, index);
        co_return co_await routes_[index].answer(handlers_[index].get(), call);
    } catch (std::exception const& error) {
        co_return Error{ErrorCode::internal, "Unexpected fault.", error.what()};
    }
}

Task<Result<http::Response>> Dispatcher::make_once(Call& call, std::size_t index)
{
    auto query = call.query;
    // Checked here too: an answer that is kept is an account's, and another account's token must not get it.
    auto const account = call.take_account(query);
    if (!account)
        co_return account.error();
    BodyMemory room(bodies_, call.environment());
    if (call.request.source) {
        auto body = co_await http::read_whole(*call.request.source,
                                              {safeguards::KeyedRequests::kMostBytes, Deadline::after(kBodyTime),
                                               [&room](std::size_t bytes) { return room.grow(bytes); }});
        if (!body)
            co_return body.error().code() == ErrorCode::too_large ? safeguards::KeyedRequests::too_large()
                                                                  : body.error();
        call.request.body = *std::move(body);
        call.request.source.reset();
    }
    safeguards::KeyedRequests::Asked asked{call.environment(), *account, std::move(query), call.request};
    safeguards::KeyedRequests::Maker const maker = [this, &call, index] { return make(call, index); };
    auto answer = co_await keyed_requests_.make(std::move(asked), maker);
    // A failure that is told again is no new one of ours.
    if (answer && answer->headers.contains("idempotent-replayed"))
        call.trace.is_vendors_fault = true;
    co_return answer;
}

Task<safeguards::KeyedRequests::Made> Dispatcher::make(Call& call, std::size_t index)
{
    auto answer = co_await routes_[index].answer(handlers_[index].get(), call);
    co_return safeguards::KeyedRequests::Made{std::move(answer), call.may_have_effect};
}

bool Dispatcher::is_elsewhere(Call const& call, Route const& route) const
{
    // Open routes answer at every host, since a health probe may not know the name.
    return route.access != Access::open && !hosts_.is_one() &&
           !hosts_.serves(call.request.headers.find("host").value_or(""), route.access == Access::mcp_token);
}

void Dispatcher::finish(Call const& call, std::size_t index, std::chrono::steady_clock::time_point started,
                        http::Response& response)
{
    auto const elapsed =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
    response.headers.add("x-request-id", call.request_id);
    // The vendor refuses the account's credential; the caller cannot send a better one.
    if (response.status == kUnauthorized && call.trace.is_vendors_fault)
        response.headers.add("www-authenticate", "Integrated-Account");
    add_cors(call.request, response);
    add_own_limits(call.tally.limits(), response.headers);
    append_timing(response, elapsed, call.trace.vendor_time);
    // Checked only for slow or failed requests, since it costs a system call.
    bool const is_client_gone = (elapsed >= kPatience || response.status >= 500) && call.request.peer != nullptr &&
                                call.request.peer->is_gone();
    // Counted as nginx does: if the client has left, the status is 499.
    auto const status = is_client_gone ? kClientGone : response.status;
    if (index == http::Router::kNone)
        metrics_.count_unrouted(status);
    else
        metrics_.count(index, status, std::chrono::duration<double>(elapsed).count());

    auto const& trace = call.trace;
    bool const is_ours = status >= 500 && !trace.is_vendors_fault;
    auto const level = is_ours
                           ? telemetry::Level::error
                           : (status >= 400 && !is_client_gone ? telemetry::Level::warning : telemetry::Level::info);
    log_.write(level, "request",
               {{"request_id", call.request_id},
                {"http_method", http::name_of(call.request.method)},
                {"route", route_name(index)},
                {"status", static_cast<std::int64_t>(response.status)},
                {"error", trace.error},
                {"duration_ms", milliseconds(elapsed)},
                {"vendor_ms", milliseconds(trace.vendor_time)},
                {"environment_id", trace.environment},
                {"integrated_account_id", trace.account},
                {"integration", trace.integration},
                {"method", trace.method},
                {"tool", trace.origin.tool},
                {"steps", trace.steps},
                {"client_gone", is_client_gone},
                {"client", trace.origin.client_name},
                {"client_address", call.client_address()}});
}

std::string Dispatcher::next_request_id()
{
    return fmt::format("{}{:08x}", id_prefix_, ++id_counter_);
}

} // namespace sluice::api
