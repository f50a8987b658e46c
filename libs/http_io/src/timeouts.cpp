#include "http_io/timeouts.hpp"

#include <algorithm>

#include <boost/beast/core/error.hpp>

namespace sluice::http {

Timeouts::Timeouts(asio::execution_context& io)
    : service(io)
    , timer_(static_cast<asio::io_context&>(io))
{
}

Timeouts::Limit::Limit(asio::io_context& io, Socket& socket)
    : timeouts_(of(io))
    , socket_(socket)
{
    timeouts_.limits_.push_back(*this);
}

Timeouts::Limit::~Limit()
{
    timeouts_.limits_.erase(timeouts_.limits_.iterator_to(*this));
    if (timeouts_.limits_.empty())
        timeouts_.wake_at(kNever); // Without the timer an idle io_context can end.
}

void Timeouts::Limit::expires_at(std::chrono::steady_clock::time_point when)
{
    when_ = when;
    passed_ = false;
    if (when < timeouts_.next_sweep_)
        timeouts_.wake_at(when);
}

void Timeouts::Limit::watch(Peer const* waiter)
{
    waiter_ = waiter;
    was_left_ = false;
    look_at_ = waiter == nullptr ? kNever : std::chrono::steady_clock::now() + kLook;
    if (look_at_ < timeouts_.next_sweep_)
        timeouts_.wake_at(look_at_);
}

boost::system::error_code Timeouts::Limit::cause_of(boost::system::error_code failure) const
{
    bool const is_ours = failure == asio::error::operation_aborted || (closes_ && failure);
    return passed_ && is_ours ? boost::beast::error::timeout : failure;
}

void Timeouts::wake_at(std::chrono::steady_clock::time_point when)
{
    next_sweep_ = when;
    if (when == kNever) {
        timer_.cancel();
        return;
    }
    timer_.expires_at(when);
    timer_.async_wait([this](boost::system::error_code const& failure) {
        if (!failure)
            sweep();
    });
}

void Timeouts::sweep()
{
    auto const now = std::chrono::steady_clock::now();
    auto earliest = kNever;
    for (auto& limit : limits_) {
        if (limit.when_ <= now) {
            boost::system::error_code ignored; // A closed socket has nothing to cancel.
            if (limit.closes_)
                limit.socket_.close(ignored);
            else
                limit.socket_.cancel(ignored);
            limit.passed_ = true; // The limit stays, so an operation that the owner starts next is cancelled too.
        }
        if (limit.look_at_ <= now) {
            limit.look_at_ = now + kLook;
            if (limit.waiter_->is_gone()) {
                boost::system::error_code ignored; // As above.
                limit.socket_.cancel(ignored);
                limit.was_left_ = true;
            }
        }
        earliest = std::min({earliest, limit.when_, limit.look_at_});
    }
    wake_at(earliest == kNever ? kNever : std::max(earliest, now + kPrecision));
}

} // namespace sluice::http
