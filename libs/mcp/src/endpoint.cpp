#include "mcp/endpoint.hpp"

#include "base/encoding.hpp"
#include "calllog/masking.hpp"
#include "encode_outcome.hpp"
#include "http_api/error_body.hpp"
#include "http_api/message.hpp"
#include "mcp/client_inputs.hpp"
#include "progress.hpp"
#include "refusal.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

namespace sluice::mcp {
namespace {

/// The time to find a token that is not cached. A call waits while the database is slow; a database that is down is
/// noticed sooner.
constexpr std::chrono::seconds kResolveLimit{5};

/// Once the answers to a batch have so many bytes, its other messages are refused.
constexpr std::size_t kMostOfBatch = 4 * 1024 * 1024;

constexpr std::string_view kCorsHeaders = "Content-Type, Accept, Authorization, MCP-Protocol-Version, Mcp-Method, "
                                          "Mcp-Name, Mcp-Session-Id, Last-Event-ID, Sluice-Api-Token";

http::Response error_response(int status, std::string_view message)
{
    return http::json_response(status, json::value(http::error_body(status, message)));
}

/// The answer at a URL whose MCP server was not found or could not be read.
http::Response unresolved(http::Request const& request, Error const& error)
{
    bool const is_unknown = error.code() == ErrorCode::not_found;
    bool const is_limited = error.code() == ErrorCode::rate_limited;
    auto response =
        rpc_refusal(request, is_unknown ? 404 : (is_limited ? 429 : 503), RpcCode::server_error, error.public_detail());
    response.headers.add("cache-control", "no-store");
    if (!is_unknown)
        response.headers.add("retry-after", "1");
    return response;
}

std::string_view media_type(std::string_view value)
{
    value = value.substr(0, value.find(';'));
    auto const end = value.find_last_not_of(" \t");
    return end == std::string_view::npos ? std::string_view{} : value.substr(0, end + 1);
}

/// The product of `User-Agent` (RFC 9110 section 10.1.5). The client names itself only in its handshake.
std::string client_of(http::Request const& request)
{
    constexpr std::size_t kMostName = 60;
    auto const agent = request.headers.find("user-agent").value_or("");
    return calllog::masked_name(agent.substr(0, std::min(agent.find(' '), kMostName)));
}

bool is_json(http::Request const& request)
{
    return iequals(media_type(request.headers.find("content-type").value_or("")), "application/json");
}

bool accepts(http::Request const& request, std::string_view type)
{
    return to_lower(request.headers.find("accept").value_or("")).find(type) != std::string::npos;
}

/// Clients are not exact: only an `Accept` that names neither of the two types is refused.
bool accepts_json_or_events(http::Request const& request)
{
    if (request.headers.find("accept").value_or("").empty())
        return true;
    for (std::string_view const type : {"application/json", "application/*", "text/event-stream", "*/*"})
        if (accepts(request, type))
            return true;
    return false;
}

} // namespace

Endpoint::Endpoint(EndpointConfig const& config, Servers& servers, tenancy::ApiTokens& api_tokens,
                   proxy::Caller& caller, safeguards::SafeWrites& safe_writes, crypto::CursorSealer const& sealer,
                   Streams& streams, RunningCalls& running, TaskGroup& background, limits::ShardLimits& shard_limits,
                   CallLogParts log, EndpointMetrics& metrics)
    : config_(config)
    , servers_(servers)
    , api_tokens_(api_tokens)
    , sealer_(sealer)
    , streams_(streams)
    , running_(running)
    , background_(background)
    , shard_limits_(shard_limits)
    , metrics_(metrics)
    , methods_(caller, safe_writes, sealer, shard_limits, config.list_lifetime, log, metrics)
{
}

Task<std::variant<http::Response, EnvironmentId>> Endpoint::admit(http::Request const& head, std::string_view token,
                                                                  http::Place& place, CallTrace& trace)
{
    auto const deadline = Deadline::after(kResolveLimit);
    auto const warm = find_warm(token, place);
    auto const resolved = warm ? *warm : co_await find_cold(head, token, place, deadline);
    if (!resolved)
        co_return unresolved(head, resolved.error());
    auto const& snapshot = *resolved;
    trace.environment = snapshot->environment_text;
    std::optional<ApiTokenId> factor;
    auto refused = co_await refuse_without_factor(head, *snapshot, deadline, factor);
    if (!refused)
        co_return snapshot->server.environment;
    add_cors(head, *refused);
    refused->headers.add("cache-control", "no-store");
    co_return *std::move(refused);
}

Task<http::Response> Endpoint::handle(http::Request const& request, std::string_view token, Door door,
                                      http::Place& place, CallTrace& trace)
{
    auto const deadline = Deadline::after(config_.call_limit);
    auto const warm = find_warm(token, place);
    auto const resolved = warm ? *warm : co_await find_cold(request, token, place, deadline.at_most(kResolveLimit));
    if (!resolved)
        co_return unresolved(request, resolved.error());
    auto const& snapshot = *resolved;
    trace.environment = snapshot->environment_text;
    if (!snapshot->grant.served->is_of_tenant()) {
        auto const& account = snapshot->grant.served->groups().front().accounts.front()->account;
        trace.of(account.id, account.integration_name);
    }

    http::Response response;
    std::optional<ApiTokenId> factor;
    if (!is_allowed_origin(request)) {
        response =
            rpc_refusal(request, 403, RpcCode::server_error,
                        "This Origin may not call the MCP server. Its operator can allow it (mcp.allowed_origins).");
    } else if (request.method == http::Method::options && request.headers.contains("origin")) {
        response.status = 204;
    } else if (door == Door::stream ? request.method != http::Method::get : request.method != http::Method::post) {
        response =
            door == Door::stream
                ? error_response(405, "Here is the stream of MCP 2024-11-05: open it with GET. Newer clients use "
                                      "the URL without /sse.")
                : error_response(405, "An MCP server answers POST only; it keeps no stream and no session.");
        response.headers.add("allow", door == Door::stream ? "GET" : "POST");
    } else if (auto refused = co_await refuse_without_factor(request, *snapshot, deadline, factor)) {
        response = *std::move(refused);
    } else if (door == Door::stream) {
        response = co_await open_stream(request, token, snapshot, deadline, place);
    } else if (!is_json(request)) {
        response = rpc_refusal(request, 415, RpcCode::invalid_request, "Content-Type must be application/json.");
    } else if (door == Door::messages) {
        response = co_await accept_message(request, snapshot, deadline, factor, place, trace);
    } else {
        response = co_await answer_post(request, snapshot, deadline, factor, place, trace);
    }
    add_cors(request, response);
    response.headers.add("cache-control", "no-store");
    co_return response;
}

namespace {

/// The server that was found, after a place for a request was taken in its environment.
Result<SnapshotPtr> with_place(Result<SnapshotPtr> found, http::Place& place)
{
    if (found)
        if (auto const may = place.take((*found)->server.environment); !may)
            return may.error();
    return found;
}

} // namespace

std::optional<Result<SnapshotPtr>> Endpoint::find_warm(std::string_view token, http::Place& place) const
{
    auto warm = servers_.resolve_warm(token);
    return warm ? std::optional(with_place(*std::move(warm), place)) : std::nullopt;
}

Task<Result<SnapshotPtr>> Endpoint::find_cold(http::Request const& request, std::string_view token, http::Place& place,
                                              Deadline deadline)
{
    if (auto const may = place.take(servers_.known_environment(token)); !may)
        co_return may.error();
    co_return with_place(co_await servers_.resolve(token, tenancy::Asker(request.client), deadline), place);
}

bool Endpoint::declared_pages(http::Request const& request, ServerSnapshot const& snapshot) const
{
    auto const session = request.headers.find("mcp-session-id");
    return session && sealer_.open(session_binding(snapshot), *session).has_value();
}

bool Endpoint::is_allowed_origin(http::Request const& request) const
{
    auto const origin = request.headers.find("origin");
    return !origin || std::ranges::find(config_.allowed_origins, *origin) != config_.allowed_origins.end();
}

void Endpoint::add_cors(http::Request const& request, http::Response& response) const
{
    auto const origin = request.headers.find("origin");
    if (!origin || !is_allowed_origin(request))
        return;
    response.headers.add("access-control-allow-origin", *origin);
    response.headers.add("vary", "Origin");
    response.headers.add("access-control-expose-headers",
                         "Mcp-Session-Id, WWW-Authenticate, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, "
                         "Retry-After");
    if (request.method != http::Method::options)
        return;
    response.headers.add("access-control-allow-methods", "GET, POST, OPTIONS");
    response.headers.add("access-control-allow-headers",
                         request.headers.find("access-control-request-headers").value_or(kCorsHeaders));
    response.headers.add("access-control-max-age", "600");
}

Task<Result<ApiTokenId>> Endpoint::check_second_factor(http::Request const& request, McpServer const& server,
                                                       Deadline deadline)
{
    auto const own_header = request.headers.find("sluice-api-token");
    auto const token = own_header ? *own_header : http::bearer_of(request);
    auto const warm = api_tokens_.authenticate_warm(token, request.client);
    auto const caller = warm ? *warm : co_await api_tokens_.authenticate(token, request.client, deadline);
    if (!caller)
        co_return caller.error();
    auto const& factor = **caller;
    if (factor.environment != server.environment)
        co_return Error{ErrorCode::unauthenticated, "The API token is missing, unknown or expired. Send a valid one as "
                                                    "`Authorization: Bearer slx_api_…`."};
    // A caller whose calls a person must approve must not be able to approve them itself.
    if (!server.config.approval_tags.empty() && !factor.is_mcp_only)
        co_return Error{
            ErrorCode::forbidden,
            "This MCP server makes calls wait for approval, and takes only API tokens that can approve none. Send one "
            "made with `sluice api-token create --mcp-only`."};
    // One that may not make any vendor call over REST makes none here.
    if (auto const may = check_permission(factor.permissions, tenancy::Permission::calls_write); !may)
        co_return may.error();
    co_return factor.id;
}

Task<std::optional<http::Response>> Endpoint::refuse_without_factor(http::Request const& request,
                                                                    ServerSnapshot const& snapshot, Deadline deadline,
                                                                    std::optional<ApiTokenId>& factor)
{
    if (!snapshot.server.config.require_api_token_auth)
        co_return std::nullopt;
    auto const sent = co_await check_second_factor(request, snapshot.server, deadline);
    if (sent) {
        factor = *sent;
        co_return std::nullopt;
    }
    if (sent.error().code() == ErrorCode::forbidden)
        co_return rpc_refusal(request, 403, RpcCode::server_error, sent.error().public_detail());
    bool const is_limited = sent.error().code() == ErrorCode::rate_limited;
    bool const is_later = is_limited || sent.error().code() == ErrorCode::unavailable;
    auto response = rpc_refusal(request, is_limited ? 429 : (is_later ? 503 : 401), RpcCode::server_error,
                                sent.error().public_detail());
    response.headers.add(is_later ? "retry-after" : "www-authenticate", is_later ? "1" : "Bearer");
    co_return response;
}

Task<http::Response> Endpoint::answer_post(http::Request const& request, SnapshotPtr snapshot, Deadline deadline,
                                           std::optional<ApiTokenId> factor, http::Place& place, CallTrace& trace)
{
    trace.origin.client_name = client_of(request);
    if (!accepts_json_or_events(request))
        co_return rpc_refusal(request, 406, RpcCode::invalid_request,
                              "Accept must allow application/json or text/event-stream.");
    auto classified = classify(request.body, request.headers);
    bool const shows_pages = declared_pages(request, *snapshot);
    for (auto& message : classified.messages) {
        if (auto* call = std::get_if<RpcRequest>(&message)) {
            call->peer = request.peer;
            call->factor = factor;
            call->shows_pages = shows_pages;
        }
    }
    for (auto const& message : classified.messages)
        if (auto const* cancelled = std::get_if<Cancelled>(&message))
            running_.cancel(RunningCalls::name_of(snapshot->server.id, request, cancelled->id));
    if (classified.is_batch)
        co_return co_await answer_batch(std::move(classified.messages), std::move(snapshot), deadline, place, trace);
    if (is_unanswered(classified.messages.front())) {
        http::Response accepted;
        accepted.status = 202;
        co_return accepted;
    }
    if (auto* call = std::get_if<RpcRequest>(&classified.messages.front());
        call != nullptr && makes_progress(*call, *snapshot) && accepts(request, "text/event-stream")) {
        auto name = RunningCalls::name_of(snapshot->server.id, request, call->id);
        trace.method = call->method;
        auto const limits = limits_before(*snapshot);
        auto response =
            stream_call(std::move(*call), std::move(snapshot), deadline, std::move(place), std::move(name), trace);
        proxy::add_limit_headers(limits, response.headers);
        co_return response;
    }
    auto* const call = std::get_if<RpcRequest>(&classified.messages.front());
    std::optional<RunningCalls::Call> running;
    if (call != nullptr && call->era == Era::legacy) {
        running.emplace(running_, RunningCalls::name_of(snapshot->server.id, request, call->id), call->peer);
        call->peer = &*running;
    }
    auto answer = co_await answer_single(std::move(classified.messages.front()), std::move(snapshot), deadline, trace);
    auto response = http::json_response(answer.status, std::move(answer.body));
    response.held = std::move(answer.held);
    if (!answer.session.empty())
        response.headers.add("mcp-session-id", answer.session);
    proxy::add_limit_headers(answer.limits, response.headers, answer.windows);
    co_return response;
}

Task<http::Response> Endpoint::answer_batch(std::vector<Single> messages, SnapshotPtr snapshot, Deadline deadline,
                                            http::Place const& place, CallTrace& trace)
{
    auto const executor = co_await asio::this_coro::executor;
    auto const waiting = place.hold();
    ratelimit::Limits limits;
    std::string body;
    for (auto& message : messages) {
        if (is_unanswered(message))
            continue;
        if (!body.empty())
            co_await asio::post(executor, kUseTask); // Lets other requests of the thread run.
        auto const answer = co_await answer_next(std::move(message), body.size(), snapshot, deadline, place, trace);
        body += body.empty() ? '[' : ',';
        body += answer.body;
        limits = limits::tighter(limits, answer.limits);
        if (waiting)
            waiting->keep(body.capacity());
    }
    if (body.empty()) {
        http::Response accepted;
        accepted.status = 202;
        co_return accepted;
    }
    body += ']';
    auto response = http::json_response(200, std::move(body));
    proxy::add_limit_headers(limits, response.headers);
    co_return response;
}

ratelimit::Limits Endpoint::limits_before(ServerSnapshot const& snapshot)
{
    auto const& served = *snapshot.grant.served;
    return served.is_of_tenant() ? ratelimit::Limits{}
                                 : shard_limits_.own().look(served.groups().front().accounts.front()->account.id);
}

Task<Answer> Endpoint::answer_next(Single message, std::size_t so_far, SnapshotPtr snapshot, Deadline deadline,
                                   http::Place const& place, CallTrace& trace)
{
    if (auto const* request = std::get_if<RpcRequest>(&message); request != nullptr && so_far > 0) {
        auto const refuse = [&](std::string_view why) {
            metrics_.refused.add();
            return Answer{200, encode_error(request->id, RpcCode::server_error, why), {}};
        };
        if (so_far >= kMostOfBatch)
            co_return refuse("The answers to this batch are as large as they may be (4 MiB), so this message was not "
                             "carried out. Send it again in another request.");
        if (auto const may = place.may_answer(); !may)
            co_return refuse(may.error().public_detail() + " This message was not carried out.");
    }
    co_return co_await answer_single(std::move(message), std::move(snapshot), deadline, trace);
}

Task<Answer> Endpoint::answer_single(Single message, SnapshotPtr snapshot, Deadline deadline, CallTrace& trace)
{
    if (auto const* refusal = std::get_if<Refusal>(&message))
        co_return methods_.refuse(*refusal, std::move(snapshot), trace);
    co_return co_await methods_.answer(std::get<RpcRequest>(std::move(message)), std::move(snapshot), deadline, nullptr,
                                       trace);
}

} // namespace sluice::mcp
