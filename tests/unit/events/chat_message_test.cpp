#include "events/chat_message.hpp"

#include "events/subscriptions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::events {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Event event_of(std::string type, json::object payload)
{
    Event event;
    event.id = EventId{Uuid{1}};
    event.environment = EnvironmentId{Uuid{2}};
    event.type = std::move(type);
    event.payload = std::move(payload);
    return event;
}

json::object approval_payload()
{
    return {{"id", ApprovalId{Uuid{3}}.str()},
            {"status", "pending"},
            {"tool", "delete_a_gorgias_ticket_by_id"},
            {"title", "Delete a ticket"},
            {"integration_label", "Gorgias"},
            {"mcp_server", "Triage agent"},
            {"tenant_id", "acme-42"},
            {"code", "ABCD2345"},
            {"approval_url", "https://sluice.example/approve?environment=env_1&approval=appr_1"},
            {"expires_at", "2026-11-20T13:00:00Z"}};
}

json::object message_of(Event const& event)
{
    return json::parse(chat_message(event))->as_object();
}

std::string text_of(json::object const& message)
{
    return std::string(message.at("text").as_string());
}

/// The texts of all elements of this type, in order.
std::vector<std::string> texts_of(json::value const& in, std::string_view type)
{
    std::vector<std::string> texts;
    auto const add_all = [&](json::value const& inner) {
        auto const more = texts_of(inner, type);
        texts.insert(texts.end(), more.begin(), more.end());
    };
    if (auto const* array = in.if_array())
        for (auto const& each : *array)
            add_all(each);
    if (auto const* object = in.if_object()) {
        auto const* found = object->if_contains("type");
        if (found != nullptr && *found == json::value(type) && object->contains("text") &&
            object->at("text").is_string())
            texts.emplace_back(object->at("text").as_string());
        for (auto const& member : *object)
            add_all(member.value());
    }
    return texts;
}

std::size_t count(std::string_view text, std::string_view part)
{
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
        ++found;
    return found;
}

TEST(ChatMessage, OfAnApprovalSaysEverythingThatAPersonNeeds)
{
    auto const message = message_of(event_of("approval:requested", approval_payload()));
    EXPECT_EQ(text_of(message), "An AI agent asks for your approval.\n"
                                "Asked by the MCP server: `Triage agent`\n"
                                "What: `Delete a ticket`\n"
                                "Where: `Gorgias`\n"
                                "For the tenant: `acme-42`\n"
                                "Code: `ABCD2345`\n"
                                "The page that asks for it, until 2026-11-20 13:00 UTC: "
                                "https://sluice.example/approve?environment=env_1&approval=appr_1\n"
                                "The code shows the call and decides about it: do not give it to the agent.");
    auto const markup = texts_of(message.at("blocks"), "mrkdwn");
    ASSERT_EQ(markup.size(), 1U) << "all that is not ours is plain";
    EXPECT_EQ(
        markup.front(),
        "*Code:* `ABCD2345`\n"
        "<https://sluice.example/approve?environment=env_1&amp;approval=appr_1|Open the page> and enter it there, "
        "until <!date^1795179600^{date_short_pretty} {time}|2026-11-20 13:00 UTC>.");
    auto const plain = texts_of(message.at("blocks"), "plain_text");
    EXPECT_THAT(plain, ::testing::IsSupersetOf({"Asked by the MCP server\nTriage agent", "What\nDelete a ticket",
                                                "Where\nGorgias", "For the tenant\nacme-42"}));
    EXPECT_EQ(message.at("unfurl_links"), false) << "nobody but the reader opens the page";
}

