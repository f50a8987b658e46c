#include "handlers.hpp"
#include "lists.hpp"
#include "messaging.hpp"
#include "text.hpp"
#include "words.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace sluice::simulator {
namespace {

using namespace spec;

// clang-format off
constexpr std::string_view kSourceTypes[] = {
    "aircall", "api", "app", "custom-chat", "chat", "chat-contact-form", "chat-offline-capture", "contact-form",
    "email", "facebook", "facebook-comment", "facebook-mention-comment", "facebook-mention-post",
    "facebook-message", "facebook-messenger", "facebook-post", "facebook-review", "facebook-review-comment", "form",
    "google-business-messages", "help-center", "help-center-contact-form", "helpdesk", "instagram",
    "instagram-ad-comment", "instagram-ad-media", "instagram-comment", "instagram-direct-message",
    "instagram-media", "instagram-mention-comment", "instagram-mention-media", "internal-note", "ottspott-call",
    "phone", "rule", "self_service", "shopify", "sms", "system-message", "tiktok-shop", "twilio",
    "twitter-direct-message", "twitter-mention-tweet", "twitter-quoted-tweet", "twitter-tweet", "whatsapp-message",
    "yotpo-review", "yotpo-review-private-comment", "yotpo-review-public-comment"};
// clang-format on

constexpr Field kAddress[] = {text("name").nullable(), text("address")};
constexpr Shape kAddressShape{kAddress};
constexpr Field kAddressItem = object("", kAddressShape);
constexpr Field kSource[] = {word("type", kSourceTypes), object("from", kAddressShape), list("to", kAddressItem),
                             list("cc", kAddressItem),   list("bcc", kAddressItem),     any("extra").nullable()};
constexpr Shape kSourceShape{kSource};
constexpr Field kChannel[] = {text("type").required(), text("address").required()};
constexpr Shape kChannelShape{kChannel, true};
constexpr Field kChannelItem = object("", kChannelShape);
constexpr Field kPerson[] = {integer("id").at_least(0),     text("email").nullable().at_most(320),
                             text("name").nullable(),       text("external_id").nullable(),
                             text("note").nullable(),       text("timezone").nullable(),
                             text("language").nullable(),   object("meta").nullable(),
                             list("channels", kChannelItem)};
constexpr Shape kPersonShape{kPerson, true};
constexpr Field kAttachment[] = {text("url").required(),     text("name").required(), text("content_type").required(),
                                 integer("size").nullable(), boolean("public"),       any("extra").nullable()};
constexpr Shape kAttachmentShape{kAttachment};
constexpr Field kAttachmentItem = object("", kAttachmentShape);
constexpr Field kMacro[] = {positive("id").required()};
constexpr Shape kMacroShape{kMacro, true};
constexpr Field kMacroItem = object("", kMacroShape);
constexpr Field kSendingError[] = {text("error").required()};
constexpr Shape kSendingErrorShape{kSendingError};
constexpr Field kUserId = positive("");

constexpr Field kAttributes[] = {text("channel").required().at_least(1),
                                 boolean("from_agent").required(),
                                 word("via", kVias),
                                 object("source", kSourceShape).nullable(),
                                 object("sender", kPersonShape).nullable(),
                                 object("receiver", kPersonShape).nullable(),
                                 text("subject").nullable().at_most(998),
                                 text("body_text").nullable(),
                                 text("body_html").nullable(),
                                 list("attachments", kAttachmentItem).nullable(),
                                 text("external_id").nullable().at_most(255),
                                 text("message_id").nullable(),
                                 datetime("sent_datetime").nullable(),
                                 datetime("failed_datetime").nullable()};
constexpr Field kOnlyOnCreate[] = {boolean("public"),
                                   text("stripped_text").nullable(),
                                   text("stripped_html").nullable(),
                                   text("stripped_signature").nullable(),
                                   integer("integration_id").nullable(),
                                   list("mention_ids", kUserId).nullable(),
                                   list("macros", kMacroItem).nullable(),
                                   list("actions").nullable(),
                                   object("headers").nullable(),
                                   object("meta").nullable(),
                                   datetime("created_datetime").nullable(),
                                   datetime("deleted_datetime").nullable(),
                                   datetime("opened_datetime").nullable(),
                                   object("last_sending_error", kSendingErrorShape).nullable(),
                                   boolean("imported").nullable()};
constexpr auto kCreate = joined(kAttributes, kOnlyOnCreate);
constexpr Shape kCreateShape{kCreate};
constexpr Shape kUpdateShape{kAttributes};

struct Found {
    Ticket& ticket;
    Message& message;
};

Answer<Found> find(Call const& call)
{
    auto const ticket = find_ticket(call);
    if (!ticket)
        return ticket.error();
    auto const message = find_message(call, **ticket);
    if (!message)
        return message.error();
    return Found{**ticket, **message};
}

/// The `action` parameter settles a message whose sending failed.
void settle_failure(Call& call, Message& message)
{
    auto const action = call.asked("action");
    if (!action || null_at(message.data, "failed_datetime"))
        return;
    message.data["failed_datetime"] = nullptr;
    message.data["last_sending_error"] = nullptr;
    if (action == "force")
        message.data["sent_datetime"] = call.time();
    else if (action == "retry")
        send_later(call.account, message, call.now);
    else
        message.data["deleted_datetime"] = call.time();
}

} // namespace

