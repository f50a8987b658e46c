#include "help_desk.hpp"

#include <algorithm>

namespace sluice::simulator::testing {
namespace {

class SimulatorWebhooksTest : public HelpDesk {
protected:
    std::int64_t add(std::string_view http_members, std::string_view trigger = "ticket-message-created")
    {
        auto const reply = post("/api/integrations",
                                R"({"name":"hook","type":"http","http":{"url":"https://hooks.example/{{ticket.id}}",
            "request_content_type":"application/json","response_content_type":"application/json",
            "headers":{"X-Connector-Secret":"s3cr3t"},"triggers":{")" +
                                    std::string(trigger) + R"(":true},)" + std::string(http_members) + "}}");
        EXPECT_EQ(reply.status(), 201) << reply.response.body;
        return reply.id();
    }
    void write_message(std::string_view text = "Hi")
    {
        drain();
        post(path_of("/api/tickets/", ticket, "/messages"),
             R"({"channel":"email","from_agent":false,"body_text":")" + std::string(text) + "\"}");
    }
    Delivery only_delivery()
    {
        auto deliveries = simulator.take_due_deliveries();
        EXPECT_EQ(deliveries.size(), 1U);
        return deliveries.empty() ? Delivery{} : deliveries[0];
    }
    void fail(int times)
    {
        for (int i = 0; i < times; ++i) {
            write_message();
            for (auto const& delivery : simulator.take_due_deliveries())
                simulator.delivered(delivery.id, {.status = 500});
        }
    }
    bool is_disabled(std::int64_t id)
    {
        return !get(path_of("/api/integrations/", id))["/deactivated_datetime"].is_null();
    }

    std::int64_t ticket = first("/api/tickets");
};

constexpr std::string_view kForm = R"("method":"POST","form":{"ticket_id":"{{ticket.id}}","message":"{{message.id}}",
    "from_agent":"{{ message.from_agent }}","event":"{{event.type}}","text":"{{message.body_text}}",
    "team":"{{ticket.assignee_team_id}}","missing":"[{{ticket.nothing.here}}]"})";

TEST_F(SimulatorWebhooksTest, RendersTheFormAsStrings)
{
    add(kForm);

    write_message("Quote \\\" and line");

    auto const delivery = only_delivery();
    EXPECT_EQ(delivery.method, http::Method::post);
    EXPECT_EQ(delivery.url, path_of("https://hooks.example/", ticket));
    EXPECT_EQ(delivery.headers.find("content-type"), "application/json");
    EXPECT_EQ(delivery.headers.find("x-connector-secret"), "s3cr3t");
    auto const body = json::parse(delivery.body).value();
    EXPECT_EQ(body.at("ticket_id").as_string(), std::to_string(ticket));
    EXPECT_EQ(body.at("from_agent"), "False");
    EXPECT_EQ(body.at("event"), "ticket-message-created");
    EXPECT_EQ(body.at("text"), "Quote \" and line");
    EXPECT_EQ(body.at("team"), get(path_of("/api/tickets/", ticket))["/assignee_team_id"].is_null()
                                   ? json::value("None")
                                   : json::value(body.at("team")));
    EXPECT_EQ(body.at("missing"), "[]");
}

TEST_F(SimulatorWebhooksTest, RendersTheWholeContext)
{
    add(R"("method":"PUT","form":"{{context}}")");

    write_message("All of it");

    auto const delivery = only_delivery();
    EXPECT_EQ(delivery.method, http::Method::put);
    auto const body = json::parse(delivery.body).value();
    EXPECT_EQ(body.at("ticket").at("id"), ticket);
    EXPECT_EQ(body.at("ticket").at("account").at("domain"), "acme");
    EXPECT_EQ(body.at("ticket").at("last_message").at("id"), body.at("message").at("id"));
    EXPECT_EQ(body.at("message").at("text"), "All of it");
    EXPECT_TRUE(body.at("message").at("sentiments").as_array().empty());
}

TEST_F(SimulatorWebhooksTest, PutsTheFormOfAGetIntoTheQuery)
{
    add(R"("method":"GET","form":{"id":"{{ticket.id}}","text":"a b"})");

    write_message();

    auto const delivery = only_delivery();
    EXPECT_EQ(delivery.url, path_of("https://hooks.example/", ticket) + path_of("?id=", ticket, "&text=a%20b"));
    EXPECT_EQ(delivery.body, "");
}

TEST_F(SimulatorWebhooksTest, NeverShowsSecrets)
{
    auto const id = add(R"("method":"POST","hmac_secret":"hush")");

    auto const shown = get(path_of("/api/integrations/", id)).response.body;

    EXPECT_EQ(shown.find("s3cr3t"), std::string::npos);
    EXPECT_EQ(shown.find("hush"), std::string::npos);
    EXPECT_EQ(shown.find("\"headers\""), std::string::npos);
}

