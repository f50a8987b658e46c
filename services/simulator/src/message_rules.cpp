#include "messaging.hpp"

#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

/// Told apart by `from_agent` and `public`. Rules of the vendor's "stricter ticket messages validation", 2023-02-09.
enum class MessageKind { reply, incoming, note };

struct Subject {
    Account& account;
    json::object const& body;

    [[nodiscard]] json::value const* at(std::string_view path) const
    {
        auto const dot = path.find('.');
        auto const* member = body.if_contains(path.substr(0, dot));
        return member == nullptr || dot == std::string_view::npos ? member
                                                                  : json::find_path(*member, path.substr(dot + 1));
    }
    [[nodiscard]] bool has(std::string_view path) const
    {
        auto const* member = at(path);
        return member != nullptr && !member->is_null();
    }
};

struct Rule {
    MessageKind kind;
    std::string_view field;
    std::string_view message;
    bool (*is_broken)(Subject const&);
};

bool is_on_note_channel(Subject const& subject)
{
    return text_at(subject.body, "channel") == "internal-note";
}
bool is_on_other_channel(Subject const& subject)
{
    return !is_on_note_channel(subject);
}
bool has_receiver(Subject const& subject)
{
    return subject.has("receiver");
}
bool has_mentions(Subject const& subject)
{
    return subject.has("mention_ids");
}
bool has_other_source(Subject const& subject)
{
    auto const* type = subject.at("source.type");
    return type != nullptr && *type != "internal-note";
}
bool mentions_strangers(Subject const& subject)
{
    auto const* ids = json::array_at(subject.body, "mention_ids");
    return ids != nullptr && std::ranges::any_of(*ids, [&](json::value const& id) {
               return subject.account.users.find(id.as_int64()) == nullptr;
           });
}
bool is_from_strange_address(Subject const& subject)
{
    auto const* from = subject.at("source.from.address");
    if (from == nullptr || text_at(subject.body, "channel") == "api")
        return false;
    return std::ranges::none_of(subject.account.integrations.rows(), [&](auto const& entry) {
        auto const* connected = json::find_path(entry.second.data.at("meta"), "address");
        return connected != nullptr && *connected == *from && null_at(entry.second.data, "deactivated_datetime");
    });
}

constexpr Rule kRules[] = {
    {MessageKind::reply, "channel", "An internal note cannot be public.", is_on_note_channel},
    {MessageKind::reply, "mention_ids", "Only internal notes may have mentions.", has_mentions},
    {MessageKind::reply, "source", "The from address is not a connected integration.", is_from_strange_address},
    {MessageKind::incoming, "channel", "An internal note cannot come from a customer.", is_on_note_channel},
    {MessageKind::incoming, "receiver", "Messages from customers cannot have a receiver.", has_receiver},
    {MessageKind::incoming, "mention_ids", "Only internal notes may have mentions.", has_mentions},
    {MessageKind::note, "channel", "Private messages must use the internal-note channel.", is_on_other_channel},
    {MessageKind::note, "receiver", "Internal notes cannot have a receiver.", has_receiver},
    {MessageKind::note, "source", "Internal notes must have a source of type internal-note.", has_other_source},
    {MessageKind::note, "mention_ids", "User does not exist.", mentions_strangers},
};

Answer<MessageKind> kind_of(json::object const& body)
{
    bool const from_agent = true_at(body, "from_agent");
    bool const is_public = !body.contains("public") || true_at(body, "public");
    if (!from_agent && !is_public)
        return invalid_field("public", "Messages from customers must be public.");
    if (!from_agent)
        return MessageKind::incoming;
    return is_public ? MessageKind::reply : MessageKind::note;
}

Answer<void> check_size(json::object const& body)
{
    constexpr std::size_t kMegabyte = 1024 * 1024;
    for (auto const name : {"body_text", "body_html"})
        if (text_at(body, name).size() > kMegabyte)
            return too_large(std::string(name) + " is larger than 1 MB.");
    return {};
}

/// Without a sender: the app's own bot, or with an API key the bot of the account.
Id default_agent(Call const& call)
{
    return call.caller.grant != nullptr ? call.caller.user : call.account.bot;
}

Answer<CustomerRef> resolve_agent(Call const& call, json::object const* sender)
{
    if (sender == nullptr)
        return CustomerRef{default_agent(call), {}};
    auto const id = integer_at(*sender, "id");
    if (id == 0)
        return CustomerRef{call.caller.user, {}};
    auto const* user = id ? call.account.users.find(*id) : find_user(call.account, text_at(*sender, "email"));
    if (user == nullptr)
        return invalid_field("sender", "The sender of a message from an agent must be an existing user.");
    return CustomerRef{user->id, {}};
}

Answer<CustomerRef> resolve_sender(Call const& call, json::object const& body, MessageKind kind, bool has_customer)
{
    auto const* sender = json::object_at(body, "sender");
    if (kind != MessageKind::incoming)
        return resolve_agent(call, sender);
    if (sender != nullptr)
        return resolve_customer(call.account, *sender, "sender");
    if (!has_customer)
        return invalid_field("sender", "Missing data for required field.");
    return CustomerRef{};
}

} // namespace

Answer<MessagePlan> check_message(Call const& call, json::object const& body, bool has_customer)
{
    if (auto checked = check_size(body); !checked)
        return checked.error();
    auto const kind = kind_of(body);
    if (!kind)
        return kind.error();
    for (auto const& rule : kRules)
        if (rule.kind == *kind && rule.is_broken({call.account, body}))
            return invalid_field(rule.field, rule.message);
    MessagePlan plan{body, {}, {}};
    auto sender = resolve_sender(call, body, *kind, has_customer);
    if (!sender)
        return sender.error();
    plan.sender = std::move(*sender);
    if (auto const* receiver = json::object_at(body, "receiver"); receiver != nullptr) {
        auto resolved = resolve_customer(call.account, *receiver, "receiver");
        if (!resolved)
            return resolved.error();
        plan.receiver = std::move(*resolved);
    }
    return plan;
}

} // namespace sluice::simulator
