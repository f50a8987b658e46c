#include "help_desk.hpp"

#include <algorithm>

namespace sluice::simulator::testing {
namespace {

constexpr std::string_view kIncoming =
    R"("messages":[{"channel":"email","from_agent":false,"sender":{"email":"new@shopper.example","name":"New Person"},
        "subject":"Hello","body_text":"Where is it?"}])";

class SimulatorTicketsTest : public HelpDesk {
protected:
    Reply create(std::string_view more = {})
    {
        return post("/api/tickets", '{' + std::string(kIncoming) + std::string(more) + '}');
    }
    std::vector<std::string> tags_of(std::int64_t ticket)
    {
        std::vector<std::string> names;
        for (auto const& tag : get(path_of("/api/tickets/", ticket, "/tags")).data())
            names.emplace_back(tag.at("name").as_string());
        std::ranges::sort(names);
        return names;
    }
    /// Types of the events of the context of the newest event, oldest first.
    std::vector<std::string> newest_chain()
    {
        auto const events = get("/api/events?limit=100");
        std::vector<std::string> types;
        for (auto const& event : events.data())
            if (event.at("context") == events["/data/0/context"])
                types.emplace_back(event.at("type").as_string());
        std::ranges::reverse(types);
        return types;
    }
};

using Names = std::vector<std::string>;

TEST_F(SimulatorTicketsTest, TakesWhatIsMissingFromTheFirstMessage)
{
    auto const ticket = create();

    ASSERT_EQ(ticket.status(), 201) << ticket.response.body;
    EXPECT_EQ(ticket.text("/channel"), "email");
    EXPECT_EQ(ticket.text("/subject"), "Hello");
    EXPECT_EQ(ticket["/from_agent"], false);
    EXPECT_EQ(ticket.text("/status"), "open");
    EXPECT_EQ(ticket.text("/priority"), "normal");
    EXPECT_EQ(ticket.text("/customer/email"), "new@shopper.example");
    EXPECT_EQ(ticket.text("/customer/lastname"), "Person");
    EXPECT_EQ(ticket.text("/uri"), path_of("/api/tickets/", ticket.id(), "/"));
    EXPECT_TRUE(ticket["/events"].as_array().empty());
    EXPECT_FALSE(ticket.body.at("messages").at(0).as_object().contains("headers"));
}

TEST_F(SimulatorTicketsTest, FindsTheCustomerByEmail)
{
    auto const first_ticket = create();
    auto const second = create();

    EXPECT_EQ(first_ticket.id("/customer/id"), second.id("/customer/id"));
}

TEST_F(SimulatorTicketsTest, WritesOneChainOfEventsForACreation)
{
    auto const agent = get("/api/users?roles=agent").id("/data/0/id");

    create(R"(,"assignee_user":{"id":)" + std::to_string(agent) + "}");

    EXPECT_EQ(newest_chain(), (Names{"ticket-created", "ticket-message-created", "ticket-assigned", "ticket-updated"}));
    auto const assigned = get("/api/events?types=ticket-assigned&limit=1");
    EXPECT_EQ(assigned.id("/data/0/data/assignee_user_id"), agent);
}

TEST_F(SimulatorTicketsTest, RefusesIncompleteTickets)
{
    struct Case {
        std::string_view body;
        std::string_view pointer;
        std::string_view message;
    };
    constexpr Case kCases[] = {
        {"{}", "/error/data/messages/0", "Missing data for required field."},
        {R"({"messages":[]})", "/error/data/messages/0", "Shorter than minimum length 1."},
        {R"({"messages":"x"})", "/error/data/messages/0", "Not a valid list."},
        {R"({"messages":[{"from_agent":true}]})", "/error/data/messages/0/channel/0",
         "Missing data for required field."},
        {R"({"messages":[{"channel":"email","from_agent":"yes"}]})", "/error/data/messages/0/from_agent/0",
         "Not a valid boolean."},
        {R"({"messages":[{"channel":"api","from_agent":true}],"status":"new"})", "/error/data/status/0",
         "Must be one of: open, closed."},
        {R"({"messages":[{"channel":"api","from_agent":true}],"assignee_user":{"id":1}})",
         "/error/data/assignee_user/0", "Object does not exist."},
        {R"({"messages":[{"channel":"api","from_agent":true}],"customer_id":5})", "/error/data/customer_id/0",
         "Unknown field."},
        {R"({"messages":[{"channel":"email","from_agent":false}]})", "/error/data/messages/0/sender/0",
         "Missing data for required field."},
    };
    for (auto const& one : kCases) {
        auto const reply = post("/api/tickets", std::string(one.body));
        EXPECT_EQ(reply.status(), 400) << one.body;
        EXPECT_EQ(reply.text("/error/msg"), "Failed to create ticket") << one.body;
        EXPECT_EQ(reply.text(one.pointer), one.message) << reply.response.body;
    }
}

