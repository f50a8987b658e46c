#include "caller_identity.hpp"
#include "crud.hpp"
#include "fields.hpp"
#include "handlers.hpp"
#include "mcp/safe_writes.hpp"

namespace sluice::api {
namespace {

constexpr std::string_view kByLink = "link";

/// The call that the link in the request's Authorization leads to.
Result<mcp::SafeWrites::Link> link_in(Call const& call, crypto::CursorSealer const& sealer)
{
    auto const secret = bearer_of(call.request);
    auto const link = mcp::SafeWrites::open_link(sealer, secret);
    if (!link)
        return Error{ErrorCode::unauthenticated, link.error().public_detail()};
    return *link;
}

} // namespace

ApprovalHandlers::ApprovalHandlers(Services const& services)
    : services_(services)
{
}

HandlerResult ApprovalHandlers::list(Call& call)
{
    return answer_list(call, services_.cursors, [this, &call](tenancy::ListQuery query) {
        return services_.store.write_calls().list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult ApprovalHandlers::get(Call& call)
{
    return answer_get<ApprovalId>(call, "approval", [this, &call](ApprovalId id) {
        return services_.store.write_calls().find(call.environment(), id, call.deadline);
    });
}

HandlerResult ApprovalHandlers::decide(Call& call)
{
    auto const id = call.id<ApprovalId>("id", "approval");
    if (!id)
        co_return id.error();
    co_return co_await decide(call, call.environment(), *id, call.caller.id.str());
}

HandlerResult ApprovalHandlers::decide(Call& call, EnvironmentId environment, ApprovalId id, std::string decided_by)
{
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const decision = fields.choice("decision", true, {"approve", "decline"});
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const decided = co_await services_.store.write_calls().decide(environment, id, *decision == "approve",
                                                                       std::move(decided_by), call.deadline);
    if (!decided)
        co_return decided.error();
    co_return http::json_response(200, json::value(view(*decided)));
}

HandlerResult ApprovalHandlers::page(Call&)
{
    // Nobody may frame it: a click on it must be meant.
    co_return services_.files.page("approve.html", "'none'");
}

HandlerResult ApprovalHandlers::get_by_link(Call& call)
{
    auto const link = link_in(call, services_.cursors);
    if (!link)
        co_return link.error();
    auto const approval = co_await services_.store.write_calls().find(link->environment, link->id, call.deadline);
    if (!approval)
        co_return approval.error();
    co_return http::json_response(200, json::value(view(*approval)));
}

HandlerResult ApprovalHandlers::decide_by_link(Call& call)
{
    auto const link = link_in(call, services_.cursors);
    if (!link)
        co_return link.error();
    co_return co_await decide(call, link->environment, link->id, std::string(kByLink));
}

} // namespace sluice::api