constinit Field const kMessageItem = object("", kCreateShape);
constinit Field const kMessageUpdateBody = object("", kUpdateShape);

Outcome list_messages(Call& call)
{
    auto const ticket_id = call.asked_id("ticket_id");
    if (!ticket_id)
        return list_of(call, call.account.messages, {}, present_message_with_headers);
    auto const listing = listing_of(call);
    if (!listing)
        return listing.error();
    // One ticket has few messages among many: order just these.
    Index index;
    if (auto* ticket = call.account.tickets.find(*ticket_id); ticket != nullptr)
        for (auto const id : ticket->messages) {
            auto* message = call.account.messages.find(id);
            index.insert({order_key(message->data, listing->order.field), id, message});
        }
    return list_of(call, index, *listing, {}, present_message_with_headers);
}

/// Deprecated, and still answers with numbered pages.
Outcome list_ticket_messages(Call& call)
{
    constexpr Id kDefaultPerPage = 30;
    auto const found = find_ticket(call);
    if (!found)
        return found.error();
    auto const& ids = (*found)->messages;
    auto const count = static_cast<Id>(ids.size());
    auto const page = call.asked_id("page").value_or(1);
    auto const per_page = call.asked_id("per_page").value_or(kDefaultPerPage);
    std::vector<Record*> rows;
    for (auto i = (page - 1) * per_page; i < std::min(count, page * per_page); ++i)
        rows.push_back(call.account.messages.find(ids[static_cast<std::size_t>(i)]));
    auto const url = [&](Id number) { return fmt::format("{}?page={}&per_page={}", call.path, number, per_page); };
    json::object meta{{"page", page},
                      {"per_page", per_page},
                      {"current_page", url(page)},
                      {"item_count", count},
                      {"nb_pages", (count + per_page - 1) / per_page}};
    if (page * per_page < count)
        meta["next_page"] = url(page + 1);
    if (page > 1)
        meta["prev_page"] = url(page - 1);
    std::string text = R"({"object":"list"})";
    splice(text, "uri", boost::json::serialize(json::value(call.path)));
    splice(text, "data", text_of_rows(call.account, rows, present_message_with_headers));
    splice(text, "meta", boost::json::serialize(meta));
    return http::json_response(200, std::move(text));
}

Outcome create_message(Call& call)
{
    auto const ticket = find_ticket(call);
    if (!ticket)
        return ticket.error();
    auto const plan = check_message(call, call.fields(), (*ticket)->customer != 0);
    if (!plan)
        return plan.error();
    auto chain = call.chain();
    auto& message = add_message(call.account, **ticket, *plan, call.now, chain);
    chain.add("ticket-updated", "Ticket", (*ticket)->id);
    return record_response(201, call.account, message, present_message_with_headers);
}

Outcome get_message(Call& call)
{
    auto const found = find(call);
    if (!found)
        return found.error();
    return record_response(200, call.account, found->message, present_message_with_headers);
}

Outcome update_message(Call& call)
{
    auto const found = find(call);
    if (!found)
        return found.error();
    auto& message = found->message;
    auto body = call.fields();
    body["public"] = message.data.at("public"); // Cannot be changed, but decides which rules hold.
    auto const plan = check_message(call, body, true);
    if (!plan)
        return plan.error();
    take_over(message.data, body,
              {"channel", "from_agent", "via", "source", "subject", "body_text", "body_html", "attachments",
               "external_id", "message_id"});
    take_over_times(message.data, body, {"sent_datetime", "failed_datetime"});
    if (body.contains("sender"))
        message.sender = settle(call.account, plan->sender, call.now);
    if (body.contains("receiver"))
        message.receiver = settle(call.account, plan->receiver, call.now);
    settle_failure(call, message);
    call.account.messages.changed(message);
    touch(call.account, found->ticket, call.now);
    call.chain().add("ticket-message-updated", "TicketMessage", message.id);
    return record_response(202, call.account, message, present_message_with_headers);
}

Outcome delete_message(Call& call)
{
    auto const found = find(call);
    if (!found)
        return found.error();
    auto const id = found->message.id;
    std::erase(found->ticket.messages, id);
    call.account.messages.erase(id);
    touch(call.account, found->ticket, call.now);
    call.chain().add("ticket-message-deleted", "TicketMessage", id);
    return empty(204);
}

} // namespace sluice::simulator
