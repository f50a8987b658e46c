#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::pg {

/// Cuts the sockets of connections whose time is over. libpq waits without a limit for a server that does not answer;
/// when its socket is cut it fails at once. Thread-safe. Has a thread of its own, which sleeps while nothing is
/// watched.
class Watchdog {
public:
    using Clock = std::chrono::steady_clock;

    explicit Watchdog(std::size_t slots);
    ~Watchdog();
    Watchdog(Watchdog const&) = delete;
    Watchdog& operator=(Watchdog const&) = delete;

    /// Watches the socket of a slot as long as this object lives. The socket must stay open until then.
    class Watch {
    public:
        Watch(Watchdog& dog, std::size_t slot, int socket, Clock::time_point until);
        ~Watch();
        Watch(Watch const&) = delete;
        Watch& operator=(Watch const&) = delete;

    private:
        Watchdog& dog_;
        std::size_t const slot_;
    };

private:
    struct Watched {
        int socket = -1;
        Clock::time_point until;
    };

    void run();
    /// Cuts the sockets whose time is over. Gives the next time at which one is due.
    Clock::time_point cut_due();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Watched> watched_;
    Clock::time_point wake_at_ = Clock::time_point::max();
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace sluice::pg