TEST_F(SimulatorWebhooksTest, FiresOnItsTriggersOnly)
{
    struct Case {
        std::string_view trigger;
        std::string_view body;
        std::size_t deliveries;
    };
    constexpr Case kCases[] = {{"ticket-status-updated", R"({"status":"STATUS"})", 1},
                               {"ticket-updated", R"({"subject":"x"})", 1},
                               {"ticket-status-updated", R"({"subject":"y"})", 0},
                               {"ticket-assignment-updated", R"({"assignee_user":{"id":ME}})", 1},
                               {"ticket-created", R"({"subject":"z"})", 0}};
    auto const me = std::to_string(get("/api/users/0").id());
    auto const status = get(path_of("/api/tickets/", ticket)).text("/status") == "open" ? "closed" : "open";
    for (auto const& one : kCases) {
        auto const hook = add(R"("method":"POST")", one.trigger);
        std::string body(one.body);
        if (auto const at = body.find("STATUS"); at != std::string::npos)
            body.replace(at, 6, status);
        if (auto const at = body.find("ME"); at != std::string::npos)
            body.replace(at, 2, me);
        EXPECT_EQ(put(path_of("/api/tickets/", ticket), body).status(), 202) << body;
        EXPECT_EQ(simulator.take_due_deliveries().size(), one.deliveries) << one.trigger << body;
        del(path_of("/api/integrations/", hook));
    }
}

TEST_F(SimulatorWebhooksTest, FiresWhenSnoozingEndsAndSendingFails)
{
    add(R"("method":"POST")", "ticket-self-unsnoozed");
    add(R"("method":"POST")", "ticket-message-failed");
    put(path_of("/api/tickets/", ticket), R"({"snooze_datetime":"2026-11-20T12:10:00Z"})");
    post(path_of("/api/tickets/", ticket, "/messages"),
         R"({"channel":"email","from_agent":true,"source":{"type":"email","to":[{"address":"a@b.invalid"}]}})");
    EXPECT_TRUE(simulator.take_due_deliveries().empty());

    advance(600);

    EXPECT_EQ(simulator.take_due_deliveries().size(), 2U);
}

TEST_F(SimulatorWebhooksTest, RetriesOnlyWhatTimedOut)
{
    add(kForm);
    write_message();
    auto const delivery = only_delivery();

    simulator.delivered(delivery.id, {.timed_out = true});

    EXPECT_TRUE(simulator.take_due_deliveries().empty());
    advance(10);
    EXPECT_EQ(only_delivery().id, delivery.id);
    simulator.delivered(delivery.id, {.status = 500});
    advance(3600);
    EXPECT_TRUE(simulator.take_due_deliveries().empty());
}

TEST_F(SimulatorWebhooksTest, GivesUpAfterThreeRetries)
{
    add(kForm);
    write_message();
    int attempts = 0;
    for (int i = 0; i < 10; ++i, advance(600))
        for (auto const& delivery : simulator.take_due_deliveries()) {
            ++attempts;
            simulator.delivered(delivery.id, {.timed_out = true});
        }

    EXPECT_EQ(attempts, 4);
}

TEST_F(SimulatorWebhooksTest, DisablesAfterAHundredFailuresInARow)
{
    auto const id = add(kForm);
    fail(99);
    EXPECT_FALSE(is_disabled(id));

    fail(1);

    EXPECT_TRUE(is_disabled(id));
    write_message();
    EXPECT_TRUE(simulator.take_due_deliveries().empty());
    put(path_of("/api/integrations/", id), R"({"name":"hook","deactivated_datetime":null})");
    write_message();
    EXPECT_EQ(simulator.take_due_deliveries().size(), 1U);
}

TEST_F(SimulatorWebhooksTest, ForgetsFailuresOnSuccess)
{
    auto const id = add(kForm);
    fail(99);
    write_message();
    simulator.delivered(only_delivery().id, {.status = 204});

    fail(99);

    EXPECT_FALSE(is_disabled(id));
}

TEST_F(SimulatorWebhooksTest, KeepsAJsonAnswerAsDataOfTheCustomer)
{
    auto const id = add(kForm);
    write_message();

    simulator.delivered(only_delivery().id, {.status = 200, .body = R"({"loyalty":7})"});

    auto const customer = get(path_of("/api/tickets/", ticket)).id("/customer/id");
    EXPECT_EQ(get(path_of("/api/customers/", customer)).id("/integrations/" + std::to_string(id) + "/loyalty"), 7);
}

TEST_F(SimulatorWebhooksTest, SharesAContextBetweenTheEventsOfACall)
{
    write_message();

    auto const events = get("/api/events?limit=2");
    EXPECT_EQ(events["/data/0/context"], events["/data/1/context"]);
    auto const message =
        get(path_of("/api/events?limit=5&object_type=TicketMessage&types=ticket-message-created&object_id=",
                    get(path_of("/api/messages?ticket_id=", ticket)).id("/data/0/id")));
    ASSERT_EQ(message.data().size(), 1U);
    EXPECT_EQ(message["/data/0/context"], events["/data/0/context"]);
    EXPECT_EQ(get(path_of("/api/events/", message.id("/data/0/id"))).body, message["/data/0"]);
}

TEST_F(SimulatorWebhooksTest, ListsEventsByTimeAndUser)
{
    auto const before = get("/api/events?limit=1").text("/data/0/created_datetime");
    write_message();
    auto const me = get("/api/users/0").id();

    EXPECT_EQ(get("/api/events?created_datetime[gt]=" + percent_encode(before)).data().size(), 2U);
    EXPECT_EQ(get("/api/events?created_datetime%5Bgte%5D=2027-01-01T00:00:00Z").data().size(), 0U);
    for (auto const& event : get(path_of("/api/events?user_ids=", me)).data())
        EXPECT_EQ(event.at("user_id"), me);
}

} // namespace
} // namespace sluice::simulator::testing
