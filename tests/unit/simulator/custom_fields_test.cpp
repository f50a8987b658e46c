#include "help_desk.hpp"

#include <algorithm>

namespace sluice::simulator::testing {
namespace {

class SimulatorCustomFieldsTest : public HelpDesk {
protected:
    std::string field(std::string_view label, std::string_view type = "Ticket")
    {
        auto const found =
            get("/api/custom-fields?object_type=" + std::string(type) + "&search=" + percent_encode(label));
        return std::to_string(found.id("/data/0/id"));
    }
    std::string values()
    {
        return path_of("/api/tickets/", first("/api/tickets?limit=1&order_by=created_datetime:asc"), "/custom-fields");
    }
};

TEST_F(SimulatorCustomFieldsTest, ChecksValuesAgainstTheDefinition)
{
    struct Case {
        std::string_view label;
        std::string_view value;
        int status;
    };
    constexpr Case kCases[] = {
        {"Contact reason", R"("Order::Cancel")", 200},
        {"Contact reason", R"("Order")", 400},
        {"Contact reason", "5", 400},
        {"Order number", R"("anything")", 200},
        {"Order number", "1002", 400},
        {"Refund amount", "0", 200},
        {"Refund amount", "12.5", 200},
        {"Refund amount", "5000", 200},
        {"Refund amount", "5001", 400},
        {"Refund amount", "-1", 400},
        {"Refund amount", R"("12")", 400},
        {"Escalated", "true", 200},
        {"Escalated", R"("true")", 400},
        {"Order number", "null", 400},
        {"Order number", R"({"value":"x"})", 400},
    };
    for (auto const& one : kCases) {
        drain();
        auto const reply = put(values() + '/' + field(one.label), std::string(one.value));
        EXPECT_EQ(reply.status(), one.status) << one.label << ' ' << one.value << reply.response.body;
        if (reply.status() == 200) {
            EXPECT_EQ(boost::json::serialize(reply["/value"]), boost::json::serialize(json::parse(one.value).value()));
        }
    }
}

TEST_F(SimulatorCustomFieldsTest, LeavesOtherValuesAloneInBulk)
{
    put(values() + '/' + field("Order number"), R"("1002")");

    auto const reply = put(values(), R"([{"id":)" + field("Refund amount") + R"(,"value":10}])");

    ASSERT_EQ(reply.status(), 200) << reply.response.body;
    auto const shown = get(values());
    EXPECT_EQ(shown.data().size(), 2U);
    EXPECT_TRUE(shown.data()[0].at("prediction").is_null());
    EXPECT_EQ(shown.text("/data/0/field/label"), "Order number");
}

TEST_F(SimulatorCustomFieldsTest, SetsAllOrNoneInBulk)
{
    auto const reply = put(values(), R"([{"id":)" + field("Order number") + R"(,"value":"1"},{"id":)" +
                                         field("Refund amount") + R"(,"value":"much"}])");

    EXPECT_EQ(reply.status(), 400);
    EXPECT_TRUE(get(values()).data().empty());
}

TEST_F(SimulatorCustomFieldsTest, ClearsValues)
{
    auto const one = values() + '/' + field("Order number");
    put(one, R"("1002")");

    EXPECT_EQ(del(one).status(), 204);

    EXPECT_TRUE(get(values()).data().empty());
    EXPECT_EQ(del(values() + "/1").status(), 404);
    EXPECT_EQ(put(values() + '/' + field("Birthday", "Customer"), R"("x")").status(), 404);
}

TEST_F(SimulatorCustomFieldsTest, KeepsValuesOfCustomersWithoutPrediction)
{
    auto const customer = first("/api/customers?limit=1");
    auto const one = path_of("/api/customers/", customer, "/custom-fields/") + field("Loyalty points", "Customer");

    auto const reply = put(one, "120");

    EXPECT_EQ(reply.status(), 200) << reply.response.body;
    EXPECT_FALSE(reply.body.as_object().contains("prediction"));
    auto const shown = get(path_of("/api/customers/", customer, "?relationships=custom_fields"));
    EXPECT_EQ(shown["/custom_fields"].as_object().size(), 1U);
}

TEST_F(SimulatorCustomFieldsTest, DefinesAndArchivesFields)
{
    auto const made = post("/api/custom-fields", R"({"object_type":"Ticket","label":"Size","definition":
        {"data_type":"text","input_settings":{"input_type":"dropdown","choices":["S::1","M::2"]}}})");
    ASSERT_EQ(made.status(), 201) << made.response.body;
    auto const id = std::to_string(made.id());

    auto const archived =
        put("/api/custom-fields", R"([{"id":)" + id + R"(,"deactivated_datetime":"2026-11-20T12:00:00Z"}])");

    EXPECT_EQ(archived.status(), 200);
    EXPECT_EQ(archived.data().size(), 1U);
    EXPECT_TRUE(get("/api/custom-fields?object_type=Ticket&search=Size").data().empty());
    EXPECT_EQ(get("/api/custom-fields?object_type=Ticket&archived=true").data().size(), 1U);
    EXPECT_EQ(put(values() + '/' + id, R"("S::1")").status(), 400);
}

TEST_F(SimulatorCustomFieldsTest, RefusesBadDefinitions)
{
    constexpr std::string_view kBad[] = {
        R"({"object_type":"Order","label":"x","definition":{"data_type":"text","input_settings":{"input_type":"input"}}})",
        R"({"object_type":"Ticket","label":"","definition":{"data_type":"text","input_settings":{"input_type":"input"}}})",
        R"({"object_type":"Ticket","label":"x"})",
        R"({"object_type":"Ticket","label":"x","definition":{"data_type":"text","input_settings":{"input_type":"dropdown"}}})",
        R"({"object_type":"Ticket","label":"x","definition":{"data_type":"number","input_settings":{"input_type":"input"}}})",
        R"({"object_type":"Ticket","label":"x","priority":5001,"definition":{"data_type":"text","input_settings":{"input_type":"input"}}})",
        R"({"object_type":"Ticket","label":"x","definition":{"data_type":"text","input_settings":{"input_type":"dropdown","choices":[1]}}})",
    };
    for (auto const body : kBad)
        EXPECT_EQ(post("/api/custom-fields", std::string(body)).status(), 400) << body;
    auto const id = field("Order number");
    EXPECT_EQ(put("/api/custom-fields/" + id, R"({"label":"only this"})").status(), 400);
}

} // namespace
} // namespace sluice::simulator::testing
