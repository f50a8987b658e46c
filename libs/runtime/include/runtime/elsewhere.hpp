#pragma once

#include "base/deadline.hpp"
#include "runtime/task.hpp"

#include <vector>

namespace sluice {

/// A task for the thread that runs an io_context.
struct Elsewhere {
    asio::io_context* io;
    Task<bool> task;
};

/// Runs each task on its thread, all at once, and waits for them until `limit`; they go on after that. Whether all have
/// ended and said yes. The caller may be gone before they are; its io_context must live for as long as they run.
Task<bool> run_elsewhere(std::vector<Elsewhere> tasks, Deadline limit);

} // namespace sluice