TEST(ChatMessage, OfAnApprovalThatAnOlderProcessAskedForNamesIds)
{
    auto payload = approval_payload();
    for (auto const* absent : {"title", "integration_label", "mcp_server"})
        payload.erase(absent);
    payload["mcp_server_id"] = "mcp_srv_1";
    payload["integrated_account_id"] = "ia_1";
    auto const text = text_of(message_of(event_of("approval:requested", payload)));
    EXPECT_THAT(text, HasSubstr("MCP server: `mcp_srv_1`\n"));
    EXPECT_THAT(text, HasSubstr("What: `delete_a_gorgias_ticket_by_id`\n"));
    EXPECT_THAT(text, HasSubstr("Where: `ia_1`\n"));
}

TEST(ChatMessage, LetsNoTextOfOthersBeMarkup)
{
    for (std::string const evil :
         {"<!channel> <!here> <!everyone>", "<@U012345> <#C012345>", "@everyone @here @channel @all",
          "<https://evil.example|Open the page>", "`</code>` *bold* `", "a\nCode: `AAAAAAAA`", "a\r\nCode: AAAAAAAA",
          "a\u2028Code: AAAAAAAA", "\u202EAAAAAAAA :edoC", "a\x0B\x0C\x1B[2Kb", "&lt;!channel&gt;",
          "[Open the page](https://evil.example)", "![x](https://evil.example/x)"})
        for (auto const* member : {"mcp_server", "title", "integration_label", "tenant_id"}) {
            auto payload = approval_payload();
            payload[member] = evil;
            auto const message = message_of(event_of("approval:requested", payload));
            auto const text = text_of(message);
            EXPECT_EQ(count(text, "\n"), 7U) << "no line of its own: " << evil;
            EXPECT_EQ(count(text, "\nCode: "), 1U) << evil;
            EXPECT_EQ(count(text, "`"), 10U) << "nothing ends the code that it stands in: " << evil;
            for (auto const* part : {"<", ">", "@e", "@h", "@c", "@a", "\u2028", "\u202E", "\x1B"})
                EXPECT_THAT(text, Not(HasSubstr(part))) << evil;
            for (auto const& plain : texts_of(message.at("blocks"), "plain_text")) {
                EXPECT_LE(count(plain, "\n"), 1U) << evil;
                for (auto const* part : {"<", ">", "@e", "@h"})
                    EXPECT_THAT(plain, Not(HasSubstr(part))) << evil;
            }
            auto const good = message_of(event_of("approval:requested", approval_payload()));
            EXPECT_EQ(texts_of(message.at("blocks"), "mrkdwn"), texts_of(good.at("blocks"), "mrkdwn"))
                << "what is markup has nothing of it: " << evil;
        }
}

TEST(ChatMessage, EscapesOnceAndShowsAmpersandsAndLettersOfAllKinds)
{
    auto payload = approval_payload();
    payload["tenant_id"] = "Müller & Söhne <日本>";
    EXPECT_THAT(text_of(message_of(event_of("approval:requested", payload))),
                HasSubstr("For the tenant: `Müller &amp; Söhne &lt;日本&gt;`\n"));
    for (std::string const blank : {"", " ", "\n\t ", "\u200B"}) {
        payload["tenant_id"] = blank;
        EXPECT_THAT(text_of(message_of(event_of("approval:requested", payload))), HasSubstr("For the tenant: `-`\n"));
    }
    payload["tenant_id"] = "\u3164 acme 42 \n";
    EXPECT_THAT(text_of(message_of(event_of("approval:requested", payload))), HasSubstr("For the tenant: `acme 42`\n"));
}

