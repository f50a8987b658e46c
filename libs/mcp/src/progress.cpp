#include "progress.hpp"

#include "mcp/endpoint.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::mcp {
namespace {

json::value const* token_of(RpcRequest const& request)
{
    auto const* meta = json::object_at(request.params, "_meta");
    auto const* token = meta != nullptr ? meta->if_contains("progressToken") : nullptr;
    return token != nullptr && (token->is_string() || token->is_int64() || token->is_uint64()) ? token : nullptr;
}

} // namespace

bool makes_progress(RpcRequest const& request, ServerSnapshot const& snapshot)
{
    auto const* name = json::string_at(request.params, "name");
    if (request.method != "tools/call" || name == nullptr || token_of(request) == nullptr)
        return false;
    auto const* tool = snapshot.grant.tools->find(*name);
    if (tool == nullptr)
        return false;
    catalog::CallParts parts;
    auto const* arguments = json::object_at(request.params, "arguments");
    auto const* limit = arguments != nullptr ? arguments->if_contains("limit") : nullptr;
    boost::system::error_code is_none;
    if (auto const wanted = limit != nullptr && limit->is_number() ? limit->to_number<std::int64_t>(is_none) : 0;
        wanted > 0 && !is_none)
        parts.limit = wanted;
    return proxy::takes_pages(*tool->method, parts);
}

std::string event_frame(std::string_view message)
{
    return fmt::format("event: message\ndata: {}\n\n", message);
}

ProgressFrames::ProgressFrames(http::BodySink& sink, RpcRequest const& request)
    : sink_(sink)
    , token_(boost::json::serialize(*token_of(request)))
{
}

Task<bool> ProgressFrames::page(std::int64_t items, std::int64_t wanted)
{
    ++pages_;
    auto const message = fmt::format(R"({{"jsonrpc":"2.0","method":"notifications/progress","params":{{)"
                                     R"("progressToken":{},"progress":{},"total":{},"message":"page {}: {} items"}}}})",
                                     token_, items, wanted, pages_, items);
    auto const sent = co_await sink_.write(event_frame(message));
    is_gone_ = !sent;
    co_return !is_gone_;
}

http::Response Endpoint::stream_call(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, http::Place place,
                                     std::string name, CallTrace trace)
{
    http::Response response;
    response.headers.add("content-type", "text/event-stream");
    // A proxy in between must pass pieces on at once; nginx reads this header.
    response.headers.add("x-accel-buffering", "no");
    response.stream = [this, request = std::move(request), snapshot = std::move(snapshot), deadline,
                       place = std::make_shared<http::Place>(std::move(place)), name = std::move(name),
                       trace = std::move(trace)](http::BodySink& sink) {
        return write_call(sink, request, snapshot, deadline, place->hold(), name, trace);
    };
    return response;
}

Task<void> Endpoint::write_call(http::BodySink& sink, RpcRequest request, SnapshotPtr snapshot, Deadline deadline,
                                std::unique_ptr<http::ByteBudget::Hold> waiting, std::string name, CallTrace trace)
{
    ProgressFrames progress(sink, request);
    RunningCalls::Call running(running_, std::move(name), &sink);
    request.peer = &running;
    auto answer = co_await methods_.answer(std::move(request), std::move(snapshot), deadline, &progress, trace);
    if (progress.is_gone())
        co_return;
    auto frame = event_frame(std::exchange(answer.body, {}));
    if (waiting)
        waiting->keep(frame.capacity());
    [[maybe_unused]] auto const sent = co_await sink.write(std::move(frame));
}

} // namespace sluice::mcp
