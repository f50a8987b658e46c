#include "events.hpp"
#include "handlers.hpp"
#include "messaging.hpp"
#include "seed.hpp"
#include "text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace sluice::simulator {
namespace {

using namespace std::chrono;

struct Topic {
    std::string_view subject;
    std::string_view question;
    std::string_view answer;
    std::string_view tag;
    std::string_view reason;
};
constexpr Topic kTopics[] = {
    {"Where is my order?", "Hello, order {} has not arrived yet.", "It ships tomorrow.", "shipping", "Order::Status"},
    {"Refund request", "I would like a refund for order {}.", "The refund is on its way.", "refund", "Return::Request"},
    {"Wrong size", "The shoes of order {} are too small.", "We sent you a return label.", "sizing", "Return::Request"},
    {"Damaged parcel", "Order {} arrived damaged.", "Could you send us a photo?", "damaged", "Shipping::Lost"},
    {"Cancel my order", "Please cancel order {}.", "It has been cancelled.", "billing", "Order::Cancel"},
    {"Discount code", "The code does not work on order {}.", "Here is a new code.", "discount", "Other::Feedback"},
    {"Is it back in stock?", "I wanted it with order {}.", "Next week, we think.", "stock", "Product::Question"},
    {"Great service", "Thank you for order {}!", "You are welcome.", "praise", "Other::Feedback"}};
constexpr std::string_view kChannels[] = {"email", "email", "email", "chat", "sms", "contact_form", "phone"};
constexpr std::string_view kUrgencies[] = {"normal", "normal", "normal", "low", "high", "critical"};

/// One ticket in the making.
class SeedTicket {
public:
    SeedTicket(SeedContext& context, std::size_t number, Timestamp at)
        : context_(context)
        , account_(context.account)
        , number_(number)
        , at_(at)
        , topic_(context.random.pick(kTopics))
        , ticket_(add_ticket(account_, at))
    {
    }

    Ticket& make()
    {
        auto const channel = context_.random.pick(kChannels);
        take_over(ticket_.data,
                  {{"subject", topic_.subject},
                   {"channel", channel},
                   {"via", channel},
                   {"priority", context_.random.pick(kUrgencies)},
                   {"language", number_ % 9 == 0 ? "fr" : "en"},
                   {"external_id", number_ % 10 == 0 ? json::value(fmt::format("ext-{}", number_)) : json::value()}},
                  {"subject", "channel", "via", "priority", "language", "external_id"});
        set_customer(account_, ticket_, context_.random.pick(context_.customers));
        assign();
        Chain chain(account_, account_.bot, at_);
        chain.add("ticket-created", "Ticket", ticket_.id);
        messages(chain);
        if (ticket_.assignee_user != 0)
            chain.add("ticket-assigned", "Ticket", ticket_.id,
                      json::object{{"assignee_user_id", ticket_.assignee_user}});
        chain.add("ticket-updated", "Ticket", ticket_.id);
        settle();
        return ticket_;
    }

private:
    void assign()
    {
        if (number_ % 3 != 0)
            ticket_.assignee_user = context_.random.pick(context_.agents);
        if (number_ % 4 == 0)
            ticket_.assignee_team = context_.random.pick(context_.teams);
        std::vector<Id> tags{find_tag(account_, topic_.tag)->id};
        if (number_ % 2 == 0)
            tags.push_back(context_.random.pick(context_.tags));
        set_tags(account_, ticket_, tags);
        if (number_ % 2 == 1)
            ticket_.fields[account_.custom_fields.rows().begin()->first] = json::value(topic_.reason);
    }

    void messages(Chain& chain)
    {
        auto const count = 1 + context_.random.below(8);
        for (std::size_t i = 0; i < count; ++i) {
            message(i);
            if (i == 0)
                chain.add("ticket-message-created", "TicketMessage", ticket_.messages.back());
            at_ += minutes(5 + context_.random.below(120)) + microseconds(context_.random.below(1'000'000));
        }
    }

    /// Mail has addresses; what else comes in is only told by its channel.
    json::value source(std::string_view channel, bool from_agent)
    {
        if (channel != "email")
            return json::object{{"type", channel == "contact_form" ? "contact-form" : channel}};
        auto const& customer = account_.customers.find(ticket_.customer)->data;
        json::object const shopper{{"name", customer.at("name")}, {"address", customer.at("email")}};
        json::object const shop{{"name", context_.support.at("name")},
                                {"address", context_.support.at("meta").at("address")}};
        return json::object{{"type", channel},
                            {"from", from_agent ? shop : shopper},
                            {"to", json::array{from_agent ? shopper : shop}},
                            {"cc", json::array{}},
                            {"bcc", json::array{}}};
    }

