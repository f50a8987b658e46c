#pragma once

#include "jobs/bell.hpp"

#include <functional>
#include <utility>
#include <vector>

namespace sluice::test {

/// A bell whose waits take no time: each is written down, and `waited` may do what happens meanwhile.
class FakeBell final : public jobs::Bell {
public:
    struct Wait {
        std::chrono::milliseconds least;
        std::chrono::milliseconds most;
    };

    Task<void> wait(std::chrono::milliseconds least, std::chrono::milliseconds most) override
    {
        waits.push_back({least, most});
        if (waited)
            waited();
        co_return;
    }
    void ring() override { ++rings; }
    void close() override { is_closed = true; }

    std::vector<Wait> waits;
    std::function<void()> waited;
    int rings = 0;
    bool is_closed = false;
};

} // namespace sluice::test
