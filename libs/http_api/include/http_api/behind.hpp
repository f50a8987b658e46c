#pragma once

#include "http_api/place.hpp"
#include "runtime/task_group.hpp"

#include <memory>

namespace sluice::http {

/// What answers do not wait for, so much of it at once, of which an environment has its share. It finds room or it is
/// done before the answer: nothing is lost. One I/O thread; whoever owns it drains it before destroying it.
class Behind {
public:
    Behind(asio::io_context& io, std::size_t limit, telemetry::Log& log);

    /// Does the task behind the answer; or now, if the environment has its share under way. A failure is logged.
    Task<void> leave(EnvironmentId environment, Task<Result<void>> task);
    /// Does the task and waits for its end until the deadline; it goes on behind the answer after that. False if it has
    /// not ended, or the environment has its share under way already.
    Task<bool> run(EnvironmentId environment, Task<void> task, Deadline until);
    Task<bool> drain(Deadline deadline) { return group_.drain(deadline); }

private:
    Task<void> finish(EnvironmentId environment, Task<Result<void>> task, Place place);

    telemetry::Log& log_;
    TaskGroup group_;
    std::shared_ptr<Shares> const shares_; ///< Shared with the tasks.
};

} // namespace sluice::http