    /// Customer and agent take turns; now and then there is a note.
    void message(std::size_t turn)
    {
        bool const from_agent = turn % 2 == 1;
        bool const is_note = from_agent && context_.random.once_in(6);
        auto const text = fmt::format(fmt::runtime(from_agent ? topic_.answer : topic_.question), 1000 + number_);
        auto const channel = is_note ? json::value("internal-note") : ticket_.data.at("channel");
        auto& added = insert_message(
            account_, ticket_,
            {{"channel", channel},
             {"via", is_note ? json::value("helpdesk") : channel},
             {"from_agent", from_agent},
             {"public", !is_note},
             {"subject", from_agent ? fmt::format("Re: {}", topic_.subject) : std::string(topic_.subject)},
             {"body_text", text},
             {"body_html", "<p>" + text + "</p>"},
             {"source", source(channel.get_string(), from_agent)},
             {"created_datetime", iso(at_)},
             {"sent_datetime", iso(at_)}},
            at_);
        added.data["imported"] = false;
        added.sender = from_agent ? agent() : ticket_.customer;
        added.receiver = from_agent && !is_note ? ticket_.customer : 0;
        account_.messages.changed(added);
    }

    Id agent() { return ticket_.assignee_user != 0 ? ticket_.assignee_user : context_.random.pick(context_.agents); }

    /// Where the ticket stands today.
    void settle()
    {
        auto const now = account_.now();
        if (number_ % 5 < 2) {
            ticket_.data["status"] = "closed";
            ticket_.data["closed_datetime"] = iso(std::min(at_, now));
            survey();
        } else if (number_ % 29 == 3) {
            ticket_.data["snooze_datetime"] = iso(now + hours(24));
        }
        if (number_ % 53 == 7)
            ticket_.data["spam"] = true;
        if (number_ % 61 == 9)
            ticket_.data["trashed_datetime"] = iso(now - hours(2));
        ticket_.data["is_unread"] = number_ % 4 == 2;
        touch(account_, ticket_, std::min(at_, now));
    }

    void survey()
    {
        if (number_ % 4 != 0)
            return;
        auto& survey = new_row<kSurveys>(account_, std::min(at_, account_.now()));
        survey.data["ticket_id"] = ticket_.id;
        survey.data["customer_id"] = ticket_.customer;
        survey.data["sent_datetime"] = survey.data.at("created_datetime");
        if (context_.random.once_in(2)) {
            survey.data["score"] = 1 + context_.random.below(5);
            survey.data["scored_datetime"] = survey.data.at("created_datetime");
        }
        account_.surveys.changed(survey);
    }

    SeedContext& context_;
    Account& account_;
    std::size_t number_;
    Timestamp at_;
    Topic const& topic_;
    Ticket& ticket_;
};

/// Ids that used to be tickets: each was merged into a ticket that is there.
void seed_merged(SeedContext& context)
{
    constexpr std::size_t kMerged = 3;
    auto& account = context.account;
    auto survivor = account.tickets.rows().begin();
    for (std::size_t i = 0; i < kMerged && survivor != account.tickets.rows().end(); ++i, ++survivor)
        account.merged_tickets[account.sequences.next("ticket")] = survivor->first;
}

void seed_values(SeedContext& context)
{
    for (auto& [_, field] : context.account.custom_fields.rows())
        if (text_at(field.data, "label") == "Customer type")
            for (std::size_t i = 0; i < context.customers.size(); i += 4)
                context.account.customers.find(context.customers[i])->fields[field.id] = "Returning";
}

} // namespace

void seed_tickets(SeedContext& context)
{
    auto const count = context.account.config.tickets;
    // Spread over the history, the newest an hour ago; conversations may end later than that, but not after now.
    auto const span = context.account.now() - hours(25) - context.start;
    for (std::size_t i = 0; i < count; ++i) {
        auto const at = context.start + span / static_cast<Id>(count) * static_cast<Id>(i);
        SeedTicket(context, i, at + microseconds(context.random.below(1'000'000))).make();
    }
    seed_merged(context);
    seed_values(context);
    // What the seed did is history, not news.
    context.account.webhooks.forget_noted();
}

} // namespace sluice::simulator