TEST(ChatMessage, IsBoundedHoweverLongTheTextsAre)
{
    for (std::string const& long_text :
         {std::string(100'000, 'x'), std::string(100'000, '&'), std::string(100'000, '@')}) {
        auto payload = approval_payload();
        for (auto const* member : {"mcp_server", "title", "integration_label", "tenant_id"})
            payload[member] = long_text;
        auto const message = message_of(event_of("approval:requested", payload));
        EXPECT_LE(text_of(message).size(), 2000U) << "Discord takes no more";
        EXPECT_THAT(text_of(message), HasSubstr("…`\nCode: `ABCD2345`\n"));
        for (auto const& plain : texts_of(message.at("blocks"), "plain_text"))
            EXPECT_LE(plain.size(), 300U);
    }
    auto payload = approval_payload();
    payload["tenant_id"] = std::string(80, 'x') + std::string(200, '\xC3'); // Cut off in a character, and no UTF-8.
    EXPECT_TRUE(json::parse(chat_message(event_of("approval:requested", payload))));
}

TEST(ChatMessage, OfEveryOtherEventIsATrueSentenceWithoutSecrets)
{
    json::object const account{{"id", "ia_1"},
                               {"tenant_id", "acme-42"},
                               {"status", "needs_reauth"},
                               {"context", json::object{{"note", "planted-context"}}},
                               {"integration", json::object{{"id", "int_1"}, {"name", "gorgias"}}},
                               {"last_error", json::object{{"message", "Gorgias says <no>."}}}};
    json::object const installation{{"id", "envint_1"},
                                    {"integration", json::object{{"name", "gorgias"}}},
                                    {"last_error", json::object{{"message", "invalid_client"}}}};
    auto decided = approval_payload();
    decided["decided_by"] = "link";
    for (auto const type : event_types()) {
        if (type == "approval:requested")
            continue;
        bool const is_of_app = type.starts_with("environment_integration");
        auto const& payload = type.starts_with("approval") ? decided : (is_of_app ? installation : account);
        auto const message = message_of(event_of(std::string(type), payload));
        auto const text = text_of(message);
        EXPECT_THAT(text, Not(HasSubstr("planted-context"))) << type;
        EXPECT_THAT(text, Not(HasSubstr("ABCD2345"))) << type;
        EXPECT_THAT(text, ::testing::MatchesRegex("[A-Z].*(\\.|`)")) << type;
        EXPECT_THAT(text, Not(HasSubstr("\n"))) << type;
        EXPECT_THAT(text, Not(HasSubstr("`" + std::string(type) + "`"))) << "a sentence of its own: " << text;
        EXPECT_EQ(texts_of(message.at("blocks"), "mrkdwn").size(), 0U);
    }
    EXPECT_EQ(
        text_of(message_of(event_of("integrated_account:authentication_error", account))),
        "The `gorgias` account of the tenant `acme-42` (`ia_1`) has to be connected again: the vendor refuses it. "
        "The reason: `Gorgias says &lt;no&gt;.`");
    EXPECT_EQ(text_of(message_of(event_of("integrated_account:deleted", {{"id", "ia_1"}}))),
              "The account `ia_1` was deleted.");
    EXPECT_EQ(text_of(message_of(event_of("approval:declined", decided))),
              "The call of `Delete a ticket` for the tenant `acme-42` was declined on the page.");
    EXPECT_EQ(
        texts_of(message_of(event_of("environment_integration:app_refused", installation)), "plain_text").front(),
        "The vendor refuses the OAuth app of “gorgias” (“envint_1”): no access token of its accounts can be renewed "
        "until the app is mended. The reason: “invalid_client”");
}

TEST(ChatMessage, SaysHowLittleIsLeftOfAVendorsLimit)
{
    json::object payload{{"id", "ia_1"}, {"tenant_id", "acme-42"}, {"integration", json::object{{"name", "gorgias"}}}};
    payload["window"] = json::object{{"name", "minute"}, {"limit", 40}, {"remaining", 4}};
    EXPECT_EQ(text_of(message_of(event_of("rate_limit:warning", payload))),
              "The `gorgias` account of the tenant `acme-42` (`ia_1`) has little left of its vendor's limit `minute`: "
              "4 of 40.");
}

TEST(ChatMessage, OfAnEventOfALaterVersionNamesIt)
{
    auto event = event_of("rate_limit:ended", {});
    event.payload = nullptr;
    EXPECT_THAT(text_of(message_of(event)), HasSubstr("happened: `rate_limit:ended`."));
}

} // namespace
} // namespace sluice::events
