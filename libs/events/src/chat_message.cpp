#include "events/chat_message.hpp"

#include "base/encoding.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace sluice::events {
namespace {

/// The most bytes of a text of others, as it is written. With eight of them a message is below Discord's 2000.
constexpr std::size_t kMostBytes = 160;

/// The first character of valid UTF-8.
std::string_view first_character(std::string_view text)
{
    std::size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U)
        ++size;
    return text.substr(0, size);
}

char32_t code_point(std::string_view character)
{
    static constexpr std::array<char32_t, 5> kBits{0, 0x7F, 0x1F, 0x0F, 0x07};
    auto code = static_cast<unsigned char>(character.front()) & kBits.at(character.size());
    for (auto const c : character.substr(1))
        code = (code << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
    return code;
}

/// Begins a line, turns the direction of writing, or is not seen.
bool is_unfit(char32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x180E ||
           (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
           c == 0x3164 || c == 0xFEFF || c >= 0xE0000;
}

/// As it is written in a message. A blank that is not seen after `@` keeps all chats from mentioning somebody.
std::string_view written(std::string_view character)
{
    if (is_unfit(code_point(character)))
        return " ";
    if (character.size() > 1)
        return character;
    switch (character.front()) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '`':
        return "'";
    case '@':
        return "@\u200B";
    default:
        return character;
    }
}

/// A text of others, with no meaning but itself. Without blanks at its ends, where some chats do not see code.
std::string plain(std::string_view text)
{
    auto const valid = to_valid_utf8(utf8_prefix(text, 4 * kMostBytes));
    std::string out;
    for (std::string_view rest = valid; !rest.empty();) {
        auto const character = first_character(rest);
        rest.remove_prefix(character.size());
        auto const next = written(character);
        if (out.size() + next.size() > kMostBytes)
            return out + "…";
        if (!out.empty() || next != " ")
            out += next;
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out.empty() ? "-" : out;
}

/// How a message shows a text of others.
using Quote = std::string (*)(std::string_view text);

/// For `text`, which is markup: no chat reads markup inside of code.
std::string as_code(std::string_view text)
{
    return fmt::format("`{}`", plain(text));
}

/// For elements of the type `plain_text`.
std::string in_quotes(std::string_view text)
{
    return fmt::format("“{}”", plain(text));
}

std::string_view text_at(json::object const& object, std::string_view key)
{
    auto const* found = json::string_at(object, key);
    return found == nullptr ? std::string_view() : std::string_view(*found);
}

/// A member of a member, such as `integration.name`.
std::string_view text_at(json::object const& object, std::string_view outer, std::string_view key)
{
    auto const* inner = json::object_at(object, outer);
    return inner == nullptr ? std::string_view() : text_at(*inner, key);
}

std::string_view first_of(std::string_view one, std::string_view other)
{
    return one.empty() ? other : one;
}

std::string account_name(json::object const& payload, Quote quote)
{
    return fmt::format("The {} account of the tenant {} ({})", quote(text_at(payload, "integration", "name")),
                       quote(text_at(payload, "tenant_id")), quote(text_at(payload, "id")));
}

std::string limit_sentence(json::object const& payload, Quote quote)
{
    auto const* window = json::object_at(payload, "window");
    auto const number = [window](std::string_view name) {
        auto const* value = window != nullptr ? window->if_contains(name) : nullptr;
        return value != nullptr && value->is_int64() ? std::to_string(value->get_int64()) : std::string("few");
    };
    return fmt::format("{} has little left of its vendor's limit {}: {} of {}.", account_name(payload, quote),
                       quote(text_at(payload, "window", "name")), number("remaining"), number("limit"));
}

std::string account_sentence(std::string_view what, json::object const& payload, Quote quote)
{
    if (what == "deleted")
        return fmt::format("The account {} was deleted.", quote(text_at(payload, "id")));
    auto const account = account_name(payload, quote);
    auto const said = text_at(payload, "last_error", "message");
    auto const why = said.empty() ? std::string() : fmt::format(" The reason: {}", quote(said));
    if (what == "created")
        return account + " is new.";
    if (what == "updated")
        return account + " was changed.";
    if (what == "active")
        return account + " is connected and works.";
    if (what == "post_install_error")
        return account + " was connected, but could not be set up." + why;
    if (what == "validation_error")
        return account + " could not be connected: the vendor refused its credentials, or could not be asked." + why;
    if (what == "authentication_error")
        return account + " has to be connected again: the vendor refuses it." + why;
    if (what == "reactivated")
        return account + " works again.";
    return fmt::format("{}: {}.", account, quote(what));
}

std::string installation_sentence(std::string_view what, json::object const& payload, Quote quote)
{
    auto const app = fmt::format("the OAuth app of {} ({})", quote(text_at(payload, "integration", "name")),
                                 quote(text_at(payload, "id")));
    if (what == "reactivated")
        return fmt::format("The vendor accepts {} again.", app);
    auto const said = text_at(payload, "last_error", "message");
    return fmt::format(
        "The vendor refuses {}: no access token of its accounts can be renewed until the app is mended.{}", app,
        said.empty() ? std::string() : fmt::format(" The reason: {}", quote(said)));
}

std::string decision_sentence(std::string_view what, json::object const& payload, Quote quote)
{
    auto const by = text_at(payload, "decided_by");
    return fmt::format("The call of {} for the tenant {} was {}{}.",
                       quote(first_of(text_at(payload, "title"), text_at(payload, "tool"))),
                       quote(text_at(payload, "tenant_id")), what == "approved" ? "approved" : "declined",
                       by == "link" ? std::string(" on the page") : fmt::format(" by {}", quote(by)));
}

/// What an event says, in a sentence.
std::string sentence(Event const& event, json::object const& payload, Quote quote)
{
    std::string_view const type = event.type;
    auto const colon = type.find(':');
    auto const about = type.substr(0, colon);
    auto const what = colon == std::string_view::npos ? std::string_view() : type.substr(colon + 1);
    if (about == "integrated_account")
        return account_sentence(what, payload, quote);
    if (about == "environment_integration")
        return installation_sentence(what, payload, quote);
    if (about == "approval")
        return decision_sentence(what, payload, quote);
    if (type == "rate_limit:warning")
        return limit_sentence(payload, quote);
    if (type == "test")
        return fmt::format("This is a test: what Sluice tells of the environment {} comes here.",
                           quote(event.environment.str()));
    return fmt::format("In the environment {} happened: {}.", quote(event.environment.str()), quote(type));
}

/// What a person who decides wants to know.
struct Line {
    std::string_view name;
    std::string_view value;
};

std::array<Line, 4> lines_of(json::object const& payload)
{
    return {{{"Asked by the MCP server", first_of(text_at(payload, "mcp_server"), text_at(payload, "mcp_server_id"))},
             {"What", first_of(text_at(payload, "title"), text_at(payload, "tool"))},
             {"Where", first_of(text_at(payload, "integration_label"), text_at(payload, "integrated_account_id"))},
             {"For the tenant", text_at(payload, "tenant_id")}}};
}

json::object element(std::string_view type, std::string text)
{
    json::object made{{"type", type}, {"text", std::move(text)}};
    // Neither is anything in it made a picture or a link that is not marked as one.
    made[type == "mrkdwn" ? "verbatim" : "emoji"] = type == "mrkdwn";
    return made;
}

json::object section(json::object text)
{
    return {{"type", "section"}, {"text", std::move(text)}};
}

/// `2026-11-20 12:00 UTC`
std::string minute_of(Timestamp time)
{
    auto const text = to_rfc3339(time);
    return fmt::format("{} {} UTC", text.substr(0, 10), text.substr(11, 5));
}

/// Slack shows it in the reader's time zone.
std::string local_time(Timestamp time)
{
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
    return fmt::format("<!date^{}^{{date_short_pretty}} {{time}}|{}>", seconds, minute_of(time));
}

/// The address of the page, which is Sluice's own, as Slack wants it in markup.
std::string link_to(std::string_view url)
{
    std::string escaped;
    for (auto const c : url)
        escaped +=
            c == '|' || c == '`' || c == ' ' ? percent_encode(std::string_view(&c, 1)) : std::string(written({&c, 1}));
    return fmt::format("<{}|Open the page>", escaped);
}

json::object body_of(std::string text, json::array blocks)
{
    // A preview of the page would fetch it.
    return {{"text", std::move(text)}, {"blocks", std::move(blocks)}, {"unfurl_links", false}, {"unfurl_media", false}};
}

json::object approval_message(json::object const& payload)
{
    constexpr std::string_view kTitle = "An AI agent asks for your approval";
    constexpr std::string_view kWarning = "The code shows the call and decides about it: do not give it to the agent.";
    auto const code = as_code(text_at(payload, "code"));
    auto const url = text_at(payload, "approval_url");
    auto const ends_at = parse_timestamp(text_at(payload, "expires_at")).value_or(Timestamp{});

    auto text = fmt::format("{}.\n", kTitle);
    json::array fields;
    for (auto const& [name, value] : lines_of(payload)) {
        text += fmt::format("{}: {}\n", name, as_code(value));
        fields.emplace_back(element("plain_text", fmt::format("{}\n{}", name, plain(value))));
    }
    text +=
        fmt::format("Code: {}\nThe page that asks for it, until {}: {}\n{}", code, minute_of(ends_at), url, kWarning);

    json::array blocks;
    blocks.emplace_back(json::object{{"type", "header"}, {"text", element("plain_text", std::string(kTitle))}});
    blocks.emplace_back(json::object{{"type", "section"}, {"fields", std::move(fields)}});
    blocks.emplace_back(section(element("mrkdwn", fmt::format("*Code:* {}\n{} and enter it there, until {}.", code,
                                                              link_to(url), local_time(ends_at)))));
    blocks.emplace_back(
        json::object{{"type", "context"}, {"elements", json::array{element("plain_text", std::string(kWarning))}}});
    return body_of(std::move(text), std::move(blocks));
}

} // namespace

std::string chat_message(Event const& event)
{
    static json::object const kNothing;
    auto const& payload = event.payload.is_object() ? event.payload.get_object() : kNothing;
    if (event.type == "approval:requested")
        return boost::json::serialize(approval_message(payload));
    json::array blocks;
    blocks.emplace_back(section(element("plain_text", sentence(event, payload, in_quotes))));
    return boost::json::serialize(body_of(sentence(event, payload, as_code), std::move(blocks)));
}

} // namespace sluice::events
