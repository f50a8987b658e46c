#include "request_body.hpp"

#include "base/status.hpp"
#include "http_api/content_decoder.hpp"
#include "http_api/error_body.hpp"
#include "runtime/offload.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

namespace sluice::api {
namespace {

http::Response error_answer(Error const& error)
{
    auto response = plain_error(http_status_of(error.code()), error.public_detail());
    if (error.code() == ErrorCode::rate_limited)
        response.headers.add("retry-after", "1");
    return response;
}

} // namespace

http::Response plain_error(int status, std::string_view message)
{
    return http::json_response(status, json::value(http::error_body(status, message)));
}

Task<std::optional<http::Response>> decode_body(http::Request& request, std::size_t limit, http::BodyRoom& room)
{
    using Cause = http::ContentDecoder::Cause;
    auto const executor = co_await asio::this_coro::executor;
    http::ContentDecoder decoder(request.headers, std::move(request.body), limit);
    std::size_t taken = 0;
    for (bool goes_on = true; goes_on;) {
        goes_on = decoder.step();
        if (decoder.size() > taken && !room.grow(decoder.size() - taken))
            co_return error_answer({ErrorCode::rate_limited, std::string(http::kNoRoom)});
        taken = std::max(taken, decoder.size());
        if (goes_on)
            co_await asio::post(executor, kUseTask); // Lets other requests of the thread run.
    }
    if (decoder.cause() == Cause::none) {
        request.body = decoder.take();
        request.headers.remove("content-encoding");
        co_return std::nullopt;
    }
    auto const status = decoder.cause() == Cause::too_large ? 413 : (decoder.cause() == Cause::broken ? 400 : 415);
    auto response = plain_error(status, fmt::format("The request body {}.", decoder.fault()));
    if (status == 415)
        response.headers.add("accept-encoding", http::kAcceptedCodings);
    co_return response;
}

Task<std::optional<http::Response>> read_whole(http::Request& request, std::size_t limit, http::BodyRoom& room)
{
    if (auto const source = std::exchange(request.source, nullptr)) {
        auto body = co_await http::read_whole(
            *source, {limit, Deadline::after(kBodyTime), [&room](std::size_t bytes) { return room.grow(bytes); }});
        if (!body)
            co_return error_answer(body.error());
        request.body = *std::move(body);
    }
    if (!request.body.empty() && request.headers.contains("content-encoding"))
        co_return co_await decode_body(request, limit, room);
    co_return std::nullopt;
}

} // namespace sluice::api
