#pragma once

#include "jobs/queue.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace sluice::jobs {

inline constexpr Kind kHealth{"health"};

/// A queue in memory.
class FakeQueue final : public Queue {
public:
    Task<Result<Taken>> take(Wish wish, Deadline) override
    {
        if (++takes > 1000)
            throw std::runtime_error("the loop spins");
        wishes.push_back(wish);
        if (is_down)
            co_return Error{ErrorCode::unavailable, "The database is not available."};
        Taken taken;
        taken.next_in = next_in;
        while (!due.empty() && taken.jobs.size() < wish.most) {
            taken.jobs.push_back(due.back());
            due.pop_back();
        }
        co_return taken;
    }
    Task<Result<void>> finish(Job job, std::optional<Timestamp> next, Deadline) override
    {
        if (is_broken)
            throw std::runtime_error("broken");
        finished.emplace_back(job, next);
        co_return Result<void>{};
    }
    Task<Result<void>> fail(Job job, std::chrono::seconds pause, Deadline) override
    {
        failed.emplace_back(job, pause);
        if (is_full)
            co_return Error{ErrorCode::unavailable, "The database is not available."};
        co_return Result<void>{};
    }

    Task<Result<std::vector<std::chrono::milliseconds>>> lateness(std::vector<Kind> kinds, Deadline) override
    {
        if (is_down)
            co_return Error{ErrorCode::unavailable, "The database is not available."};
        co_return std::vector<std::chrono::milliseconds>(kinds.size(), late);
    }

    std::chrono::milliseconds late{}; ///< Of every kind.
    int takes = 0;
    bool is_down = false;
    bool is_full = false; ///< Ends are not stored.
    bool is_broken = false;
    std::optional<std::chrono::milliseconds> next_in;
    std::vector<Job> due;
    std::vector<Wish> wishes;
    std::vector<std::pair<Job, Next>> finished;
    std::vector<std::pair<Job, std::chrono::seconds>> failed;
};

inline Job job(std::uint8_t number)
{
    Job made;
    made.kind = kHealth;
    made.id = Uuid{number};
    return made;
}

} // namespace sluice::jobs
