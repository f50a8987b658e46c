#include "crud.hpp"
#include "fields.hpp"
#include "handlers.hpp"
#include "safeguards/write_calls.hpp"

namespace sluice::api {
namespace {

constexpr std::string_view kByPage = "link";

json::value code_or_null(safeguards::Approval const& approval)
{
    bool const is_open = approval.state == safeguards::WriteCall::State::pending && !approval.code.empty();
    return is_open ? json::value(approval.code) : json::value(nullptr);
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
    auto const id = call.id<ApprovalId>("id", "approval");
    if (!id)
        co_return id.error();
    auto const approval = co_await services_.store.write_calls().find(call.environment(), *id, call.deadline);
    if (!approval)
        co_return approval.error();
    auto answer = view(*approval);
    answer["code"] = code_or_null(*approval);
    co_return http::json_response(200, json::value(std::move(answer)));
}

HandlerResult ApprovalHandlers::decide(Call& call)
{
    auto const id = call.id<ApprovalId>("id", "approval");
    if (!id)
        co_return id.error();
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const decision = fields.choice("decision", true, {"approve", "decline"});
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const decided = co_await services_.store.write_calls().decide(call.environment(), *id, *decision == "approve",
                                                                       call.caller.id.str(), call.deadline);
    if (!decided)
        co_return decided.error();
    co_return http::json_response(200, json::value(view(*decided)));
}

HandlerResult ApprovalHandlers::page(Call&)
{
    // Nobody may frame it: a click on it must be meant.
    co_return services_.files.page("approve.html", "'none'");
}

HandlerResult ApprovalHandlers::use_code(Call& call)
{
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const environment = fields.id<EnvironmentId>("environment_id", true);
    auto const id = fields.id<ApprovalId>("approval_id", true);
    auto const typed = fields.text("code", true, 64);
    auto const decision = fields.choice("decision", false, {"approve", "decline"});
    auto const code = safeguards::read_approval_code(typed.value_or(""));
    if (typed && code.empty())
        fields.fail("code", "must be a code of 8 letters and digits");
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    if (auto const may = services_.secrets.admit_guess(); !may)
        co_return may.error();
    auto& calls = services_.store.write_calls();
    auto approval = co_await calls.open(*environment, *id, code, call.deadline);
    if (approval && decision)
        approval =
            co_await calls.decide(*environment, *id, *decision == "approve", std::string(kByPage), call.deadline);
    if (!approval)
        co_return approval.error();
    co_return http::json_response(200, json::value(view(*approval)));
}

} // namespace sluice::api
