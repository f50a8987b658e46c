#include "base/encoding.hpp"
#include "commands.hpp"
#include "http_api/client.hpp"
#include "http_client/pooled_client.hpp"
#include "runtime/run_to_end.hpp"

#include <fmt/format.h>

#include <iostream>
#include <tuple>

namespace sluice {
namespace {

constexpr std::chrono::seconds kLimit{120};
constexpr int kFirstError = 400;

Result<http::OutgoingRequest> request_of(CallTarget const& target, std::string const& tool,
                                         std::string const& arguments)
{
    for (auto const& [value, option, variable] : {std::tuple{&target.url, "--url", "BASE"},
                                                  {&target.token, "--token", "TOKEN"},
                                                  {&target.account, "--account", "ACCOUNT"}})
        if (value->empty())
            return Error{ErrorCode::invalid_argument,
                         fmt::format("{} is missing. Give it, or set {}: `eval \"$(deploy/local/up --env)\"` sets it "
                                     "for the demo.",
                                     option, variable)};
    auto parsed = json::parse(arguments);
    if (!parsed || !parsed->is_object())
        return invalid("arguments", "must be a JSON object, such as '{\"limit\": 2}'");
    http::OutgoingRequest request;
    request.method = http::Method::post;
    request.url = target.url + "/tools/execute/" + percent_encode(tool);
    request.headers.add("authorization", "Bearer " + target.token);
    request.headers.add("content-type", "application/json");
    request.body = boost::json::serialize(
        json::object{{"integrated_account_id", target.account}, {"arguments", *std::move(parsed)}});
    return request;
}

} // namespace

Result<void> call_tool(CallTarget const& target, std::string const& tool, std::string const& arguments)
{
    auto request = request_of(target, tool, arguments);
    if (!request)
        return request.error();
    asio::io_context io(1);
    telemetry::Registry registry;
    http::ClientMetrics metrics(registry);
    auto const egress = http::EgressPolicy::anywhere();
    http::PooledClient client(io, {}, egress, metrics);
    auto const answer = run_to_end(io, client.send(*std::move(request), Deadline::after(kLimit)));
    if (!answer)
        return answer.error();
    if (answer->status >= kFirstError)
        return Error{ErrorCode::upstream_failed, fmt::format("{} {}", answer->status, answer->body)};
    std::cout << answer->body << '\n';
    return {};
}

} // namespace sluice
