#include "jobs/loops.hpp"

#include "jobs/timed_bell.hpp"

namespace sluice::jobs {

struct Loops::Each {
    Each(Loops& all, LoopConfig config, Loop::Run run)
        : kind(config.kind)
        , metrics(all.registry_, kind.name)
        , bell(all.io_)
        , loop(all.io_, all.queue_, config, std::move(run), bell, metrics, all.log_)
    {
    }
    Kind kind;
    LoopMetrics metrics;
    TimedBell bell;
    Loop loop;
};

Loops::Loops(asio::io_context& io, Queue& queue, telemetry::Registry& registry, telemetry::Log& log)
    : io_(io)
    , queue_(queue)
    , registry_(registry)
    , log_(log)
{
}

Loops::~Loops() = default;

void Loops::add(Kind kind, Loop::Run run)
{
    LoopConfig config;
    config.kind = kind;
    each_.push_back(std::make_unique<Each>(*this, config, std::move(run)));
}

std::vector<Kind> Loops::kinds() const
{
    std::vector<Kind> kinds;
    for (auto const& each : each_)
        kinds.push_back(each->kind);
    return kinds;
}

void Loops::start(TaskGroup& group)
{
    for (auto& each : each_)
        group.spawn(each->loop.run());
}

void Loops::ring(std::string_view kind)
{
    for (auto& each : each_)
        if (each->kind.name == kind)
            each->bell.ring();
}

void Loops::set_hearing(bool is_hearing)
{
    for (auto& each : each_)
        each->loop.set_hearing(is_hearing);
}

void Loops::stop()
{
    for (auto& each : each_)
        each->loop.stop();
}

Task<bool> Loops::drain(Deadline deadline)
{
    bool is_whole = true;
    for (auto& each : each_)
        is_whole = co_await each->loop.drain(deadline) && is_whole;
    co_return is_whole;
}

} // namespace sluice::jobs
