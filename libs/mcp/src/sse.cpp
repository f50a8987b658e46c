// HTTP+SSE of MCP 2024-11-05: one URL opens a stream on which answers come, another takes the client's messages.
#include "encode_outcome.hpp"
#include "mcp/endpoint.hpp"
#include "progress.hpp"
#include "refusal.hpp"

#include "calllog/masking.hpp"
#include "http_api/error_body.hpp"
#include "http_api/query.hpp"

#include <fmt/format.h>

namespace sluice::mcp {
namespace {

constexpr std::chrono::seconds kStreamLimit{5};
constexpr std::string_view kStreamSuffix = "/sse";

http::Response plain_error(Error const& error)
{
    int const status = error.code() == ErrorCode::rate_limited ? 429 : 503;
    auto response = http::json_response(status, json::value(http::error_body(status, error.public_detail())));
    response.headers.add("retry-after", status == 429 ? "30" : "1");
    return response;
}

/// Sends progress to the stream on which the answer will come.
class StreamSink final : public http::BodySink {
public:
    StreamSink(Streams& streams, Uuid stream, Deadline deadline)
        : streams_(streams)
        , stream_(stream)
        , deadline_(deadline)
    {
    }

    Task<Result<void>> write(std::string piece) override
    {
        co_return co_await streams_.deliver(stream_, std::move(piece), deadline_);
    }
    void when_gone(std::function<void()>) override {}             // The stream itself ends.
    void abort() override {}                                      // As above.
    [[nodiscard]] bool is_gone() const override { return false; } // The stream may be on another replica.

private:
    Streams& streams_;
    Uuid const stream_;
    Deadline const deadline_;
};

/// The name by which a call may be cancelled whose answer goes to the stream.
std::string name_on_stream(Uuid const& stream, std::string_view id)
{
    return fmt::format("{}|{}", to_hex(stream), id);
}

/// Also true while it cannot be known.
Task<bool> is_valid(Servers& servers, std::string token)
{
    auto const warm = servers.resolve_warm(token);
    auto const resolved = warm ? *warm : co_await servers.resolve(token, {}, Deadline::after(kStreamLimit));
    co_return resolved || resolved.error().code() != ErrorCode::not_found;
}

} // namespace

Task<http::Response> Endpoint::open_stream(http::Request const& request, std::string_view token, SnapshotPtr snapshot,
                                           Deadline deadline, http::Place const& place)
{
    auto waiting = place.hold();
    auto const stream = co_await streams_.open(snapshot->server.environment, snapshot->server.id,
                                               deadline.at_most(kStreamLimit), std::move(waiting));
    if (!stream)
        co_return plain_error(stream.error());
    http::Response response;
    response.headers.add("content-type", "text/event-stream");
    response.headers.add("x-accel-buffering", "no");
    auto const path = request.path().substr(0, request.path().size() - kStreamSuffix.size());
    auto first =
        fmt::format("event: endpoint\ndata: {}/messages?sessionId={}\n\n", path, to_hex((*stream)->stream()->id()));
    // The streams of a token end when the token is revoked or expires.
    auto may_go_on = [this, token = std::string(token)] { return is_valid(servers_, token); };
    response.stream = [this, place = *stream, first = std::move(first), may_go_on = std::move(may_go_on)](
                          http::BodySink& sink) { return streams_.serve(sink, place, first, may_go_on); };
    co_return response;
}

Task<http::Response> Endpoint::accept_message(http::Request const& request, SnapshotPtr snapshot, Deadline deadline,
                                              std::optional<ApiTokenId> factor, http::Place& place, CallTrace& trace)
{
    auto query = http::Query::parse(request.query());
    auto const id = query ? uuid_from_hex(query->take("sessionId").value_or("")) : std::nullopt;
    auto const is_open =
        id ? co_await streams_.is_open(*id, snapshot->server.id, deadline.at_most(kStreamLimit)) : Result<bool>(false);
    if (!is_open)
        co_return plain_error(is_open.error());
    if (!*is_open)
        co_return rpc_refusal(
            request, 404, RpcCode::server_error,
            "There is no such stream, or it has ended: open one with GET at the URL that ends in /sse.");
    auto classified = classify(request.body, request.headers);
    for (auto& message : classified.messages)
        if (auto* call = std::get_if<RpcRequest>(&message)) {
            call->factor = factor;
            trace.method = calllog::masked_name(std::string_view(call->method).substr(0, 64));
        }
    if (background_.full())
        co_return plain_error({ErrorCode::unavailable, "Too many calls wait for their answer. Try again."});
    background_.spawn(
        answer_on_stream(*id, std::move(classified), std::move(snapshot), deadline, std::move(place), trace));
    http::Response accepted;
    accepted.status = 202;
    accepted.headers.add("content-type", "text/plain; charset=utf-8");
    accepted.body = "Accepted";
    co_return accepted;
}

Task<void> Endpoint::answer_on_stream(Uuid stream, Classified classified, SnapshotPtr snapshot, Deadline deadline,
                                      http::Place place, CallTrace trace)
{
    std::string body;
    auto const waiting = place.hold();
    StreamSink sink(streams_, stream, deadline);
    bool const is_batch = classified.is_batch;
    for (auto& message : classified.messages) {
        if (auto const* cancelled = std::get_if<Cancelled>(&message))
            running_.cancel(name_on_stream(stream, cancelled->id));
        if (is_unanswered(message))
            continue;
        if (auto* call = std::get_if<RpcRequest>(&message); call != nullptr && makes_progress(*call, *snapshot)) {
            auto name = name_on_stream(stream, call->id);
            co_await write_call(sink, std::move(*call), snapshot, deadline, place.hold(), std::move(name), trace);
            continue;
        }
        auto* const call = std::get_if<RpcRequest>(&message);
        std::optional<RunningCalls::Call> running;
        if (call != nullptr)
            call->peer = &running.emplace(running_, name_on_stream(stream, call->id), nullptr);
        auto const answer = co_await answer_next(std::move(message), body.size(), snapshot, deadline, place, trace);
        body += body.empty() ? (is_batch ? "[" : "") : ",";
        body += answer.body;
        if (waiting)
            waiting->keep(body.capacity());
    }
    if (body.empty())
        co_return;
    if (is_batch)
        body += ']';
    // A failure is ignored: the stream is gone, or the client gives up and asks again.
    [[maybe_unused]] auto const delivered =
        co_await streams_.deliver(stream, event_frame(body), Deadline::after(kStreamLimit));
}

} // namespace sluice::mcp
