#include "crud.hpp"
#include "handlers.hpp"
#include "ticketing.hpp"
#include "views.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr std::chrono::seconds kStartsAfter{1};
constexpr std::chrono::minutes kAtMostAhead{60};
constexpr std::string_view kTypes[] = {
    "applyMacro",  "deleteTicket", "exportTicket",          "importMacro",
    "exportMacro", "updateTicket", "exportTicketDrilldown", "exportConvertCampaignSalesDrilldown"};
constexpr std::string_view kStatuses[] = {"cancel_requested", "canceled", "done",    "errored",
                                          "fatal_errored",    "pending",  "running", "scheduled"};
constexpr Field kId = positive("");
constexpr Field kFilters[] = {text("filters")};
constexpr Shape kViewShape{kFilters, true};
constexpr Field kParams[] = {boolean("apply_and_close"),
                             positive("macro_id"),
                             list("ticket_ids", kId),
                             positive("view_id"),
                             object("view", kViewShape),
                             object("updates"),
                             datetime("start_datetime").nullable(),
                             datetime("end_datetime").nullable(),
                             text("url"),
                             object("context")};
constexpr Shape kParamsShape{kParams};
constexpr Field kShared[] = {datetime("scheduled_datetime").nullable(), object("meta").nullable()};
constexpr Field kOnCreate[] = {word("type", kTypes).required(), object("params", kParamsShape).required()};
constexpr Field kOnUpdate[] = {object("params", kParamsShape), word("status", kStatuses)};
constexpr auto kCreate = joined(kShared, kOnCreate);
constexpr auto kUpdate = joined(kShared, kOnUpdate);
constexpr Shape kCreateShape{kCreate};
constexpr Shape kUpdateShape{kUpdate};

json::object defaults()
{
    return {{"type", ""},
            {"status", "pending"},
            {"params", json::object{}},
            {"info", json::object{}},
            {"meta", nullptr},
            {"user_id", nullptr},
            {"created_datetime", nullptr},
            {"scheduled_datetime", nullptr},
            {"started_datetime", nullptr},
            {"ended_datetime", nullptr},
            {"failed_datetime", nullptr},
            {"locked_datetime", nullptr},
            {"cancel_requested_datetime", nullptr},
            {"cancelled_datetime", nullptr}};
}

/// What each type cannot do without.
struct Need {
    std::string_view type;
    std::string_view param;
};
constexpr Need kNeeds[] = {{"applyMacro", "macro_id"}, {"updateTicket", "updates"}, {"importMacro", "url"}};

bool selects_tickets(json::object const& params)
{
    return params.contains("ticket_ids") || params.contains("view_id") || params.contains("view");
}

Answer<void> check_params(Account& account, std::string_view type, json::object const& params)
{
    for (auto const& need : kNeeds)
        if (need.type == type && !params.contains(need.param))
            return invalid_field(need.param, "Missing data for required field.");
    bool const on_tickets = type == "applyMacro" || type == "updateTicket" || type == "deleteTicket";
    if (on_tickets && !selects_tickets(params))
        return invalid_field("ticket_ids", "One of ticket_ids, view_id and view is required.");
    auto const macro = integer_at(params, "macro_id");
    if (macro && account.macros.find(*macro) == nullptr)
        return invalid_field("macro_id", "Macro does not exist.");
    if (auto const* updates = params.if_contains("updates"); updates != nullptr)
        if (auto problems = problems_of(kTicketUpdateBody, *updates); !problems.is_null())
            return Refusal{.status = 400, .data = {{"updates", std::move(problems)}}};
    return {};
}

bool is_waiting(Record const& job)
{
    auto const status = text_at(job.data, "status");
    return status == "pending" || status == "scheduled";
}

Answer<void> check(Call& call, Record* job)
{
    auto const& body = call.fields();
    auto const at = parse_timestamp(text_at(body, "scheduled_datetime"));
    if (at && *at > call.now + kAtMostAhead)
        return invalid_field("scheduled_datetime", "Must be at most 60 minutes ahead.");
    if (job != nullptr && !is_waiting(*job))
        return conflict("The job has already started.");
    auto const type = text_at(job != nullptr ? job->data : body, "type");
    auto const* params = json::object_at(body, "params");
    return params != nullptr ? check_params(call.account, type, *params) : Answer<void>();
}

std::vector<Id> selected_tickets(Call& call, json::object const& params)
{
    std::vector<Id> ids;
    if (auto const* listed = json::array_at(params, "ticket_ids"); listed != nullptr) {
        for (auto const& id : *listed)
            ids.push_back(id.get_int64());
        return ids;
    }
    auto const* view = json::object_at(params, "view");
    if (auto* stored = call.account.views.find(integer_at(params, "view_id").value_or(0)); stored != nullptr)
        view = &stored->data;
    auto const in_view = view != nullptr ? predicate_of(call, *view) : Answer<Predicate>(not_found());
    for (auto& [id, ticket] : call.account.tickets.rows())
        if (in_view && (*in_view)(ticket))
            ids.push_back(id);
    return ids;
}

