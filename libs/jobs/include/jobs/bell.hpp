#pragma once

#include "runtime/task.hpp"

#include <chrono>

namespace sluice::jobs {

/// Lets a loop wait between two rounds. Belongs to one I/O thread.
class Bell {
public:
    virtual ~Bell() = default;
    /// Waits at least `least` and at most `most`. Between the two it returns as soon as the bell is rung, or was rung
    /// since the last wait. Returns at once if the bell is closed.
    virtual Task<void> wait(std::chrono::milliseconds least, std::chrono::milliseconds most) = 0;
    virtual void ring() = 0;
    /// Ends the wait and all later ones.
    virtual void close() = 0;
};

} // namespace sluice::jobs
