#include "simulator/simulator.hpp"

#include "api.hpp"
#include "coding.hpp"
#include "control.hpp"
#include "oauth.hpp"

namespace sluice::simulator {
namespace {

/// As for a host that does not exist: nothing of the vendor answers.
http::Response unknown_host()
{
    http::Response response;
    response.status = 404;
    response.headers.add("content-type", "text/html; charset=utf-8");
    response.body = "<html><body><h1>Not Found</h1></body></html>\n";
    return response;
}

http::Response answer(World& world, http::Request const& request)
{
    auto const path = request.path();
    auto const end = path.find('/', 1);
    auto const first = path.substr(0, end);
    auto const rest = end == std::string_view::npos ? std::string_view{} : path.substr(end);
    if (first == "/_simulator")
        return answer_control(world, request, rest);
    auto* account = first.empty() ? nullptr : world.find_account(first.substr(1));
    if (account == nullptr)
        return unknown_host();
    auto response = rest.starts_with("/oauth/") ? answer_oauth(world, *account, request, rest)
                                                : answer_api(world, *account, request, rest);
    account->webhooks.flush(*account);
    return response;
}

} // namespace

Simulator::Simulator(Config config, Clock const& clock)
    : world_(std::make_unique<World>(std::move(config), clock))
{
}

Simulator::~Simulator() = default;

Sending Simulator::handle(http::Request const& request)
{
    world_->catch_up();
    world_->fault.reset();
    Sending sending{answer(*world_, request), {}, nullptr};
    if (auto const& fault = world_->fault) {
        encode(sending.response, fault->coding);
        sending.manner = fault->manner;
        sending.is_over = fault->is_over;
    }
    return sending;
}

std::vector<Delivery> Simulator::take_due_deliveries()
{
    world_->catch_up();
    std::vector<Delivery> all;
    for (auto const& [_, account] : world_->accounts)
        for (auto& delivery : account->webhooks.take_due(account->now()))
            all.push_back(std::move(delivery));
    return all;
}

void Simulator::delivered(std::string_view id, DeliveryOutcome const& outcome)
{
    if (auto* account = world_->find_account(id.substr(0, id.find('/'))); account != nullptr)
        account->webhooks.delivered(*account, id, outcome);
}

} // namespace sluice::simulator
