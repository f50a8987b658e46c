#pragma once

#include "api/config.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/keyring.hpp"
#include "telemetry/log.hpp"

#include <memory>

namespace sluice::api {

/// The composition root of the API server.
class App {
public:
    /// `log` and `clock` must outlive the app.
    App(Config config, crypto::Keyring keyring, Clock const& clock, telemetry::Log& log);
    ~App();

    /// Checks database and keyring, serves until SIGTERM or SIGINT, then drains. Blocks. Errors: the reason why it
    /// cannot start, in one line.
    [[nodiscard]] Result<void> run();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace sluice::api
