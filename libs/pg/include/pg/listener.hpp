#pragma once

#include "base/secret.hpp"
#include "telemetry/log.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace sluice::pg {

/// Hears the notifications of one channel on a connection and thread of its own. Every one and a half seconds it
/// notifies itself. When nothing of that has come back for three seconds, the connection counts as lost and is made
/// anew, also if the server neither answers nor hangs up: no wait for it is without a limit.
class Listener {
public:
    struct Callbacks {
        /// A notification of someone. On the listener's thread.
        std::function<void(std::string_view payload)> notified;
        /// Whether notifications surely arrive from now on; called when it changes. Between `false` and `true` some may
        /// have been missed. `true` comes first, with the first notification of its own.
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
    void set_listening(bool listening);

    Secret const url_;
    std::string const channel_;
    Callbacks const callbacks_;
    telemetry::Log& log_;
    std::atomic<bool> listening_{false};
    std::atomic<bool> stopping_{false};
    int const wake_; ///< Ends a wait when it is written.
    std::thread thread_;
};

} // namespace sluice::pg
