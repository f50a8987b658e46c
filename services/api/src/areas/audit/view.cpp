#include "view.hpp"

namespace sluice::api {
namespace {

json::value members_or_null(std::optional<json::object> const& members)
{
    return members ? json::value(*members) : json::value(nullptr);
}

json::value text_or_null(std::string const& text)
{
    return text.empty() ? json::value(nullptr) : json::value(text);
}

} // namespace

json::object audit_view(tenancy::AuditEntry const& entry)
{
    json::object view{{"id", entry.id.str()},
                      {"action", entry.action},
                      {"target_id", entry.target_id},
                      {"created_at", to_rfc3339(entry.created_at)}};
    view["environment_id"] = entry.environment ? json::value(entry.environment->str()) : json::value(nullptr);
    view["actor"] = json::object{
        {"type", entry.actor_kind}, {"id", text_or_null(entry.actor_id)}, {"name", text_or_null(entry.actor_name)}};
    view["before"] = members_or_null(entry.before);
    view["after"] = members_or_null(entry.after);
    view["client_address"] = text_or_null(entry.client_address);
    view["request_id"] = text_or_null(entry.request_id);
    return view;
}

} // namespace sluice::api
