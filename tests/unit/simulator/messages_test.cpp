#include "help_desk.hpp"

namespace sluice::simulator::testing {
namespace {

class SimulatorMessagesTest : public HelpDesk {
protected:
    SimulatorMessagesTest()
    {
        auto const ticket = get("/api/tickets?limit=1").body.at("data").at(0);
        messages = path_of("/api/tickets/", ticket.at("id").as_int64(), "/messages");
        customer = std::to_string(ticket.at("customer").at("id").as_int64());
        agent = std::to_string(get("/api/users?roles=agent").id("/data/0/id"));
        address = get("/api/integrations?type=email&order_by=created_datetime:asc").text("/data/0/meta/address");
    }

    std::string filled(std::string_view text)
    {
        std::string out(text);
        for (auto const& [name, value] : {std::pair{"CUSTOMER", customer}, {"AGENT", agent}, {"ADDRESS", address}})
            for (auto at = out.find(name); at != std::string::npos; at = out.find(name))
                out.replace(at, std::string_view(name).size(), value);
        return out;
    }
    std::string sent(Reply const& message, std::string_view pointer = "/sent_datetime")
    {
        return get(message.text("/uri")).text(pointer);
    }

    std::string messages;
    std::string customer;
    std::string agent;
    std::string address;
};

struct RuleCase {
    std::string_view name;
    std::string_view body;
    int status;
    std::string_view field;
};

constexpr RuleCase kRuleCases[] = {
    {"reply", R"({"channel":"email","from_agent":true,"sender":{"id":AGENT},"receiver":{"id":CUSTOMER},
                  "source":{"type":"email","from":{"address":"ADDRESS"},"to":[{"address":"a@shopper.example"}]}})",
     201, ""},
    {"reply without sender", R"({"channel":"chat","from_agent":true})", 201, ""},
    {"reply from a customer", R"({"channel":"email","from_agent":true,"sender":{"id":CUSTOMER}})", 400, "sender"},
    {"reply from an unknown user", R"({"channel":"email","from_agent":true,"sender":{"email":"x@y.example"}})", 400,
     "sender"},
    {"reply to a user", R"({"channel":"email","from_agent":true,"receiver":{"id":AGENT}})", 400, "receiver"},
    {"reply to someone new", R"({"channel":"email","from_agent":true,"receiver":{"email":"n@shopper.example"}})", 201,
     ""},
    {"reply from a strange address",
     R"({"channel":"email","from_agent":true,"source":{"type":"email","from":{"address":"me@home.example"}}})", 400,
     "source"},
    {"public note", R"({"channel":"internal-note","from_agent":true})", 400, "channel"},
    {"mention in a reply", R"({"channel":"email","from_agent":true,"mention_ids":[AGENT]})", 400, "mention_ids"},
    {"incoming", R"({"channel":"sms","from_agent":false,"sender":{"id":CUSTOMER}})", 201, ""},
    {"incoming from someone new", R"({"channel":"sms","from_agent":false,"sender":{"email":"new@x.example"}})", 201,
     ""},
    {"incoming from a user", R"({"channel":"sms","from_agent":false,"sender":{"id":AGENT}})", 400, "sender"},
    {"incoming with receiver", R"({"channel":"sms","from_agent":false,"receiver":{"id":CUSTOMER}})", 400, "receiver"},
    {"incoming private", R"({"channel":"sms","from_agent":false,"public":false})", 400, "public"},
    {"incoming note", R"({"channel":"internal-note","from_agent":false})", 400, "channel"},
    {"note", R"({"channel":"internal-note","from_agent":true,"public":false,"source":{"type":"internal-note"},
                 "mention_ids":[AGENT]})",
     201, ""},
    {"note without source", R"({"channel":"internal-note","from_agent":true,"public":false})", 201, ""},
    {"note on another channel", R"({"channel":"email","from_agent":true,"public":false})", 400, "channel"},
    {"note with receiver", R"({"channel":"internal-note","from_agent":true,"public":false,"receiver":{"id":CUSTOMER}})",
     400, "receiver"},
    {"note with another source",
     R"({"channel":"internal-note","from_agent":true,"public":false,"source":{"type":"email"}})", 400, "source"},
    {"note from a customer", R"({"channel":"internal-note","from_agent":true,"public":false,"sender":{"id":CUSTOMER}})",
     400, "sender"},
    {"note for a stranger", R"({"channel":"internal-note","from_agent":true,"public":false,"mention_ids":[1]})", 400,
     "mention_ids"},
    {"no channel", R"({"from_agent":true})", 400, "channel"},
    {"no from_agent", R"({"channel":"email"})", 400, "from_agent"},
    {"unknown via", R"({"channel":"email","from_agent":true,"via":"pigeon"})", 400, "via"},
    {"custom channel", R"({"channel":"my-own-channel","from_agent":true})", 201, ""},
    {"unknown member", R"({"channel":"email","from_agent":true,"html":"x"})", 400, "html"},
};

