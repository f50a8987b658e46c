#pragma once

#include "base/secret.hpp"
#include "telemetry/log.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sluice::pg {

/// Hears the notifications of channels, on a connection and a thread of its own. Every one and a half seconds it
/// notifies itself (the heartbeat). If no heartbeat has come back for three seconds, the connection counts as lost and
/// is made anew, also if the server neither answers nor closes it. No wait for the server is without a limit.
class Listener {
public:
    struct Channel {
        std::string name; ///< An SQL identifier in lower case.
        /// Called for each notification, on the listener's thread.
        std::function<void(std::string_view payload)> notified;
    };
    /// Called when it changes whether notifications surely arrive, on the listener's thread. Between `false` and `true`
    /// some may have been lost. The first call is `true`, after the first heartbeat came back.
    using State = std::function<void(bool listening)>;

    /// `log` must outlive the listener. There is at least one channel; the first carries the heartbeat.
    Listener(Secret url, std::vector<Channel> channels, State state, telemetry::Log& log);
    ~Listener();
    Listener(Listener const&) = delete;
    Listener& operator=(Listener const&) = delete;

    /// Whether notifications surely arrive now. Any thread.
    [[nodiscard]] bool listening() const noexcept { return listening_.load(std::memory_order_acquire); }

private:
    void run();
    void listen_until_lost();
    void set_listening(bool listening);

    Secret const url_;
    std::vector<Channel> const channels_;
    State const state_;
    telemetry::Log& log_;
    std::atomic<bool> listening_{false};
    std::atomic<bool> stopping_{false};
    int const wake_; ///< An eventfd: writing to it ends a wait.
    std::thread thread_;
};

} // namespace sluice::pg
