#include "help_desk.hpp"

#include <algorithm>

namespace sluice::simulator::testing {
namespace {

class SimulatorCustomersTest : public HelpDesk {
protected:
    Reply create(std::string_view email, std::string_view more = {})
    {
        return post("/api/customers", R"({"name":"Ada B. Lovelace","channels":[{"type":"email","address":")" +
                                          std::string(email) + R"(","preferred":true}])" + std::string(more) + "}");
    }
};

TEST_F(SimulatorCustomersTest, DerivesNamesAndEmail)
{
    auto const customer = create("ada@shopper.example");

    ASSERT_EQ(customer.status(), 201) << customer.response.body;
    EXPECT_EQ(customer.text("/firstname"), "Ada");
    EXPECT_EQ(customer.text("/lastname"), "Lovelace");
    EXPECT_EQ(customer.text("/email"), "ada@shopper.example");
    EXPECT_EQ(customer.text("/channels/0/user/name"), "Ada B. Lovelace");
    EXPECT_EQ(get("/api/customers?email=ada@shopper.example").data().size(), 1U);
    EXPECT_FALSE(get("/api/customers").data()[0].as_object().contains("channels"));
}

TEST_F(SimulatorCustomersTest, RefusesWhatIsIncompleteOrTaken)
{
    EXPECT_EQ(post("/api/customers", R"({"name":"x"})").text("/error/data/channels/0"),
              "Missing data for required field.");
    EXPECT_EQ(post("/api/customers", R"({"channels":[{"type":"email","address":"x@y.z"}]})")
                  .text("/error/data/channels/0/preferred/0"),
              "Missing data for required field.");
    EXPECT_EQ(post("/api/customers", R"({"name":"x","channels":[],"address":"Main Street"})").status(), 400);
    create("taken@shopper.example");
    EXPECT_EQ(create("TAKEN@shopper.example").status(), 409);
}

TEST_F(SimulatorCustomersTest, ReplacesChannels)
{
    auto const customer = create("ada@shopper.example");
    auto const path = path_of("/api/customers/", customer.id());

    auto const updated = put(path, R"({"channels":[{"type":"phone","address":"+1555","preferred":false},
        {"type":"email","address":"lovelace@shopper.example","preferred":true}]})");

    EXPECT_EQ(updated.status(), 202);
    EXPECT_EQ(updated["/channels"].as_array().size(), 2U);
    EXPECT_EQ(updated.text("/email"), "lovelace@shopper.example");
    EXPECT_EQ(create("ada@shopper.example").status(), 201);

    auto const moved = put(path, R"({"email":"countess@shopper.example"})");
    EXPECT_EQ(moved["/channels"].as_array().size(), 2U);
    EXPECT_EQ(moved.text("/channels/1/address"), "countess@shopper.example");
}

TEST_F(SimulatorCustomersTest, MergesIntoTheTarget)
{
    auto const ticket = get("/api/tickets?limit=1");
    auto const source = ticket.id("/data/0/customer/id");
    auto const target = create("target@shopper.example").id();

    auto const merged = put(path_of("/api/customers/merge?source_id=", source, path_of("&target_id=", target)),
                            R"({"name":"Ignored","language":"fr"})");

    ASSERT_EQ(merged.status(), 202) << merged.response.body;
    EXPECT_EQ(merged.id(), target);
    EXPECT_EQ(merged.text("/name"), "Ada B. Lovelace");
    EXPECT_EQ(merged.text("/language"), "fr");
    EXPECT_GE(merged["/channels"].as_array().size(), 2U);
    EXPECT_EQ(get(path_of("/api/tickets/", ticket.id("/data/0/id"))).id("/customer/id"), target);
    auto const gone = get(path_of("/api/customers/", source));
    EXPECT_EQ(gone.status(), 301);
    EXPECT_EQ(gone.header("location"), path_of("/acme/api/customers/", target));
    auto const events = get("/api/events?limit=2&types=customer-merged&types=customer-deleted");
    EXPECT_EQ(events.text("/data/1/type"), "customer-deleted");
    EXPECT_EQ(events.id("/data/0/data/source_customer_id"), source);
    EXPECT_EQ(put(path_of("/api/customers/merge?source_id=", target), "{}").status(), 400);
}

