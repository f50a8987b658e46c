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

    /// Registers a kind and what its jobs do. Must be called before `start`.
    void add(Kind kind, Loop::Run run);
    /// The registered kinds, in their order.
    [[nodiscard]] std::vector<Kind> kinds() const;
    /// Starts every loop in `group`. `stop` ends them.
    void start(TaskGroup& group);
    /// Rings the bell of the kind with this name: jobs are due soon.
    void ring(std::string_view kind);
    /// Calls `Loop::set_hearing` of all loops.
    void set_hearing(bool is_hearing);
    /// No loop takes more jobs. Jobs that were taken go on.
    void stop();
    /// Waits for the jobs that were taken; false if the deadline came first.
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
