#pragma once

#include "runtime/task.hpp"

#include <chrono>

namespace sluice::jobs {

/// What a loop waits at between two rounds. Belongs to one I/O thread.
class Bell {
public:
    virtual ~Bell() = default;
    /// Returns once `least` is over and the bell was rung since the last wait, or `most` is over, or it was closed.
    virtual Task<void> wait(std::chrono::milliseconds least, std::chrono::milliseconds most) = 0;
    virtual void ring() = 0;
    /// From now on no wait lasts.
    virtual void close() = 0;
};

} // namespace sluice::jobs
