#include "dispatcher.hpp"

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "base/status.hpp"
#include "caller_identity.hpp"
#include "http_api/error_body.hpp"
#include "http_api/url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::api {
namespace {

constexpr std::size_t kUnroutedBody = 64 * 1024;
constexpr std::chrono::milliseconds kPatience{200};
constexpr int kClientGone = 499;

std::string host_of(std::string const& url)
{
    auto const parsed = http::parse_url(url);
    return parsed ? parsed->authority() : std::string();
}

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
        response.headers.add("allow", "GET");
    return response;
}

http::Response plain_error(int status, std::string_view message)
{
    return http::json_response(status, json::value(http::error_body(status, message)));
}

/// Tokens stand in MCP paths; nothing that is logged may show one.
std::string_view route_name(std::size_t index)
{
    return index == http::Router::kNone ? std::string_view("unknown") : route_specs()[index].path;
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
    for (auto const& spec : route_specs()) {
        Route route{};
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

Dispatcher::Dispatcher(Config const& config, std::vector<api::Handler> handlers, tenancy::ApiTokens& tokens,
                       accounts::AccountTokens& account_tokens, RequestMetrics& metrics, telemetry::Log& log)
    : config_(config)
    , mcp_host_(host_of(config.mcp_url) == host_of(config.public_url) ? std::string() : host_of(config.mcp_url))
    , handlers_(std::move(handlers))
    , tokens_(tokens)
    , account_tokens_(account_tokens)
    , metrics_(metrics)
    , log_(log)
    , id_prefix_([] {
        std::array<std::uint8_t, 6> bytes{};
        random_bytes(bytes);
        return "req_" + hex(bytes);
    }())
{
    auto const specs = route_specs();
    for (std::size_t i = 0; i < specs.size(); ++i)
        router_.add(specs[i].method, specs[i].path, i);
}

std::size_t Dispatcher::body_limit(http::Method method, std::string_view path) const
{
    auto const index = router_.find_index(method, path);
    return index == http::Router::kNone ? kUnroutedBody : route_specs()[index].body_limit;
}

Task<http::Response> Dispatcher::handle(http::Request request)
{
    auto const started = std::chrono::steady_clock::now();
    Call call;
    call.request = std::move(request);
    call.deadline = Deadline{started + config_.management_limit};
    auto const given_id = call.request.headers.find("x-request-id");
    call.request_id = given_id && is_request_id(*given_id) ? std::string(*given_id) : next_request_id();
    auto index = http::Router::kNone;
    auto response = co_await route(call, index);
    finish(call, index, started, response);
    co_return response;
}

http::Response Dispatcher::refuse(int status, std::string_view message)
{
    Call call;
    call.request_id = next_request_id();
    auto response = plain_error(status, message);
    finish(call, http::Router::kNone, std::chrono::steady_clock::now(), response);
    return response;
}

Task<http::Response> Dispatcher::route(Call& call, std::size_t& index)
{
    auto match = router_.find(call.request.method, call.request.path());
    if (match.index == http::Router::kNone || is_hidden(call, route_specs()[match.index])) {
        if (match.allow.empty())
            co_return plain_error(404,
                                  "There is nothing at this path. The routes are described in api-spec/openapi.yaml.");
        auto response = plain_error(405, fmt::format("This path answers {} only.", match.allow));
        response.headers.add("allow", match.allow);
        co_return response;
    }
    index = match.index;
    call.parameters = std::move(match.parameters);
    auto query = http::Query::parse(call.request.query());
    if (!query)
        co_return plain_error(400, "The query string is not valid: broken percent-encoding, or not UTF-8.");
    call.query = *std::move(query);
    if (running_ >= config_.concurrent_requests) {
        auto response = plain_error(429, "The service is busy. Retry in a second.");
        response.headers.add("retry-after", "1");
        co_return response;
    }
    ++running_;
    auto answered = co_await run(call, index);
    --running_;
    co_return answered ? *std::move(answered) : error_response(answered.error());
}

Task<Result<http::Response>> Dispatcher::run(Call& call, std::size_t index)
{
    try {
        auto const access = route_specs()[index].access;
        if (access == Access::api_token || access == Access::account_token || access == Access::any_token) {
            auto const identified = co_await identify(call, access, tokens_, account_tokens_);
            if (!identified)
                co_return identified.error();
        }
        co_return co_await handlers_[index](call);
    } catch (std::exception const& error) {
        co_return Error{ErrorCode::internal, "Unexpected fault.", error.what()};
    }
}

bool Dispatcher::is_hidden(Call const& call, RouteSpec const& spec) const
{
    if (mcp_host_.empty() || spec.access == Access::mcp_token || spec.path == "/healthz")
        return false;
    return iequals(call.request.headers.find("host").value_or(""), mcp_host_);
}

void Dispatcher::finish(Call const& call, std::size_t index, std::chrono::steady_clock::time_point started,
                        http::Response& response)
{
    auto const elapsed =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
    response.headers.add("x-request-id", call.request_id);
    append_timing(response, elapsed, call.trace.vendor_time);
    // Only where somebody can have lost patience: it costs a look at the socket.
    bool const is_client_gone = elapsed >= kPatience && call.request.peer != nullptr && call.request.peer->is_gone();
    // As nginx counts it: an answer that nobody reads is no fault of ours.
    auto const status = is_client_gone ? kClientGone : response.status;
    if (index == http::Router::kNone)
        metrics_.count_unrouted(status);
    else
        metrics_.count(index, status, std::chrono::duration<double>(elapsed).count());

    auto const& trace = call.trace;
    bool const is_ours = status >= 500 && !response.headers.contains("ratelimit-limit");
    auto const level = is_ours
                           ? telemetry::Level::error
                           : (status >= 400 && !is_client_gone ? telemetry::Level::warning : telemetry::Level::info);
    log_.write(level, "request",
               {{"request_id", call.request_id},
                {"http_method", http::name_of(call.request.method)},
                {"route", route_name(index)},
                {"status", static_cast<std::int64_t>(response.status)},
                {"duration_ms", milliseconds(elapsed)},
                {"vendor_ms", milliseconds(trace.vendor_time)},
                {"environment_id", trace.environment},
                {"integrated_account_id", trace.account},
                {"integration", trace.integration},
                {"method", trace.method},
                {"tool", trace.tool},
                {"client_gone", is_client_gone},
                {"client", trace.client}});
}

std::string Dispatcher::next_request_id()
{
    return fmt::format("{}{:08x}", id_prefix_, ++id_counter_);
}

} // namespace sluice::api