TEST_F(SimulatorCustomersTest, SendsCallersToTheSurvivorOfASeededMerge)
{
    auto const merged = state().body.at("accounts").at("acme").at("merged_customers").as_object();
    ASSERT_EQ(merged.size(), 1U);

    auto const reply = put("/api/customers/" + std::string(merged.begin()->key()) + "/data", R"({"data":{}})");

    EXPECT_EQ(reply.status(), 301);
    EXPECT_EQ(reply.header("location"), path_of("/acme/api/customers/", merged.begin()->value().as_int64(), "/data"));
}

TEST_F(SimulatorCustomersTest, RefusesToMergeDataOfOneIntegration)
{
    auto const hook = post("/api/integrations", R"({"name":"hook","type":"http","http":{"url":"https://x.example",
        "method":"POST","request_content_type":"application/json","response_content_type":"application/json",
        "triggers":{"ticket-created":true}}})");
    std::vector<std::int64_t> ids;
    for (auto const* email : {"a@shopper.example", "b@shopper.example"}) {
        auto const ticket =
            post("/api/tickets", R"({"messages":[{"channel":"email","from_agent":false,"sender":{"email":")" +
                                     std::string(email) + "\"}}]}");
        ids.push_back(ticket.id("/customer/id"));
        for (auto const& delivery : simulator.take_due_deliveries())
            simulator.delivered(delivery.id, {.status = 200, .body = R"({"x":1})"});
    }

    EXPECT_EQ(put(path_of("/api/customers/merge?source_id=", ids[0], path_of("&target_id=", ids[1])), "{}").status(),
              409);
}

TEST_F(SimulatorCustomersTest, StoresDataPerApp)
{
    auto const path = path_of("/api/customers/", create("ada@shopper.example").id());
    auto const data = path + "/data";
    auto const stored = put(data, R"({"data":{"plan":"gold"},"version":"2026-11-20T10:00:00Z"})");
    EXPECT_EQ(stored.status(), 202);
    EXPECT_EQ(stored.response.body, "");
    EXPECT_EQ(get(path).text("/data/plan"), "gold");
    put(data, R"({"data":{"plan":"old"},"version":"2026-11-20T09:00:00Z"})");
    EXPECT_EQ(get(path).text("/data/plan"), "gold");

    credential = bearer("customers:read customers:write");
    put(data, R"({"data":{"points":7}})");

    EXPECT_EQ(get(path).text("/external_data/app-1/__app_name__"), "Connector");
    EXPECT_EQ(get(path).id("/external_data/app-1/points"), 7);
}

TEST_F(SimulatorCustomersTest, DeletesSeveralByBody)
{
    auto const one = create("a@shopper.example").id();
    auto const two = create("b@shopper.example").id();

    auto const reply = del("/api/customers", path_of("{\"ids\":[", one, path_of(",", two, "]}")));

    EXPECT_EQ(reply.status(), 204);
    EXPECT_EQ(get(path_of("/api/customers/", one)).status(), 404);
    EXPECT_EQ(get(path_of("/api/customers/", two)).status(), 404);
    EXPECT_EQ(del("/api/customers").status(), 400);
}

TEST_F(SimulatorCustomersTest, SearchesByName)
{
    create("ada@shopper.example");

    auto const found = post("/api/search", R"({"type":"customer","query":"lovelace","size":5})");

    EXPECT_EQ(found.status(), 201);
    EXPECT_EQ(found.text("/data/0/email"), "ada@shopper.example");
    EXPECT_TRUE(found["/meta"].as_object().empty());
    EXPECT_FALSE(found.header("x-gorgias-search-engine").empty());
    EXPECT_EQ(post("/api/search", R"({"type":"ticket","query":"x"})").status(), 400);
}

} // namespace
} // namespace sluice::simulator::testing
