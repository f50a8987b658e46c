#pragma once

#include "jobs/loop.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace sluice::jobs {

/// The loops of one worker, one for each kind of job. Belongs to one I/O thread.
class Loops {
public:
    /// All must outlive it.
    Loops(asio::io_context& io, Queue& queue, telemetry::Registry& registry, telemetry::Log& log);
    ~Loops();
    Loops(Loops const&) = delete;
    Loops& operator=(Loops const&) = delete;

    /// Registers a kind and what its jobs do. Before `start`.
    void add(Kind kind, Loop::Run run);
    /// Starts every loop in `group`; they end by `stop`.
    void start(TaskGroup& group);
    /// Jobs of the kind with this name are due soon.
    void ring(std::string_view kind);
    /// As `Loop::set_hearing`, for all.
    void set_hearing(bool is_hearing);
    /// None takes any more. What was taken goes on.
    void stop();
    /// Waits for what was taken; false if the deadline came first.
    Task<bool> drain(Deadline deadline);

private:
    struct Each;

    asio::io_context& io_;
    Queue& queue_;
    telemetry::Registry& registry_;
    telemetry::Log& log_;
    std::vector<std::unique_ptr<Each>> each_;
};

} // namespace sluice::jobs
