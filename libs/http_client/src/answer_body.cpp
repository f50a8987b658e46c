#include "answer_body.hpp"

#include "failures.hpp"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace sluice::http {

std::optional<std::uint64_t> AnswerBody::size_in(Headers const& head)
{
    // The reader has accepted the head, so a length is a number, and stands for the body if there is no coding.
    auto const text = head.contains("transfer-encoding") ? std::nullopt : head.find("content-length");
    std::uint64_t size = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), size).ec != std::errc{})
        return std::nullopt;
    return size;
}

Task<Result<std::string>> AnswerBody::read()
{
    if (is_complete_)
        co_return std::string();
    if (!exchange_)
        co_return Error{ErrorCode::upstream_failed, fmt::format("The answer of {} was given up.", url_.host)};
    Attempt attempt;
    attempt.got_bytes = true;
    is_reading_ = true;
    auto piece = co_await exchange_->read_piece(pace_, attempt);
    is_reading_ = false;
    if (!attempt.is_answered())
        pool_->metrics().failures.add();
    else if (!piece.empty())
        co_return piece;
    else if (auto connection = exchange_->take_connection())
        pool_->keep(host_, std::move(connection));
    is_complete_ = attempt.is_answered();
    exchange_.reset();
    place_.reset();
    if (!attempt.is_answered())
        co_return failed(url_, attempt);
    co_return piece;
}

void AnswerBody::cancel()
{
    if (!exchange_)
        return;
    pool_->metrics().abandoned.add();
    exchange_->close();
    if (is_reading_)
        return; // The read fails now, and gives the place back.
    exchange_.reset();
    place_.reset();
}

} // namespace sluice::http
