#pragma once

#include "base/secret.hpp"
#include "telemetry/log.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace sluice::pg {

/// Hears the notifications of one channel on a connection and thread of its own. Each two seconds it notifies itself;
/// when that does not come back, the connection counts as lost and is made anew.
class Listener {
public:
    struct Callbacks {
        /// A notification of someone. On the listener's thread.
        std::function<void(std::string_view payload)> notified;
        /// Whether notifications surely arrive from now on. Between `false` and `true` some may have been missed.
        std::function<void(bool listening)> state;
    };

    /// `log` must outlive the listener. `channel` is an SQL identifier.
    Listener(Secret url, std::string channel, Callbacks callbacks, telemetry::Log& log);
    ~Listener();
    Listener(Listener const&) = delete;
    Listener& operator=(Listener const&) = delete;

    /// Whether notifications surely arrive at the moment. Any thread.
    [[nodiscard]] bool listening() const noexcept { return listening_.load(std::memory_order_acquire); }

private:
    void run();
    void listen_until_lost();

    Secret const url_;
    std::string const channel_;
    Callbacks const callbacks_;
    telemetry::Log& log_;
    std::atomic<bool> listening_{false};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

} // namespace sluice::pg
