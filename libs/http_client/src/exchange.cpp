#include "exchange.hpp"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <string_view>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>

namespace sluice::http {
namespace {

/// Whether the server has closed its side, with or without the close_notify of TLS.
bool is_end(boost::system::error_code const& failure)
{
    return failure == asio::error::eof || failure == asio::ssl::error::stream_truncated;
}

} // namespace

Exchange::Exchange(std::unique_ptr<Connection> connection, OutgoingRequest const& request, std::size_t response_limit)
    : connection_(std::move(connection))
    , limit_(connection_->limit())
    , buffer_(connection_->buffer())
    , reader_(request.method, response_limit, static_cast<bool>(request.streams_answer))
{
}

Task<Attempt> Exchange::run(std::string const& head, OutgoingRequest const& request, Pace const& pace, BodyLease& lease,
                            IncomingResponse& response)
{
    return connection_->with_stream([&](auto& stream) { return run_on(stream, head, request, pace, lease, response); });
}

Task<std::string> Exchange::read_piece(Pace const& pace, Attempt& attempt)
{
    return connection_->with_stream([&](auto& stream) { return read_piece_on(stream, pace, attempt); });
}

template <class Stream>
Task<Attempt> Exchange::run_on(Stream& stream, std::string const& head, OutgoingRequest const& request,
                               Pace const& pace, BodyLease& lease, IncomingResponse& response)
{
    Attempt attempt;
    buffer_.reserve(kReadBuffer);
    limit_.expires_at(pace.whole.at_most(pace.first_byte).at());
    std::array<asio::const_buffer, 2> const parts{asio::buffer(head), asio::buffer(request.body)};
    auto const [write_failure, written] = co_await asio::async_write(stream, parts, kUseTask);
    std::shared_ptr<Upload> upload;
    if (request.source && !write_failure) {
        upload = std::make_shared<Upload>(connection_->io());
        asio::co_spawn(connection_->io(), send_body(stream, request.source, pace, upload),
                       [upload](std::exception_ptr const& broken) {
                           upload->is_stopped = upload->is_stopped || broken != nullptr;
                           upload->is_running = false;
                           upload->ended.cancel();
                       });
    }
    std::exception_ptr broken; // The upload uses this connection, so it is waited for in any case.
    try {
        co_await read_answer(stream, request, pace, lease, response, attempt);
    } catch (...) {
        broken = std::current_exception();
    }
    if (upload && upload->is_running)
        co_await stop(*upload, *request.source);
    if (broken)
        std::rethrow_exception(broken);
    if (upload && upload->unsent && !attempt.has_head)
        attempt.unsent = upload->unsent;
    if (write_failure && !attempt.got_bytes)
        attempt.failure = limit_.cause_of(write_failure);
    is_sent_ = !write_failure && (!upload || !(upload->unsent || upload->is_stopped));
    is_reusable_ = is_sent_ && attempt.is_answered() && !attempt.is_streamed && reader_.has_proven_end() &&
                   !connection_->has_unread();
    if (!attempt.is_streamed)
        buffer_.consume(buffer_.size());
    co_return attempt;
}

template <class Stream>
Task<void> Exchange::read_answer(Stream& stream, OutgoingRequest const& request, Pace const& pace, BodyLease& lease,
                                 IncomingResponse& response, Attempt& attempt)
{
    for (bool is_first = true; !reader_.is_done(); is_first = false) {
        if (!is_first && must_end(pace, attempt))
            break;
        if (!is_first)
            limit_.expires_at(pace.whole.at_most(pace.stall).at());
        co_await read_some(stream, attempt);
        if (request.streams_answer && !attempt.has_head && reader_.has_head()) {
            attempt.has_head = true;
            reader_.copy_head(response);
            attempt.is_streamed = attempt.is_answered() && request.streams_answer(response.status, response.headers);
            if (attempt.is_streamed)
                co_return;
            reader_.limit_body();
            take_buffered(attempt);
        }
        if (attempt.is_answered())
            attempt.over_budget = lease.grow_to(reader_.body_memory());
        if (!attempt.is_answered())
            break;
    }
    if (reader_.has_head() && !std::exchange(attempt.has_head, true))
        reader_.copy_head(response);
    response.body = reader_.take_body();
}

/// Whether the exchange must end, also if the server keeps bytes ready all the time.
bool Exchange::must_end(Pace const& pace, Attempt& attempt) const
{
    if (!pace.whole.expired() && !limit_.was_left())
        return false;
    attempt.failure = boost::beast::error::timeout;
    return true;
}

template <class Stream>
Task<void> Exchange::read_some(Stream& stream, Attempt& attempt)
{
    auto const [failure, bytes] = co_await stream.async_read_some(buffer_.prepare(kReadBuffer), kUseTask);
    buffer_.commit(bytes);
    attempt.got_bytes = attempt.got_bytes || bytes > 0;
    take_buffered(attempt);
    if (is_end(failure) && attempt.got_bytes && !reader_.is_done()) {
        reader_.put_end();
        attempt.fault = reader_.fault();
    } else if (failure && !reader_.is_done()) {
        attempt.failure = limit_.cause_of(failure);
    }
}

void Exchange::take_buffered(Attempt& attempt)
{
    buffer_.consume(reader_.put({static_cast<char const*>(buffer_.data().data()), buffer_.size()}));
    attempt.fault = reader_.fault();
}

template <class Stream>
Task<std::string> Exchange::read_piece_on(Stream& stream, Pace const& pace, Attempt& attempt)
{
    take_buffered(attempt); // What came with the head.
    while (attempt.is_answered()) {
        if (auto piece = reader_.take_body(); !piece.empty())
            co_return piece;
        if (reader_.is_done() || must_end(pace, attempt))
            break;
        limit_.expires_at(pace.whole.at_most(pace.stall).at());
        co_await read_some(stream, attempt);
    }
    is_reusable_ = is_sent_ && attempt.is_answered() && reader_.has_proven_end() && !connection_->has_unread();
    co_return std::string();
}

/// Sends the pieces as they come. If the source fails, the connection is closed, so that the server does not take the
/// part for the whole.
template <class Stream>
Task<void> Exchange::send_body(Stream& stream, std::shared_ptr<BodySource> source, Pace pace,
                               std::shared_ptr<Upload> upload)
{
    bool const is_chunked = !source->size();
    for (bool goes_on = true; goes_on && !upload->is_stopped;) {
        if (pace.whole.expired()) {
            upload->is_stopped = true; // The limit ends the read of the answer as well.
            break;
        }
        limit_.expires_at(pace.whole.at());
        auto const piece = co_await source->read();
        if (!piece || upload->is_stopped) {
            if (!piece && !upload->is_stopped) {
                upload->unsent = piece.error();
                connection_->close();
            }
            break;
        }
        goes_on = !piece->empty();
        auto const size = is_chunked ? fmt::format("{:x}\r\n", piece->size()) : std::string();
        std::array<asio::const_buffer, 3> const parts{asio::buffer(size), asio::buffer(*piece),
                                                      asio::buffer(std::string_view(is_chunked ? "\r\n" : ""))};
        limit_.expires_at(pace.whole.at_most(pace.stall).at());
        auto const [failure, bytes] = co_await asio::async_write(stream, parts, kUseTask);
        goes_on = goes_on && !failure; // The server may have answered; the reader finds out.
        if (failure)
            upload->is_stopped = true;
    }
    if (!upload->is_stopped)
        limit_.expires_at(pace.whole.at_most(pace.first_byte).at());
}

Task<void> Exchange::stop(Upload& upload, BodySource& source)
{
    upload.is_stopped = true;
    source.cancel();
    boost::system::error_code ignored; // The socket may be closed.
    connection_->socket().cancel(ignored);
    if (upload.is_running)
        co_await upload.ended.async_wait(kUseTask);
}

} // namespace sluice::http