TEST_F(SimulatorTicketsTest, LeavesNothingBehindWhenRefused)
{
    post(
        "/api/tickets",
        R"({"customer":{"email":"ghost@shopper.example"},"messages":[{"channel":"internal-note","from_agent":true}]})");

    EXPECT_TRUE(get("/api/customers?email=ghost@shopper.example").data().empty());
}

TEST_F(SimulatorTicketsTest, ReplacesTagsInTheTicketAndAddsThemInTheSubresource)
{
    auto const id = create(R"(,"tags":[{"name":"vip"},{"name":"made-here","decoration":{"color":"#fff"}}])").id();
    auto const tags = path_of("/api/tickets/", id, "/tags");
    EXPECT_EQ(tags_of(id), (Names{"made-here", "vip"}));

    EXPECT_EQ(post(tags, R"({"names":["refund","another new one"]})").status(), 201);
    EXPECT_EQ(tags_of(id), (Names{"another new one", "made-here", "refund", "vip"}));

    EXPECT_EQ(del(tags, R"({"names":["vip","unknown"]})").status(), 204);
    EXPECT_EQ(tags_of(id), (Names{"another new one", "made-here", "refund"}));

    EXPECT_EQ(put(tags, R"({"names":["shipping"]})").status(), 202);
    EXPECT_EQ(tags_of(id), (Names{"shipping"}));

    EXPECT_EQ(put(path_of("/api/tickets/", id), R"({"tags":[{"name":"gift"}]})").status(), 202);
    EXPECT_EQ(tags_of(id), (Names{"gift"}));
    EXPECT_EQ(post(tags, "{}").status(), 400);
    EXPECT_EQ(post(tags, R"({"ids":[1]})").status(), 400);
}

TEST_F(SimulatorTicketsTest, AnswersTagChangesWithEmptyBodies)
{
    auto const tags = path_of("/api/tickets/", create().id(), "/tags");

    EXPECT_EQ(post(tags, R"({"names":["a"]})").response.body, "");
    EXPECT_EQ(put(tags, R"({"names":["b"]})").response.body, "");
    EXPECT_EQ(del(tags, R"({"names":["b"]})").response.body, "");
}

TEST_F(SimulatorTicketsTest, CountsTheUsageOfTags)
{
    auto const id = create(R"(,"tags":[{"name":"counted"}])").id();
    EXPECT_EQ(get("/api/tags?search=counted").id("/data/0/usage"), 1);

    del(path_of("/api/tickets/", id));

    EXPECT_EQ(get("/api/tags?search=counted").id("/data/0/usage"), 0);
}

TEST_F(SimulatorTicketsTest, ChangesOnlyWhatIsSent)
{
    auto const id = create().id();
    auto const ticket = path_of("/api/tickets/", id);
    advance(5);

    auto const closed = put(ticket, R"({"status":"closed"})");

    EXPECT_EQ(closed.status(), 202);
    EXPECT_EQ(closed.text("/closed_datetime"), "2026-11-20T12:00:05.000000+00:00");
    EXPECT_EQ(closed.text("/updated_datetime"), "2026-11-20T12:00:05.000000+00:00");
    EXPECT_EQ(closed.text("/subject"), "Hello");
    EXPECT_EQ(newest_chain(), (Names{"ticket-closed", "ticket-updated"}));
    EXPECT_TRUE(put(ticket, R"({"status":"open"})")["/closed_datetime"].is_null());
    EXPECT_EQ(put(ticket, R"({"created_datetime":"2020-01-01T00:00:00Z"})").status(), 400);
}

TEST_F(SimulatorTicketsTest, UnassignsWithNullOrANullId)
{
    auto const agent = std::to_string(get("/api/users?roles=agent").id("/data/0/id"));
    auto const ticket = path_of("/api/tickets/", create().id());
    for (auto const* nobody : {"null", R"({"id":null})"}) {
        EXPECT_EQ(put(ticket, R"({"assignee_user":{"id":)" + agent + "}}").text("/assignee_user/id"), "");
        EXPECT_EQ(std::to_string(get(ticket).id("/assignee_user_id")), agent);

        auto const unassigned = put(ticket, std::string(R"({"assignee_user":)") + nobody + "}");

        EXPECT_TRUE(unassigned["/assignee_user"].is_null());
        EXPECT_TRUE(unassigned["/assignee_user_id"].is_null());
    }
}

TEST_F(SimulatorTicketsTest, WakesSnoozedTickets)
{
    auto const ticket = path_of("/api/tickets/", create().id());
    put(ticket, R"({"status":"closed","snooze_datetime":"2026-11-20T13:00:00Z"})");
    advance(3599);
    EXPECT_FALSE(get(ticket)["/snooze_datetime"].is_null());

    advance(1);

    EXPECT_TRUE(get(ticket)["/snooze_datetime"].is_null());
    EXPECT_EQ(get(ticket).text("/status"), "open");
    EXPECT_EQ(newest_chain(), (Names{"ticket-self-unsnoozed", "ticket-updated"}));
}

TEST_F(SimulatorTicketsTest, SendsCallersToTheSurvivorOfAMerge)
{
    auto const merged = state().body.at("accounts").at("acme").at("merged_tickets").as_object();
    ASSERT_EQ(merged.size(), 3U);
    std::string const id(merged.begin()->key());
    auto const survivor = "/acme/api/tickets/" + std::to_string(merged.begin()->value().as_int64());
    struct Case {
        http::Method method;
        std::string_view rest;
        std::string_view body;
    };
    constexpr Case kCases[] = {{http::Method::get, "", ""},
                               {http::Method::get, "?relationships=custom_fields", ""},
                               {http::Method::put, "", R"({"status":"open"})"},
                               {http::Method::delete_, "", ""},
                               {http::Method::get, "/tags", ""},
                               {http::Method::post, "/tags", R"({"names":["x"]})"},
                               {http::Method::get, "/messages", ""},
                               {http::Method::get, "/custom-fields", ""},
                               {http::Method::post, "/messages", R"({"channel":"api","from_agent":true})"}};
    for (auto const& one : kCases) {
        auto const reply = call(one.method, "/api/tickets/" + id + std::string(one.rest), std::string(one.body));
        EXPECT_EQ(reply.status(), 301) << one.rest;
        EXPECT_EQ(reply.header("location"), survivor + std::string(one.rest));
    }
}

TEST_F(SimulatorTicketsTest, ShowsFieldValuesWhenAskedTo)
{
    auto const field = get("/api/custom-fields?object_type=Ticket&search=Order+number").id("/data/0/id");
    auto const key = std::to_string(field);
    auto const id = create(R"(,"custom_fields":[{"id":)" + key + R"(,"value":"1002"}])").id();

    auto const ticket = path_of("/api/tickets/", id);

    EXPECT_TRUE(get(ticket)["/custom_fields"].as_object().empty());
    EXPECT_EQ(get(ticket + "?relationships=custom_fields").text("/custom_fields/" + key + "/value"), "1002");
}

TEST_F(SimulatorTicketsTest, RefusesWhatDoesNotExist)
{
    EXPECT_EQ(get("/api/tickets/99").status(), 404);
    EXPECT_EQ(get("/api/tickets/99").text("/error/msg"), "Resource not found.");
    EXPECT_EQ(get("/api/tickets/nine").status(), 404);
    EXPECT_EQ(get("/api/nothing").status(), 404);
    EXPECT_EQ(send(http::Method::get, "/nobody/api/tickets").status(), 404);
    EXPECT_EQ(call(http::Method::patch, "/api/tickets").status(), 405);
    EXPECT_EQ(call(http::Method::patch, "/api/tickets").text("/error/msg"),
              "The specified HTTP method is not allowed.");
    EXPECT_EQ(get("/api/tickets/").status(), 200);
    EXPECT_EQ(post("/api/tickets", "{oops").status(), 400);
    EXPECT_EQ(call(http::Method::head, "/api/tickets").response.body, "");
}

} // namespace
} // namespace sluice::simulator::testing
