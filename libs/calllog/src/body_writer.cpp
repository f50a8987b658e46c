#include "calllog/body_writer.hpp"

#include <utility>

namespace sluice::calllog {
namespace {

constexpr std::size_t kTogether = 50;
constexpr std::chrono::seconds kLimit{5};

std::size_t size_of(Bodies const& bodies)
{
    return bodies.request.size() + bodies.response.size() + sizeof bodies;
}

} // namespace

BodyWriter::BodyWriter(asio::io_context& io, LogRepository& repository, telemetry::Counter& lost, telemetry::Log& log)
    : repository_(repository)
    , lost_(lost)
    , tasks_(io, 1, log, "bodies of the call log")
{
}

void BodyWriter::add(Bodies bodies)
{
    if (places_.take({bodies.environment, {}}, size_of(bodies))) {
        lost_.add();
        return;
    }
    waiting_.push_back(std::move(bodies));
    if (std::exchange(is_writing_, true))
        return;
    // The task may end before `spawn` returns.
    if (!tasks_.spawn(write()))
        is_writing_ = false;
}

std::vector<Bodies> BodyWriter::next()
{
    std::vector<Bodies> together;
    while (!waiting_.empty() && together.size() < kTogether &&
           (together.empty() || waiting_.front().environment == together.front().environment)) {
        places_.give_back({waiting_.front().environment, {}}, size_of(waiting_.front()));
        together.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return together;
}

Task<void> BodyWriter::write()
{
    while (!waiting_.empty()) {
        auto together = next();
        auto const count = together.size();
        if (auto const stored = co_await repository_.add_bodies(std::move(together), Deadline::after(kLimit)); !stored)
            lost_.add(count);
    }
    is_writing_ = false;
}

} // namespace sluice::calllog
