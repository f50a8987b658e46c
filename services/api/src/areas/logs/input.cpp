#include "input.hpp"

namespace sluice::api {

namespace {

/// A filter by another name, as its field. A `log_id` is what an answer has under that name, or the id of an entry.
std::string field_of(std::string name, std::string_view value)
{
    constexpr std::string_view kPrefix = "log_type_filter[";
    if (name.starts_with(kPrefix) && name.ends_with(']'))
        name = name.substr(kPrefix.size(), name.size() - kPrefix.size() - 1);
    if (name == "log_id")
        return LogEntryId::parse(value) ? "id" : "request_id";
    return name == "x-request-id" ? "request_id" : name;
}

} // namespace

Result<WantedLog> take_log(http::Query& query)
{
    auto const type = query.take("log_type");
    http::Query plain;
    for (auto const& [name, value] : query.pairs())
        plain.add(field_of(name, value), value);
    query = std::move(plain);
    if (type == "webhook")
        return WantedLog{events::ReceiverKind::webhook};
    if (type == "notification_destination")
        return WantedLog{events::ReceiverKind::slack};
    if (auto const of_calls = type ? calllog::log_type_of(*type) : std::nullopt)
        return WantedLog{*of_calls};
    return invalid("log_type", "must be unified_proxy_api, mcp, webhook or notification_destination");
}

} // namespace sluice::api
