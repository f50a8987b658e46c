#include "views.hpp"

#include "crud.hpp"
#include "filter.hpp"
#include "handlers.hpp"
#include "ticketing.hpp"
#include "words.hpp"

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr std::string_view kTypes[] = {"ticket-list", "customer-list"};
constexpr std::string_view kVisibilities[] = {"public", "shared", "private"};
constexpr std::string_view kDirections[] = {"asc", "desc"};
constexpr std::string_view kColumns[] = {"id",           "details",  "tags",          "customer",
                                         "last_message", "name",     "email",         "created",
                                         "updated",      "assignee", "assignee_team", "channel",
                                         "closed",       "language", "snooze",        "integrations",
                                         "status",       "subject",  "priority",      "last_received_message"};
constexpr Field kColumn = word("", kColumns);
constexpr Field kId = positive("");
constexpr Field kAttributes[] = {text("name"),
                                 word("type", kTypes),
                                 word("visibility", kVisibilities),
                                 text("filters"),
                                 list("fields", kColumn),
                                 text("order_by"),
                                 word("order_dir", kDirections),
                                 object("decoration"),
                                 list("shared_with_teams", kId).at_most(100),
                                 list("shared_with_users", kId).at_most(100)};
constexpr Field kSlug[] = {text("slug")};
constexpr Field kRequiredSlug[] = {text("slug").required()};
constexpr auto kCreate = joined(kAttributes, kRequiredSlug);
constexpr auto kUpdate = joined(kAttributes, kSlug);
constexpr Shape kCreateShape{kCreate};
constexpr Shape kUpdateShape{kUpdate};
constexpr std::string_view kTicketList[] = {"ticket-list"};
constexpr Field kWanted[] = {
    text("category").nullable(),    list("fields", kColumn),   text("filters"),          text("order_by"),
    word("order_dir", kDirections), text("search").nullable(), word("type", kTicketList)};
constexpr Shape kWantedShape{kWanted};
constexpr Field kSearch[] = {object("view", kWantedShape)};
constexpr Shape kSearchShape{kSearch};

json::object defaults()
{
    return {{"name", ""},
            {"slug", ""},
            {"type", "ticket-list"},
            {"category", nullptr},
            {"visibility", "public"},
            {"filters", ""},
            {"filters_ast", json::object{}},
            {"fields", json::array{"details", "tags", "customer", "assignee", "channel", "updated"}},
            {"order_by", "updated_datetime"},
            {"order_dir", "desc"},
            {"search", nullptr},
            {"decoration", nullptr},
            {"section_id", nullptr},
            {"shared_with_teams", json::array{}},
            {"shared_with_users", json::array{}},
            {"created_datetime", nullptr},
            {"deactivated_datetime", nullptr}};
}

Answer<void> check(Call& call, Record*)
{
    auto const filter = Filter::parse(text_at(call.fields(), "filters"), call.caller.user);
    if (!filter)
        return invalid_field("filters", filter.error());
    return {};
}

json::array named(json::array const& ids, Table<Record>& table)
{
    json::array shown;
    for (auto const& id : ids)
        if (auto* record = table.find(id.get_int64()); record != nullptr)
            shown.push_back(name_shown(*record));
    return shown;
}

void apply(Call& call, Record& view)
{
    auto const& body = call.fields();
    take_over(view.data, body,
              {"name", "slug", "type", "visibility", "filters", "fields", "order_by", "order_dir", "decoration"});
    if (text_at(view.data, "name").empty())
        view.data["name"] = view.data.at("slug");
    if (auto const* teams = json::array_at(body, "shared_with_teams"); teams != nullptr)
        view.data["shared_with_teams"] = named(*teams, call.account.teams);
    if (auto const* users = json::array_at(body, "shared_with_users"); users != nullptr)
        view.data["shared_with_users"] = named(*users, call.account.users);
    if (auto const filter = Filter::parse(text_at(view.data, "filters"), 0); filter)
        view.data["filters_ast"] = filter->ast();
}

Answer<void> before_removal(Call&, Record& view)
{
    if (text_at(view.data, "category") == "system")
        return Refusal{.status = 400, .msg = "System views cannot be deleted."};
    return {};
}

Predicate filter(Call const& call)
{
    auto const category = call.asked("category");
    if (!category)
        return {};
    return [=](Record& view) { return text_at(view.data, "category") == *category; };
}

Order order_of(Call const& call, json::object const& view)
{
    if (auto const asked = call.asked("order_by"); asked)
        return Order::parse(*asked);
    return {std::string(text_at(view, "order_by")), text_at(view, "order_dir") == "desc"};
}

