#include "filter.hpp"
#include "handlers.hpp"
#include "seed.hpp"
#include "ticketing.hpp"

#include <fmt/format.h>

namespace sluice::simulator {
namespace {

/// A row with these attributes instead of the defaults.
template <auto const& R>
RowOf<R>& row(SeedContext& context, json::object const& attributes)
{
    auto& added = new_row<R>(context.account, context.start);
    for (auto const& member : attributes)
        added.data[member.key()] = member.value();
    (context.account.*R.table).changed(added);
    return added;
}

void seed_settings(SeedContext& context)
{
    row<kSettings>(context,
                   {{"type", "business-hours"},
                    {"data",
                     {{"timezone", "Europe/Paris"},
                      {"business_hours", {{{"days", "1,2,3,4,5"}, {"from_time", "09:00"}, {"to_time", "17:00"}}}}}}});
    row<kSettings>(
        context, {{"type", "satisfaction-surveys"},
                  {"data", {{"send_survey_for_chat", true}, {"send_survey_for_email", true}, {"survey_interval", 4}}}});
    row<kSettings>(context, {{"type", "ticket-assignment"},
                             {"data", {{"assignment_channels", {"email", "chat"}}, {"auto_assign_to_teams", true}}}});
    row<kSettings>(context,
                   {{"type", "auto-merge"}, {"data", {{"tickets", {{"enabled", true}, {"merging_window_days", 5}}}}}});
    row<kSettings>(context, {{"type", "views-visibility"}, {"data", {{"hidden_views", json::array{}}}}});
    row<kSettings>(context,
                   {{"type", "access"}, {"data", {{"signup_mode", "invite"}, {"allowed_domains", json::array{}}}}});
}

void seed_tags(SeedContext& context)
{
    constexpr std::string_view kNames[] = {
        "shipping",      "refund",      "return",       "exchange",     "damaged",    "vip",         "urgent",
        "wholesale",     "gift",        "subscription", "billing",      "discount",   "stock",       "sizing",
        "feedback",      "complaint",   "praise",       "spam-suspect", "auto-close", "first-order", "repeat-buyer",
        "international", "lost-parcel", "warranty",     "influencer"};
    constexpr std::string_view kColors[] = {"#F58D86", "#8EC07C", "#83A598", "#FABD2F", "#D3869B"};
    for (auto const name : kNames)
        context.tags.push_back(add_tag(context.account,
                                       {{"name", name}, {"decoration", {{"color", context.random.pick(kColors)}}}},
                                       context.start)
                                   .id);
}

json::object dropdown(std::initializer_list<std::string_view> choices)
{
    return {
        {"data_type", "text"},
        {"input_settings",
         {{"input_type", "dropdown"}, {"choices", json::array(choices.begin(), choices.end())}, {"default", nullptr}}}};
}

json::object number(json::value const& min, json::value const& max)
{
    return {{"data_type", "number"},
            {"input_settings", {{"input_type", "input_number"}, {"placeholder", nullptr}, {"min", min}, {"max", max}}}};
}

void seed_field(SeedContext& context, std::string_view owner, std::string_view label, json::value managed,
                json::object definition)
{
    auto const priority = static_cast<Id>(context.account.custom_fields.size() + 1);
    row<kCustomFields>(context, {{"object_type", owner},
                                 {"label", label},
                                 {"priority", priority},
                                 {"managed_type", std::move(managed)},
                                 {"definition", std::move(definition)}});
}

void seed_custom_fields(SeedContext& context)
{
    json::object const line{{"data_type", "text"}, {"input_settings", {{"input_type", "input"}, {"placeholder", ""}}}};
    json::object const flag{{"data_type", "boolean"},
                            {"input_settings", {{"input_type", "dropdown"}, {"choices", {true, false}}}}};
    seed_field(context, "Ticket", "Contact reason", "contact_reason",
               dropdown({"Order::Status", "Order::Cancel", "Order::Change", "Shipping::Delay", "Shipping::Lost",
                         "Return::Request", "Return::Status", "Product::Question", "Other::Feedback"}));
    seed_field(context, "Ticket", "Product", "product",
               dropdown({"Shoes::Runner", "Shoes::Trail", "Apparel::Jacket", "Apparel::Shirt", "Accessories::Cap"}));
    seed_field(context, "Ticket", "Resolution", "resolution",
               dropdown({"Refunded", "Replaced", "Information given", "No action"}));
    seed_field(context, "Ticket", "AI intent", "ai_intent", dropdown({"Order::Status", "Return::Request"}));
    seed_field(context, "Ticket", "Order number", nullptr, line);
    seed_field(context, "Ticket", "Refund amount", nullptr, number(0, 5000));
    seed_field(context, "Ticket", "Escalated", nullptr, flag);
    seed_field(context, "Customer", "Customer type", "customer_type", dropdown({"New", "Returning", "VIP"}));
    seed_field(context, "Customer", "Loyalty points", nullptr, number(0, nullptr));
    seed_field(context, "Customer", "Birthday", nullptr, line);
    seed_field(context, "Customer", "Newsletter", nullptr, flag);
}

void seed_integrations(SeedContext& context)
{
    struct Channel {
        std::string_view name;
        std::string_view type;
        std::string address;
    };
    auto const& shop = context.account.config.subdomain;
    Channel const channels[] = {{"Acme Support", "email", "support@" + shop + ".example"},
                                {"Acme Returns", "email", "returns@" + shop + ".example"},
                                {"Website chat", "gorgias_chat", "chat." + shop + ".example"},
                                {"Phone line", "phone", "+15550100"},
                                {"SMS line", "sms", "+15550101"},
                                {"Shopify store", "shopify", shop + ".myshopify.example"}};
    for (auto const& channel : channels) {
        auto& added = row<kIntegrations>(
            context, {{"name", channel.name},
                      {"type", channel.type},
                      {"meta", {{"address", channel.address}, {"preferred", channel.name == "Acme Support"}}},
                      {"user", {{"id", context.account.owner}}}});
        if (channel.type == "phone")
            context.phone_integration = added.id;
        if (context.support.empty())
            context.support = added.data;
    }
}

void seed_macros(SeedContext& context)
{
    constexpr std::string_view kNames[] = {"Greeting",        "Where is my order", "Refund issued", "Return label",
                                           "Exchange offer",  "Damaged item",      "Out of stock",  "Back in stock",
                                           "Discount code",   "Shipping delay",    "Lost parcel",   "Change address",
                                           "Cancel order",    "Warranty",          "Sizing help",   "Thank you",
                                           "Escalate to VIP", "Ask for photos",    "Close as spam", "Follow up"};
    for (std::size_t i = 0; i < std::size(kNames); ++i) {
        auto const body = fmt::format("Hello {{{{ticket.customer.firstname}}}}, about: {}.", kNames[i]);
        json::array actions{json::object{{"name", "setResponseText"},
                                         {"title", "Add response text"},
                                         {"type", "user"},
                                         {"arguments", {{"body_text", body}, {"body_html", "<p>" + body + "</p>"}}}}};
        if (i % 4 == 1)
            actions.push_back(json::object{{"name", "addTags"},
                                           {"title", "Add tags"},
                                           {"type", "user"},
                                           {"arguments", {{"tags", i % 8 == 1 ? "shipping" : "refund,billing"}}}});
        if (i % 5 == 2)
            actions.push_back(json::object{{"name", "setStatus"},
                                           {"title", "Set status"},
                                           {"type", "user"},
                                           {"arguments", {{"status", "closed"}}}});
        row<kMacros>(context, {{"name", kNames[i]},
                               {"language", i % 6 == 5 ? "fr" : "en"},
                               {"usage", i * 3},
                               {"actions", std::move(actions)}});
    }
}

void seed_rules(SeedContext& context)
{
    auto const macro = context.account.macros.rows().begin()->first;
    std::pair<std::string_view, std::string> const rules[] = {
        {"Tag refunds",
         "if (containsAny(message.intents.name, ['refund/request'])) { Action('addTags', { tags: 'refund' }) }"},
        {"VIP first",
         "if (containsAny(ticket.customer.tags, ['vip'])) { Action('setPriority', { priority: 'high' }) }"},
        {"Auto close no-reply",
         "if (eq(message.source.from.address, 'noreply@shop.example')) { Action('setStatus', { status: 'closed' }) }"},
        {"Assign chats", "if (eq(ticket.channel, 'chat')) { Action('setTeamAssignee', { assignee_team: 'Support' }) }"},
        {"Greet new tickets",
         fmt::format("if (eq(ticket.channel, 'email')) {{ Action('applyMacro', {{ macro: {} }}) }}", macro)},
        {"Mark spam", "if (eq(ticket.subject, 'SEO offer')) { Action('setStatus', { status: 'closed' }) }"}};
    Id priority = 0;
    for (auto const& [name, code] : rules)
        row<kRules>(context, {{"name", name},
                              {"code", code},
                              {"event_types", "ticket-created,ticket-message-created"},
                              {"priority", ++priority}});
}

struct SeedView {
    std::string_view name;
    std::string_view slug;
    std::string_view filters;
    bool is_system = true;
    std::string_view type = "ticket-list";
};
constexpr SeedView kSeedViews[] = {
    {"Inbox", "inbox", R"(eq(ticket.status, "open") && eq(ticket.spam, false) && isEmpty(ticket.trashed_datetime))"},
    {"My tickets", "my-tickets", R"(eq(ticket.assignee_user.id, "{{current_user.id}}") && eq(ticket.status, "open"))"},
    {"Unassigned", "unassigned", R"(isEmpty(ticket.assignee_user.id) && eq(ticket.status, "open"))"},
    {"All", "all", ""},
    {"Closed", "closed", R"(eq(ticket.status, "closed"))"},
    {"Snoozed", "snoozed", "isNotEmpty(ticket.snooze_datetime)"},
    {"Trash", "trash", "isNotEmpty(ticket.trashed_datetime)"},
    {"Spam", "spam", "eq(ticket.spam, true)"},
    {"VIP", "vip", R"(containsAny(ticket.tags.name, ["vip"]) && eq(ticket.status, "open"))", false},
    {"French customers", "french-customers", R"(eq(customer.language, "fr"))", false, "customer-list"}};

void seed_views(SeedContext& context)
{
    for (auto const& view : kSeedViews)
        row<kViews>(context, {{"name", view.name},
                              {"slug", view.slug},
                              {"type", view.type},
                              {"category", view.is_system ? "system" : "user"},
                              {"filters", view.filters},
                              {"filters_ast", Filter::parse(view.filters, 0).value().ast()}});
}

void seed_widgets(SeedContext& context)
{
    auto const shop = context.account.integrations.rows().rbegin()->first;
    auto const card = [](std::string_view title, std::string_view path) {
        return json::object{{"type", "wrapper"},
                            {"widgets",
                             {{{"type", "card"},
                               {"title", title},
                               {"path", path},
                               {"widgets", {{{"type", "text"}, {"title", "Number"}, {"path", "name"}}}}}}}};
    };
    row<kWidgets>(context, {{"type", "shopify"}, {"integration_id", shop}, {"template", card("Order", "orders")}});
    row<kWidgets>(context, {{"type", "customer_external_data"},
                            {"app_id", "demo-app"},
                            {"context", "customer"},
                            {"order", 1},
                            {"template", card("Loyalty", "loyalty")}});
    row<kWidgets>(context, {{"type", "custom"}, {"order", 2}, {"template", card("Notes", "notes")}});
}

void seed_jobs(SeedContext& context)
{
    for (auto const type : {"exportTicket", "exportMacro"})
        row<kJobs>(context, {{"type", type},
                             {"status", "done"},
                             {"user_id", context.account.owner},
                             {"info", {{"total_count", 20}, {"processed_count", 20}}}});
}

} // namespace

void seed_set_up(SeedContext& context)
{
    seed_settings(context);
    seed_tags(context);
    seed_custom_fields(context);
    seed_integrations(context);
    seed_macros(context);
    seed_rules(context);
    seed_views(context);
    seed_widgets(context);
    seed_jobs(context);
}

} // namespace sluice::simulator
