#pragma once

#include "base/deadline.hpp"
#include "runtime/offload.hpp"
#include "runtime/task.hpp"
#include "telemetry/log.hpp"

#include <cstddef>
#include <string_view>

namespace sluice {

/// Background tasks, at most `limit` at once. Belongs to one I/O thread and must outlive its tasks: its owner drains
/// it, or stops the io_context, before destroying it.
class TaskGroup {
public:
    /// `name` must outlive the group. The log has it when a task throws.
    TaskGroup(asio::io_context& io, std::size_t limit, telemetry::Log& log, std::string_view name);

    [[nodiscard]] bool full() const noexcept { return running_ >= limit_; }
    [[nodiscard]] std::size_t running() const noexcept { return running_; }
    /// Starts the task. False if the group is full; the task is then destroyed. So ask `full()` first if making the
    /// task has an effect.
    bool spawn(Task<void> task);
    /// Starts the task and waits for its end until `until`; after that it goes on in the background. False if it has
    /// not ended, or the group is full.
    Task<bool> run(Task<void> task, Deadline until);
    /// Waits until no task runs; false if the deadline came first.
    Task<bool> drain(Deadline deadline);

private:
    asio::io_context& io_;
    std::size_t const limit_;
    telemetry::Log& log_;
    std::string_view const name_;
    std::size_t running_ = 0;
    SteadyTimer* drained_ = nullptr;
};

} // namespace sluice
