#include "view.hpp"

#include "json_values.hpp"

namespace sluice::api {
json::object approval_view(safeguards::Approval const& approval)
{
    // A call that is being made or was made counts as approved; an approval does not tell how it ended.
    bool const is_used = approval.state == safeguards::WriteCall::State::running;
    json::object view{
        {"id", approval.id.str()},
        {"status", is_used ? "used" : name_of(approval.state)},
        {"tool", approval.tool},
        {"mcp_server_id", approval.server.str()},
        {"integrated_account_id", approval.account.str()},
        {"decided_by", approval.decided_by.empty() ? json::value(nullptr) : json::value(approval.decided_by)},
        {"decided_at", time_or_null(approval.decided_at)},
        {"created_at", to_rfc3339(approval.created_at)},
        {"expires_at", to_rfc3339(approval.ends_at)}};
    view["call"] = approval.request;
    return view;
}

json::object approval_view_with_code(safeguards::Approval const& approval)
{
    bool const is_open = approval.state == safeguards::WriteCall::State::pending && !approval.code.empty();
    auto view = approval_view(approval);
    view["code"] = is_open ? json::value(approval.code) : json::value(nullptr);
    return view;
}

} // namespace sluice::api