/// The ticket attributes a macro action sets; other actions change nothing here.
void add_updates(json::object& updates, Ticket const& ticket, Account& account, json::object const& action)
{
    auto const name = text_at(action, "name");
    auto const& arguments = action.at("arguments").as_object();
    take_over(updates, arguments, {"status", "assignee_user", "assignee_team", "subject", "priority"});
    if (name != "addTags" && name != "removeTags")
        return;
    std::vector<std::string> names;
    for (auto const id : ticket.tags)
        names.emplace_back(text_at(account.tags.find(id)->data, "name"));
    for (auto const tag : split(text_at(arguments, "tags"), ','))
        if (name == "addTags")
            names.emplace_back(tag);
        else
            std::erase(names, tag);
    json::array tags;
    for (auto const& tag : names)
        tags.push_back(json::object{{"name", tag}});
    updates["tags"] = std::move(tags);
}

json::object macro_updates(Account& account, Ticket const& ticket, json::object const& params)
{
    json::object updates;
    auto const* macro = account.macros.find(integer_at(params, "macro_id").value_or(0));
    if (macro != nullptr)
        for (auto const& action : macro->data.at("actions").as_array())
            add_updates(updates, ticket, account, action.as_object());
    if (true_at(params, "apply_and_close"))
        updates["status"] = "closed";
    return updates;
}

bool process_ticket(Account& account, Record const& job, Id id, Timestamp at)
{
    auto* ticket = account.tickets.find(id);
    if (ticket == nullptr)
        return false;
    auto const type = text_at(job.data, "type");
    auto const& params = job.data.at("params").as_object();
    Chain chain(account, integer_at(job.data, "user_id").value_or(0), at);
    if (type == "deleteTicket") {
        chain.add("ticket-deleted", "Ticket", id);
        remove_ticket(account, *ticket);
        return true;
    }
    json::value const updates =
        type == "applyMacro" ? macro_updates(account, *ticket, params) : params.at("updates").as_object();
    if (!problems_of(kTicketUpdateBody, updates).is_null())
        return false;
    auto const change = check_ticket(account, updates.get_object());
    if (!change)
        return false;
    apply(account, *ticket, *change, at, chain);
    chain.add("ticket-updated", "Ticket", id);
    return true;
}

void run(Account& account, Id job_id, std::vector<Id> const& tickets, Timestamp at)
{
    auto* job = account.jobs.find(job_id);
    // A timer of before the job was moved comes too early.
    if (job == nullptr || !is_waiting(*job) || text_at(job->data, "scheduled_datetime") > iso(at))
        return;
    std::size_t done = 0;
    auto const type = text_at(job->data, "type");
    if (type == "applyMacro" || type == "updateTicket" || type == "deleteTicket")
        done = static_cast<std::size_t>(
            std::ranges::count_if(tickets, [&](Id id) { return process_ticket(account, *job, id, at); }));
    job->data["status"] = "done";
    job->data["started_datetime"] = iso(at);
    job->data["ended_datetime"] = iso(at);
    job->data["info"] = json::object{{"total_count", tickets.size()}, {"processed_count", done}};
    account.jobs.changed(*job);
}

void apply(Call& call, Record& job)
{
    auto const& body = call.fields();
    take_over(job.data, body, {"type", "params", "meta", "status"});
    take_over_times(job.data, body, {"scheduled_datetime"});
    job.data["user_id"] = call.caller.user;
    auto const scheduled = parse_timestamp(text_at(job.data, "scheduled_datetime"));
    if (scheduled && is_waiting(job))
        job.data["status"] = "scheduled";
    auto tickets = selected_tickets(call, job.data.at("params").as_object());
    call.account.timers.at(
        scheduled.value_or(call.now + kStartsAfter),
        [id = job.id, tickets = std::move(tickets)](Account& account, Timestamp at) { run(account, id, tickets, at); });
}

Predicate filter(Call const& call)
{
    auto const status = call.asked("status");
    auto const type = call.asked("type");
    return [=](Record& job) {
        return (!status || text_at(job.data, "status") == *status) && (!type || text_at(job.data, "type") == *type);
    };
}

} // namespace

constinit Field const kJobBody = object("", kCreateShape);
constinit Field const kJobUpdateBody = object("", kUpdateShape);
constinit Resource<Record> const kJobs{.table = &Account::jobs,
                                       .kind = "job",
                                       .uri = "/api/jobs/",
                                       .event_object = "",
                                       .defaults = defaults,
                                       .check = check,
                                       .apply = apply,
                                       .filter = filter};

/// The job stays, canceled if it had not started.
Outcome cancel_job(Call& call)
{
    auto const found = find_row<kJobs>(call);
    if (!found)
        return found.error();
    auto& job = **found;
    if (is_waiting(job)) {
        job.data["status"] = "canceled";
        job.data["cancel_requested_datetime"] = call.time();
        job.data["cancelled_datetime"] = call.time();
        call.account.jobs.changed(job);
    }
    return empty(204);
}

} // namespace sluice::simulator
