#pragma once

#include "api/config.hpp"
#include "api/hosts.hpp"
#include "areas/areas.hpp"
#include "caller_identity.hpp"
#include "http_api/byte_budget.hpp"
#include "http_api/shares.hpp"
#include "http_server/router.hpp"
#include "http_server/server.hpp"
#include "limits/shard_limits.hpp"
#include "parts.hpp"
#include "safeguards/keyed_requests.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::api {

/// Counters of every route by class of status. Built once, shared by all shards.
class RequestMetrics {
public:
    explicit RequestMetrics(telemetry::Registry& registry);
    void count(std::size_t route, int status, double seconds);
    void count_unrouted(int status);

private:
    struct OfRoute {
        std::array<telemetry::Counter*, 4> by_class; ///< 2xx and 3xx, 4xx, 429, 5xx
        telemetry::Histogram* seconds;
    };
    std::vector<OfRoute> routes_;
    telemetry::Counter& unrouted_;
};

/// Handles each request in this order: id, route, host, a place among the requests in progress (of no environment, if
/// the caller is not known yet), authentication, a place of the caller's environment, our own limits,
/// `Idempotency-Key`, handler, error body, headers, metrics, access log. If the body has not come yet, the steps up to
/// the caller's place run before it is read. One per shard.
class Dispatcher final : public http::Handler {
public:
    /// All must outlive it.
    Dispatcher(ShardParts const& parts, Recognisers recognisers, limits::ShardLimits& shard_limits,
               RequestMetrics& metrics, telemetry::Log& log);

    [[nodiscard]] std::size_t body_limit(http::Method method, std::string_view path) const override;
    [[nodiscard]] bool streams_body(http::Method method, std::string_view path) const override;
    Task<http::Admission> admit(http::Request const& head) override;
    Task<http::Response> handle(http::Request request) override;
    http::Response refuse(int status, std::string_view message, std::string_view client) override;

private:
    [[nodiscard]] Call begin(http::Request request, std::chrono::steady_clock::time_point started);
    /// Finds the call's route. Gives an answer if there is no route, or no place for the call.
    [[nodiscard]] std::optional<http::Response> locate(Call& call, std::size_t& index) const;
    Task<http::Response> route(Call& call, std::size_t& index);
    Task<Result<http::Response>> run(Call& call, std::size_t index);
    /// Answers a request with an `Idempotency-Key`.
    Task<Result<http::Response>> make_once(Call& call, std::size_t index);
    Task<safeguards::KeyedRequests::Made> make(Call& call, std::size_t index);
    Task<Result<std::optional<http::Response>>> refuse_stranger(Call& call, std::size_t index);
    [[nodiscard]] bool is_elsewhere(Call const& call, Route const& route) const;
    void finish(Call const& call, std::size_t index, std::chrono::steady_clock::time_point started,
                http::Response& response);
    [[nodiscard]] std::string next_request_id();

    Config const& config_;
    Hosts const hosts_;
    std::vector<Route> const& routes_;
    std::vector<std::shared_ptr<void>> const handlers_; ///< For each of `routes_`, in the same order.
    Recognisers const recognisers_;
    safeguards::KeyedRequests& keyed_requests_;
    limits::ShardLimits& shard_limits_;
    http::ByteBudget& bodies_;
    http::ByteBudget& answers_; ///< Large answers that clients have not read yet.
    RequestMetrics& metrics_;
    telemetry::Log& log_;
    http::Router router_;
    std::shared_ptr<http::Shares> const running_; ///< Shared with the calls.
    std::string const id_prefix_;
    std::uint64_t id_counter_ = 0;
};

} // namespace sluice::api
