#include "handlers.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>

namespace sluice::simulator {
namespace {

using namespace spec;

// clang-format off
constexpr std::string_view kScopes[] = {
    "tickets-closed", "tickets-created", "tickets-open", "tickets-replied", "one-touch-tickets",
    "zero-touch-tickets", "satisfaction-surveys", "resolution-time", "messages-sent", "first-response-time",
    "human-first-response-time", "response-time", "messages-per-ticket", "ticket-handle-time", "online-time",
    "tags", "auto-qa", "messages-received", "messages-sent-per-macro", "automation-rate", "workload-tickets",
    "automated-interactions", "ticket-fields", "voice-calls", "voice-agent-events", "ticket-sla",
    "knowledge-insights", "voice-calls-summary", "voice-queue-exposure", "user-availability-tracking",
    "convert-campaign-events", "convert-order-conversion", "convert-campaign-order-events", "help-center",
    "ai-sales-agent-orders", "ai-sales-agent-conversations", "overall-automation-rate",
    "ai-agent-automated-interactions", "overall-automated-interactions", "handover-interactions",
    "ai-sales-agent-orders-performance", "ai-sales-agent-discounts", "ai-sales-agent-activity",
    "ai-sales-agent-buy-through-rate", "ai-sales-agent-conversion-rate", "ai-agent-coverage-rate",
    "ai-agent-success-rate", "overall-time-saved-by-agent", "ai-agent-time-saved", "ai-agent-tickets-closed",
    "ai-agent-ticket-fields", "overall-decrease-in-resolution-time", "ai-agent-decrease-in-resolution-time",
    "flow-dataset", "ai-agent-csat", "overall-decrease-in-first-response-time",
    "ai-agent-decrease-in-first-response-time", "revenue"};
// clang-format on
constexpr std::string_view kGranularities[] = {"hour", "day", "week", "month"};
constexpr Field kName = text("").at_least(1);
constexpr Field kFilter[] = {text("member").required(), text("operator"), list("values").required()};
constexpr Shape kFilterShape{kFilter};
constexpr Field kFilterItem = object("", kFilterShape);
constexpr Field kTimeDimension[] = {text("dimension").required(), word("granularity", kGranularities).required()};
constexpr Shape kTimeDimensionShape{kTimeDimension};
constexpr Field kTimeDimensionItem = object("", kTimeDimensionShape);
constexpr Field kPair = list("", kName).at_least(2).at_most(2);
constexpr Field kQuery[] = {word("scope", kScopes).required(),
                            list("measures", kName),
                            list("dimensions", kName),
                            list("filters", kFilterItem).required(),
                            list("time_dimensions", kTimeDimensionItem),
                            text("timezone").required(),
                            list("order", kPair)};
constexpr Shape kQueryShape{kQuery};
constexpr Field kBody[] = {object("query", kQueryShape).required()};
constexpr Shape kBodyShape{kBody};

constexpr Field kPeriod[] = {datetime("start_datetime").required(), datetime("end_datetime").required()};
constexpr Shape kPeriodShape{kPeriod};
constexpr Field kLegacyFilters[] = {object("period", kPeriodShape).required(),
                                    list("agents"),
                                    list("channels"),
                                    list("campaigns"),
                                    list("tags"),
                                    list("integrations"),
                                    list("score")};
constexpr Shape kLegacyFiltersShape{kLegacyFilters};
constexpr Field kLegacy[] = {object("filters", kLegacyFiltersShape).required()};
constexpr Shape kLegacyShape{kLegacy};

struct Period {
    Timestamp from;
    Timestamp to;
};

std::optional<Timestamp> bound(json::array const& filters, std::string_view member)
{
    for (auto const& filter : filters)
        if (text_at(filter.get_object(), "member") == member) {
            auto const& values = filter.at("values").get_array();
            return values.empty() || !values[0].is_string() ? std::nullopt : parse_timestamp(values[0].get_string());
        }
    return std::nullopt;
}

Answer<Period> period_of(json::object const& query)
{
    constexpr std::chrono::days kLongest{366};
    auto const& filters = query.at("filters").get_array();
    auto const from = bound(filters, "periodStart");
    auto const to = bound(filters, "periodEnd");
    if (!from || !to)
        return invalid_field("filters", "periodStart and periodEnd are required.");
    if (*to < *from || *to - *from > kLongest)
        return invalid_field("filters", "The period must be at most 366 days.");
    return Period{*from, *to};
}

/// The dimensions by which tickets can be told apart here; others get one group.
json::value dimension_of(Ticket const& ticket, std::string_view dimension)
{
    if (dimension == "channel")
        return ticket.data.at("channel");
    if (dimension == "agentId")
        return ticket.assignee_user != 0 ? json::value(std::to_string(ticket.assignee_user)) : json::value();
    return dimension == "ticketId" ? json::value(std::to_string(ticket.id)) : json::value();
}

json::array names_at(json::object const& query, std::string_view name)
{
    auto const* names = json::array_at(query, name);
    return names != nullptr ? *names : json::array{};
}

/// How many tickets of the period there are in each group. Every measure is this count: plausible, not true.
std::map<std::string, std::pair<json::object, Id>> group(Account& account, Period period, json::array const& dimensions)
{
    std::map<std::string, std::pair<json::object, Id>> groups;
    auto const from = iso(period.from);
    auto const to = iso(period.to);
    for (auto const& [_, ticket] : account.tickets.rows()) {
        auto const created = text_at(ticket.data, "created_datetime");
        if (created < from || created > to)
            continue;
        json::object key;
        for (auto const& dimension : dimensions)
            key[dimension.get_string()] = dimension_of(ticket, dimension.get_string());
        auto& [shown, count] = groups[boost::json::serialize(key)];
        shown = std::move(key);
        ++count;
    }
    return groups;
}

struct LegacyName {
    std::string_view name;
    bool works;
};
constexpr LegacyName kLegacyNames[] = {{"overview", true},
                                       {"total-tickets-created", false},
                                       {"total-tickets-replied", false},
                                       {"total-tickets-closed", false},
                                       {"total-messages-sent", false},
                                       {"total-messages-received", false},
                                       {"median-first-response-time", false},
                                       {"median-resolution-time", false},
                                       {"total-one-touch-tickets", false},
                                       {"support-volume", true},
                                       {"resolution-time", true},
                                       {"first-response-time", true},
                                       {"tickets-created-per-hour-per-weekday", true},
                                       {"tickets-per-tag", true},
                                       {"tickets-created-per-channel", true},
                                       {"tickets-created-per-channel-per-day", true},
                                       {"tickets-closed-per-agent", true},
                                       {"tickets-closed-per-agent-per-day", true},
                                       {"messages-sent-per-macro", true},
                                       {"satisfaction-surveys", true},
                                       {"latest-satisfaction-surveys", true},
                                       {"revenue-per-day", true}};

Answer<Period> legacy_period(Call const& call)
{
    auto const known = std::ranges::find(kLegacyNames, std::string_view(call.params[0]), &LegacyName::name);
    if (known == std::end(kLegacyNames))
        return not_found();
    if (!known->works)
        return invalid_field("name", "This statistic is no longer available.");
    auto const& period = call.fields().at("filters").at("period").get_object();
    return Period{parse_timestamp(text_at(period, "start_datetime")).value(),
                  parse_timestamp(text_at(period, "end_datetime")).value()};
}

json::object figure(std::string_view name, std::string_view type, std::size_t value, bool more_is_better)
{
    return {{"name", name}, {"type", type}, {"value", value}, {"delta", 0}, {"more_is_better", more_is_better}};
}

json::array figures(Account& account)
{
    auto const tickets = account.tickets.size();
    return {figure("total_tickets_created", "number", tickets, false),
            figure("total_messages_received", "number", account.messages.size(), false),
            figure("median_first_response_time", "duration", 1800, false),
            figure("median_resolution_time", "duration", 14400, false),
            figure("one_touch_tickets", "percent", 42, true)};
}

} // namespace

constinit Field const kStatisticBody = object("", kBodyShape);
constinit Field const kLegacyStatisticBody = object("", kLegacyShape);

Outcome query_statistic(Call& call)
{
    constexpr Id kDefaultLimit = 100;
    auto const& query = call.fields().at("query").get_object();
    auto const period = period_of(query);
    if (!period)
        return period.error();
    auto const limit = call.asked_id("limit").value_or(kDefaultLimit);
    auto const measures = names_at(query, "measures");
    auto const groups = group(call.account, *period, names_at(query, "dimensions"));
    json::array data;
    for (auto const& [_, entry] : groups) {
        auto row = entry.first;
        for (auto const& measure : measures)
            row[measure.get_string()] = entry.second;
        if (static_cast<Id>(data.size()) < limit)
            data.push_back(std::move(row));
    }
    json::object meta{{"scope", query.at("scope")},
                      {"prev_cursor", nullptr},
                      {"next_cursor", nullptr},
                      {"total", groups.size()},
                      {"offset", 0},
                      {"limit", limit}};
    return http::json_response(200, json::object{{"object", "list"},
                                                 {"uri", std::string(call.path) + '?'},
                                                 {"data", std::move(data)},
                                                 {"meta", std::move(meta)}});
}

Outcome legacy_statistic(Call& call)
{
    auto const period = legacy_period(call);
    if (!period)
        return period.error();
    auto const length = period->to - period->from;
    return http::json_response(
        200, json::object{{"data", {{"data", figures(call.account)}, {"label", title_of(call.params[0])}}},
                          {"meta",
                           {{"start_datetime", iso(period->from)},
                            {"end_datetime", iso(period->to)},
                            {"previous_start_datetime", iso(period->from - length)},
                            {"previous_end_datetime", iso(period->from)}}}});
}

Outcome download_legacy_statistic(Call& call)
{
    if (auto const period = legacy_period(call); !period)
        return period.error();
    http::Response response;
    response.headers.add("content-type", "text/csv");
    response.body = "name,value\r\n";
    for (auto const& one : figures(call.account))
        response.body +=
            std::string(one.at("name").get_string()) + ',' + boost::json::serialize(one.at("value")) + "\r\n";
    return response;
}

} // namespace sluice::simulator
