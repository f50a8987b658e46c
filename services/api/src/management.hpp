#pragma once

#include "http_server/server.hpp"
#include "store/store.hpp"
#include "telemetry/metrics.hpp"

#include <functional>

namespace sluice::api {

/// Health, readiness and metrics for operators, at an address of its own, which the public does not reach.
class Management final : public http::Handler {
public:
    /// `is_ready` is true while the API is not draining and the database's notifications arrive. All must outlive it.
    Management(store::Store& store, telemetry::Registry const& registry, std::function<bool()> is_ready);

    [[nodiscard]] std::size_t body_limit(http::Method, std::string_view) const override { return 0; }
    Task<http::Response> handle(http::Request request) override;
    http::Response refuse(int status, std::string_view message, std::string_view client) override;

private:
    Task<http::Response> readiness();

    store::Store& store_;
    telemetry::Registry const& registry_;
    std::function<bool()> const is_ready_;
};

} // namespace sluice::api
