#include "management.hpp"

#include "http_api/error_body.hpp"

namespace sluice::api {
namespace {

constexpr std::chrono::seconds kPingLimit{1};

http::Response error(int status, std::string_view message)
{
    return http::json_response(status, json::value(http::error_body(status, message)));
}

} // namespace

Management::Management(store::Store& store, telemetry::Registry const& registry, std::function<bool()> is_ready)
    : store_(store)
    , registry_(registry)
    , is_ready_(std::move(is_ready))
{
}

Task<http::Response> Management::handle(http::Request request)
{
    auto const path = request.path();
    if (path != "/healthz" && path != "/readyz" && path != "/metrics")
        co_return error(404, "Here are /healthz, /readyz and /metrics.");
    if (!http::is_safe(request.method)) {
        auto response = error(405, "This path answers GET and HEAD only.");
        response.headers.add("allow", "GET, HEAD");
        co_return response;
    }
    if (path == "/healthz")
        co_return http::json_response(200, std::string(R"({"status":"ok"})"));
    if (path == "/readyz")
        co_return co_await readiness();
    http::Response response;
    response.headers.add("content-type", "text/plain; version=0.0.4; charset=utf-8");
    response.body = registry_.text();
    co_return response;
}

Task<http::Response> Management::readiness()
{
    if (!is_ready_())
        co_return error(503, "Not ready: starting, draining, or without the database's notifications.");
    auto const alive = co_await store_.ping(Deadline::after(kPingLimit));
    if (!alive)
        co_return error(503, alive.error().public_detail());
    co_return http::json_response(200, std::string(R"({"status":"ready"})"));
}

http::Response Management::refuse(int status, std::string_view message, std::string_view)
{
    return error(status, message);
}

} // namespace sluice::api
