#include "view.hpp"

namespace sluice::api {
namespace {

json::value status_or_null(std::optional<int> status)
{
    return status ? json::value(*status) : json::value(nullptr);
}

json::value failure_view(std::optional<events::LastFailure> const& failure)
{
    if (!failure)
        return nullptr;
    json::object view{{"message", events::explain_answer(failure->status, failure->error)},
                      {"occurred_at", to_rfc3339(failure->occurred_at)}};
    view["http_status_code"] = status_or_null(failure->status);
    return view;
}

} // namespace

json::object destination_view(events::Destination const& destination)
{
    json::object view{{"id", destination.id.str()},
                      {"environment_id", destination.environment.str()},
                      {"type", events::name_of(destination.kind)},
                      {"label", destination.label},
                      {"config", json::object{{"url", destination.masked_url}}},
                      {"is_active", destination.is_active},
                      {"created_at", to_rfc3339(destination.created_at)},
                      {"updated_at", to_rfc3339(destination.updated_at)}};
    view["event_types"] = json::array_of(destination.event_types);
    view["last_error"] = failure_view(destination.last_failure);
    return view;
}

json::object test_view(events::TestResult const& result)
{
    json::object view{{"delivered", result.is_delivered}, {"message", result.message}};
    view["http_status_code"] = status_or_null(result.status);
    view["reason"] = result.reason.empty() ? json::value(nullptr) : json::value(result.reason);
    view["retry_after_s"] = result.retry_after ? json::value(result.retry_after->count()) : json::value(nullptr);
    return view;
}

} // namespace sluice::api
