#include "http_api/behind.hpp"

#include <utility>

namespace sluice::http {
namespace {

constexpr std::string_view kName = "behind an answer";

Task<void> hold(Task<void> task, [[maybe_unused]] Place place)
{
    co_await std::move(task);
}

} // namespace

Behind::Behind(asio::io_context& io, std::size_t limit, telemetry::Log& log)
    : log_(log)
    , group_(io, limit, log, kName)
    , shares_(std::make_shared<Shares>(limit))
{
}

Task<void> Behind::leave(EnvironmentId environment, Task<Result<void>> task)
{
    Place place(shares_);
    bool const has_room = place.take(environment) && !group_.full();
    auto finishing = finish(environment, std::move(task), std::move(place));
    if (has_room)
        group_.spawn(std::move(finishing));
    else
        co_await std::move(finishing);
}

Task<bool> Behind::run(EnvironmentId environment, Task<void> task, Deadline until)
{
    Place place(shares_);
    if (!place.take(environment))
        co_return false;
    co_return co_await group_.run(hold(std::move(task), std::move(place)), until);
}

Task<void> Behind::finish(EnvironmentId environment, Task<Result<void>> task, [[maybe_unused]] Place place)
{
    if (auto const done = co_await std::move(task); !done)
        log_.write(telemetry::Level::warning, "background work of a request failed", done.error(),
                   {{"environment_id", environment.str()}});
}

} // namespace sluice::http
