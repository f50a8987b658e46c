#pragma once

#include "base/steady_clock.hpp"
#include "limits/counter.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace sluice::limits {

/// Our own limits within 10 s; 0: there is none.
struct Config {
    std::int64_t api_token = 500;
    std::int64_t account = 50;
    std::int64_t user = 500;
};

/// The counters of all tokens, accounts and users, for the whole process. Thread-safe.
class Counters {
public:
    /// The most counters of each. One has about 1 KiB.
    static constexpr std::size_t kMost = 20'000;

    /// `clock` must outlive it.
    explicit Counters(Config config, SteadyClock const& clock = kSystemSteadyClock);

    [[nodiscard]] SharedMap<Counter>& tokens() noexcept { return tokens_; }
    [[nodiscard]] SharedMap<Counter>& accounts() noexcept { return accounts_; }
    [[nodiscard]] SharedMap<Counter>& users() noexcept { return users_; }
    [[nodiscard]] Config const& config() const noexcept { return config_; }
    [[nodiscard]] SteadyClock::time_point now() const { return clock_.now(); }

    /// From now on counters are exchanged with other replicas. `start` is called, on any thread, when a call is counted
    /// after a time without one. Call it before any thread counts.
    void exchange_by(std::function<void()> start) { start_ = std::move(start); }
    /// Whether counters are exchanged at all.
    [[nodiscard]] bool are_exchanged() const noexcept { return start_ != nullptr; }
    /// Has the counter exchanged until it is idle.
    void list(Counter& counter);
    struct Listed {
        std::shared_ptr<Counter> counter;
        Published published;
    };
    /// The counters to exchange; those that are idle are on the list no more. If there are none, the next one that is
    /// listed starts the exchange again.
    [[nodiscard]] std::vector<Listed> publish();
    /// The exchange has ended though there were counters: each is listed anew by its next call, which starts it again.
    void stopped();

private:
    Config const config_;
    SteadyClock const& clock_;
    SharedMap<Counter> tokens_;
    SharedMap<Counter> accounts_;
    SharedMap<Counter> users_;
    std::function<void()> start_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<Counter>> listed_;
    bool is_running_ = false;
};

} // namespace sluice::limits
