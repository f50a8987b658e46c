#include "handlers.hpp"

#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "http_api/fields.hpp"
#include "input.hpp"
#include "safeguards/decisions.hpp"
#include "safeguards/write_calls.hpp"
#include "static_files.hpp"
#include "view.hpp"

namespace sluice::api {

ApprovalHandlers::ApprovalHandlers(ShardParts const& parts)
    : rows_(parts.rows.write_calls)
    , decisions_(parts.decisions)
    , files_(parts.files)
    , cursors_(parts.cursors)
{
}

HandlerResult ApprovalHandlers::list(Call& call)
{
    return answer_list(call, cursors_, approval_view, [this, &call](tenancy::ListQuery query) {
        return rows_.list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult ApprovalHandlers::get(Call& call)
{
    // Who reads a code can decide with it.
    bool const may_decide = call.caller.permissions.has(tenancy::Permission::approvals_decide);
    auto const view = may_decide ? approval_view_with_code : approval_view;
    return answer_get<ApprovalId>(call, "approval", view, [this, &call](ApprovalId id) {
        return rows_.find(call.environment(), id, call.deadline);
    });
}

HandlerResult ApprovalHandlers::decide(Call& call)
{
    return answer_change<ApprovalId>(
        call, "approval", approval_view, read_decision, [this, &call](ApprovalId id, safeguards::Decision decision) {
            return decisions_.decide(call.environment(), id, decision, call.author(), call.deadline);
        });
}

HandlerResult ApprovalHandlers::page(Call&)
{
    // No site may show it in a frame, since a person could then be led to click by mistake.
    co_return files_.page("approve.html", "'none'");
}

HandlerResult ApprovalHandlers::use_code(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto given = read_code(*body);
    if (!given)
        co_return given.error();
    auto author = call.author_as({tenancy::Actor::Kind::code, given->approval.str(), ""});
    co_return shown(co_await decisions_.use_code(given->environment, given->approval, std::move(given->code),
                                                 given->decision, call.asker(), std::move(author), call.deadline),
                    approval_view);
}

} // namespace sluice::api