/// The `direction` parameter says on which side of the cursor to read.
Answer<PageRequest> page_request(Call const& call, bool descending)
{
    auto listing = listing_of(call);
    if (!listing)
        return listing.error();
    listing->page.descending = descending;
    if (listing->page.cursor && call.asked("direction"))
        listing->page.cursor->forward = call.asked("direction") == "next";
    return listing->page;
}

template <class Row>
Page page_in(Table<Row>& table, Order const& order, PageRequest const& wanted, Predicate const& in_view)
{
    if (auto const* kept = table.ordered_by(order.field); kept != nullptr)
        return page_of(*kept, wanted, in_view);
    Index index;
    for (auto& [id, row] : table.rows())
        if (in_view(row))
            index.insert({order_key(row.data, order.field), id, &row});
    return page_of(index, wanted, {});
}

json::value items_url(Call const& call, std::optional<Cursor> const& cursor, std::string_view direction)
{
    if (!cursor)
        return nullptr;
    http::Query query;
    query.add("cursor", cursor->str());
    query.add("direction", std::string(direction));
    for (auto const& [name, value] : call.query.pairs())
        if (name != "cursor" && name != "direction")
            query.add(name, value);
    return json::value(std::string(call.path) + '?' + query.str());
}

Outcome items_of(Call& call, json::object const& view)
{
    auto const in_view = predicate_of(call, view);
    if (!in_view)
        return in_view.error();
    auto const order = order_of(call, view);
    auto const wanted = page_request(call, order.descending);
    if (!wanted)
        return wanted.error();
    auto const ignored = call.asked_id("ignored_item");
    Predicate const shown = [&](Record& item) { return item.id != ignored && (*in_view)(item); };
    auto& account = call.account;
    bool const customers = text_at(view, "type") == "customer-list";
    auto const page =
        customers ? page_in(account.customers, order, *wanted, shown) : page_in(account.tickets, order, *wanted, shown);
    json::object const meta{{"next_items", items_url(call, page.next, "next")},
                            {"prev_items", items_url(call, page.prev, "prev")},
                            {"current_cursor", call.asked("cursor") ? json::value(*call.asked("cursor")) : nullptr}};
    auto const present = customers ? present_customer : present_ticket_row;
    std::string text = "{\"data\":";
    append_rows(text, account, page.rows, present);
    text += '}';
    splice(text, "meta", boost::json::serialize(meta));
    return http::json_response(200, std::move(text));
}

Answer<json::object> stored_view(Call const& call)
{
    auto const id = call.id();
    if (id == 0)
        return defaults();
    auto* view = call.account.views.find(id);
    if (view == nullptr)
        return not_found();
    return view->data;
}

} // namespace

constinit Field const kViewBody = object("", kCreateShape);
constinit Field const kViewUpdateBody = object("", kUpdateShape);
constinit Field const kViewItemsBody = object("", kSearchShape);
constinit Resource<Record> const kViews{.table = &Account::views,
                                        .kind = "view",
                                        .uri = "/api/views/",
                                        .event_object = "View",
                                        .defaults = defaults,
                                        .check = check,
                                        .apply = apply,
                                        .before_removal = before_removal,
                                        .filter = filter};

Answer<Predicate> predicate_of(Call const& call, json::object const& view)
{
    auto filter = Filter::parse(text_at(view, "filters"), call.caller.user);
    if (!filter)
        return Refusal{.status = 400, .data = {{"view", json::object{{"filters", json::array{filter.error()}}}}}};
    if (text_at(view, "type") == "customer-list")
        return customer_predicate(call.account, std::move(*filter));
    auto in_view = ticket_predicate(call.account, std::move(*filter));
    auto const search = text_at(view, "search");
    if (search.empty())
        return in_view;
    return Predicate([in_view, found = search_predicate(call.account, std::string(search))](Record& record) {
        return in_view(record) && found(record);
    });
}

Outcome list_view_items(Call& call)
{
    auto const view = stored_view(call);
    if (!view || call.id() == 0)
        return not_found();
    return items_of(call, *view);
}

/// Reads, despite PUT: the filters of the body, if there are any, instead of those of the view. View 0 has none.
Outcome search_view_items(Call& call)
{
    auto view = stored_view(call);
    if (!view)
        return view.error();
    if (auto const* wanted = json::object_at(call.fields(), "view"); wanted != nullptr)
        take_over(*view, *wanted, {"filters", "order_by", "order_dir", "search", "type"});
    return items_of(call, *view);
}

} // namespace sluice::simulator
