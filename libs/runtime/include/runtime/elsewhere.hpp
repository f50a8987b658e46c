#pragma once

#include "base/deadline.hpp"
#include "runtime/task.hpp"

#include <vector>

namespace sluice {

/// A task for the thread of another io_context.
struct Elsewhere {
    asio::io_context* io;
    Task<bool> task;
};

/// Runs each task on its thread, all at the same time, and waits until `limit`; unfinished tasks go on after that. True
/// if all have ended with true. The caller may be gone before they end, but its io_context must live as long as they
/// run.
Task<bool> run_elsewhere(std::vector<Elsewhere> tasks, Deadline limit);

} // namespace sluice
