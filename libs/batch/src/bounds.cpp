#include "bounds.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::batch {

bool Bounds::count_call()
{
    if (calls_ == limits_.calls)
        stop_for_calls();
    else if (!stopped_)
        ++calls_;
    return !stopped_;
}

void Bounds::count_bytes(std::size_t bytes)
{
    bytes_ += bytes;
    if (bytes_ >= limits_.bytes)
        stop_for_bytes();
}

void Bounds::stop_for_bytes()
{
    stop(Reason::bytes, fmt::format("The result of a batch has at most {} bytes.", limits_.bytes));
}

void Bounds::stop_for_calls()
{
    stop(Reason::calls, fmt::format("A batch makes at most {} calls.", limits_.calls));
}

void Bounds::stop(Reason reason, std::string message, std::optional<std::int64_t> retry_after_s)
{
    if (!stopped_)
        stopped_ = Partial{reason, std::move(message), 0, std::nullopt, std::nullopt, retry_after_s};
}

} // namespace sluice::batch