TEST_F(SimulatorMessagesTest, FollowsTheRules)
{
    for (auto const& one : kRuleCases) {
        auto const reply = post(messages, filled(one.body));
        EXPECT_EQ(reply.status(), one.status) << one.name << ": " << reply.response.body;
        if (!one.field.empty()) {
            EXPECT_TRUE(reply["/error/data"].is_object() && reply["/error/data"].as_object().contains(one.field))
                << one.name << ": " << reply.response.body;
        }
    }
}

TEST_F(SimulatorMessagesTest, FillsInDefaults)
{
    auto const message = post(messages, R"({"channel":"chat","from_agent":true,"body_text":"Hi"})");

    EXPECT_EQ(message.text("/via"), "api");
    EXPECT_EQ(message["/public"], true);
    EXPECT_EQ(message.text("/source/type"), "chat");
    EXPECT_EQ(message.text("/sender/name"), "Gorgias Bot");
    EXPECT_EQ(message["/imported"], false);
    EXPECT_TRUE(message.body.as_object().contains("headers"));
}

TEST_F(SimulatorMessagesTest, SendsASecondLater)
{
    auto const message = post(messages, R"({"channel":"email","from_agent":true})");
    EXPECT_TRUE(message["/sent_datetime"].is_null());
    EXPECT_EQ(sent(message), "");

    advance(1);

    EXPECT_EQ(sent(message), "2026-11-20T12:00:01.000000+00:00");
    EXPECT_EQ(sent(message, "/failed_datetime"), "");
}

TEST_F(SimulatorMessagesTest, ReportsWhatBouncesAndRetries)
{
    auto const message = post(messages, R"({"channel":"email","from_agent":true,
        "source":{"type":"email","to":[{"address":"gone@shop.invalid"}]}})");
    advance(1);
    EXPECT_EQ(sent(message), "");
    EXPECT_FALSE(sent(message, "/failed_datetime").empty());
    EXPECT_FALSE(sent(message, "/last_sending_error/error").empty());

    auto const forced = put(message.text("/uri") + "?action=force", R"({"channel":"email","from_agent":true})");

    EXPECT_EQ(forced.status(), 202);
    EXPECT_TRUE(forced["/failed_datetime"].is_null());
    EXPECT_FALSE(forced.text("/sent_datetime").empty());
}

TEST_F(SimulatorMessagesTest, RecordsImportsWithoutSending)
{
    auto const message =
        post(messages, R"({"channel":"email","from_agent":true,"sent_datetime":"2024-09-01T10:00:00Z"})");

    EXPECT_EQ(message.text("/sent_datetime"), "2024-09-01T10:00:00.000000+00:00");
    EXPECT_EQ(message["/imported"], true);
    advance(5);
    EXPECT_EQ(sent(message), "2024-09-01T10:00:00.000000+00:00");
}

TEST_F(SimulatorMessagesTest, SendsNothingThatDoesNotLeave)
{
    for (auto const* body : {R"({"channel":"api","from_agent":true})", R"({"channel":"email","from_agent":false})",
                             R"({"channel":"internal-note","from_agent":true,"public":false})"}) {
        auto const message = post(messages, body);
        EXPECT_EQ(message.text("/sent_datetime"), message.text("/created_datetime")) << body;
    }
}

TEST_F(SimulatorMessagesTest, RefusesBodiesOverOneMegabyte)
{
    auto const text = std::string(1024 * 1024 + 1, 'x');

    EXPECT_EQ(post(messages, R"({"channel":"api","from_agent":true,"body_text":")" + text + "\"}").status(), 413);
    EXPECT_EQ(post(messages, R"({"channel":"api","from_agent":true,"body_text":")" + text.substr(1) + "\"}").status(),
              201);
}

TEST_F(SimulatorMessagesTest, ShowsInTheTicket)
{
    auto const ticket = messages.substr(0, messages.rfind('/'));
    auto const before = get(ticket).body.at("messages").as_array().size();
    advance(60);

    auto const message = post(messages, R"({"channel":"sms","from_agent":false,"body_text":"Still waiting"})");

    auto const after = get(ticket);
    EXPECT_EQ(after.body.at("messages").as_array().size(), before + 1);
    EXPECT_EQ(after.text("/last_received_message_datetime"), message.text("/created_datetime"));
    EXPECT_EQ(after["/is_unread"], true);
    EXPECT_EQ(get("/api/tickets?order_by=updated_datetime:desc").text("/data/0/excerpt"), "Still waiting");
    EXPECT_EQ(del(message.text("/uri")).status(), 204);
    EXPECT_EQ(get(message.text("/uri")).status(), 404);
}

TEST_F(SimulatorMessagesTest, KeepsANotePrivateOnUpdate)
{
    auto const note = post(messages, R"({"channel":"internal-note","from_agent":true,"public":false})");

    auto const updated =
        put(note.text("/uri"), R"({"channel":"internal-note","from_agent":true,"body_text":"corrected"})");

    EXPECT_EQ(updated.status(), 202) << updated.response.body;
    EXPECT_EQ(updated["/public"], false);
    EXPECT_EQ(updated.text("/body_text"), "corrected");
}

} // namespace
} // namespace sluice::simulator::testing
