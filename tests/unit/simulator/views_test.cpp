#include "help_desk.hpp"

#include <algorithm>

namespace sluice::simulator::testing {
namespace {

class SimulatorViewsTest : public HelpDesk {
protected:
    SimulatorViewsTest()
        : HelpDesk(60)
    {
    }

    Reply items(std::string_view filters, std::string_view more = {})
    {
        std::string quoted;
        json::append_quoted(quoted, filters);
        return put("/api/views/0/items?limit=100",
                   R"({"view":{"type":"ticket-list","filters":)" + quoted + std::string(more) + "}}");
    }
    std::size_t count(std::string_view filters)
    {
        auto const reply = items(filters);
        EXPECT_EQ(reply.status(), 200) << filters << reply.response.body;
        return reply.status() == 200 ? reply.data().size() : 0;
    }
    /// How many tickets satisfy `holds`, found out without a filter.
    template <class Holds>
    std::size_t tickets_that(Holds const& holds)
    {
        auto const all = get("/api/tickets?limit=100");
        return static_cast<std::size_t>(std::ranges::count_if(all.data(), holds));
    }
};

bool has_tag(json::value const& ticket, std::string_view name)
{
    return std::ranges::any_of(ticket.at("tags").as_array(),
                               [&](json::value const& tag) { return tag.at("name").as_string() == name; });
}

TEST_F(SimulatorViewsTest, FiltersByTheirFunctions)
{
    auto const is = [](std::string_view name, std::string_view value) {
        return [=](json::value const& ticket) { return ticket.at(name).as_string() == value; };
    };
    EXPECT_EQ(count(R"(eq(ticket.status, "open"))"), tickets_that(is("status", "open")));
    EXPECT_EQ(count(R"(neq(ticket.status, 'open'))"), tickets_that(is("status", "closed")));
    EXPECT_EQ(count(R"(containsAny(ticket.tags.name, ["refund", "shipping"]))"),
              tickets_that([](auto const& t) { return has_tag(t, "refund") || has_tag(t, "shipping"); }));
    EXPECT_EQ(count(R"(containsAll(ticket.tags.name, ["refund", "vip"]))"),
              tickets_that([](auto const& t) { return has_tag(t, "refund") && has_tag(t, "vip"); }));
    EXPECT_EQ(count(R"(notContainsAny(ticket.tags.name, ["refund"]) && eq(ticket.channel, "email"))"),
              tickets_that([](auto const& t) { return !has_tag(t, "refund") && t.at("channel") == "email"; }));
    EXPECT_EQ(count("isEmpty(ticket.assignee_user.id)"),
              tickets_that([](auto const& t) { return t.at("assignee_user").is_null(); }));
    EXPECT_EQ(count("isNotEmpty(ticket.trashed_datetime)"),
              tickets_that([](auto const& t) { return !t.at("trashed_datetime").is_null(); }));
    EXPECT_EQ(count("eq(ticket.assignee_team.id, null)"),
              tickets_that([](auto const& t) { return t.at("assignee_team").is_null(); }));
    EXPECT_EQ(count(R"(eq(ticket.spam, true))"), tickets_that([](auto const& t) { return t.at("spam") == true; }));
    EXPECT_EQ(count(""), 60U);
}

TEST_F(SimulatorViewsTest, ComparesTimesAndNumbers)
{
    auto const middle = get("/api/tickets?limit=100").text("/data/29/created_datetime");

    EXPECT_EQ(count("gte(ticket.created_datetime, \"" + middle + "\")"), 30U);
    EXPECT_EQ(count("gt(ticket.created_datetime, \"" + middle + "\")"), 29U);
    EXPECT_EQ(count("lt(ticket.created_datetime, \"" + middle + "\")"), 30U);
    EXPECT_EQ(count("lte(ticket.created_datetime, \"" + middle + "\")"), 31U);
    EXPECT_EQ(count(R"(gteTimedelta(ticket.created_datetime, "90d"))") +
                  count(R"(lteTimedelta(ticket.created_datetime, "90d"))"),
              60U);
    auto const id = std::to_string(first("/api/tickets"));
    EXPECT_EQ(count("eq(ticket.id, " + id + ")"), 1U);
    EXPECT_EQ(count("eq(ticket.id, \"" + id + "\")"), 1U);
}

TEST_F(SimulatorViewsTest, KnowsTheCaller)
{
    auto const me = get("/api/users/0").id();
    auto const ticket = path_of("/api/tickets/", first("/api/tickets"));
    EXPECT_EQ(count("eq(ticket.assignee_user.id, {{current_user.id}})"), 0U);

    put(ticket, R"({"assignee_user":{"id":)" + std::to_string(me) + "}}");

    EXPECT_EQ(count("eq(ticket.assignee_user.id, {{current_user.id}})"), 1U);
    EXPECT_EQ(count(R"(eq(ticket.assignee_user.id, "{{ current_user.id }}"))"), 1U);
}

TEST_F(SimulatorViewsTest, FiltersByFieldValues)
{
    auto const field = std::to_string(get("/api/custom-fields?object_type=Ticket&search=Refund").id("/data/0/id"));
    put(path_of("/api/tickets/", first("/api/tickets"), "/custom-fields/") + field, "25");

    EXPECT_EQ(count("eq(ticket.custom_fields[" + field + "].value, 25)"), 1U);
    EXPECT_EQ(count("gt(ticket.custom_fields[" + field + "].value, 25)"), 0U);
}

TEST_F(SimulatorViewsTest, SearchesTheText)
{
    auto const id = first("/api/tickets");
    post(path_of("/api/tickets/", id, "/messages"),
         R"({"channel":"email","from_agent":false,"body_text":"My Unicorn is broken"})");

    auto const found = items("", R"(,"search":"unicorn")");

    ASSERT_EQ(found.data().size(), 1U);
    EXPECT_EQ(found.id("/data/0/id"), id);
    EXPECT_FALSE(found.data()[0].as_object().contains("messages"));
}

TEST_F(SimulatorViewsTest, RefusesFiltersItCannotRead)
{
    for (auto const* bad : {"eq(ticket.status, \"open\"", "eq(ticket.colour, \"red\")", "like(ticket.subject, \"x\")",
                            "eq(ticket.status, \"open\") || eq(ticket.spam, true)", "eq(ticket.status)", "nonsense",
                            "eq(ticket.status, \"open)", "isEmpty(ticket.subject, 1)", "&&", "eq(ticket.id, 1x)"})
        EXPECT_EQ(items(bad).status(), 400) << bad;
    EXPECT_EQ(post("/api/views", R"~({"slug":"x","filters":"eq(ticket.colour, 1)"})~").status(), 400);
}

TEST_F(SimulatorViewsTest, KeepsViewsAndTheirItems)
{
    auto const made = post("/api/views", R"~({"slug":"open-ones","filters":"eq(ticket.status, \"open\")"})~");
    ASSERT_EQ(made.status(), 201) << made.response.body;
    auto const view = path_of("/api/views/", made.id());

    EXPECT_EQ(get(view + "/items?limit=100").data().size(), count(R"(eq(ticket.status, "open"))"));
    EXPECT_EQ(get(path_of("/api/tickets?limit=100&view_id=", made.id())).data().size(),
              count(R"(eq(ticket.status, "open"))"));
    EXPECT_EQ(made.text("/filters_ast/body/0/expression/callee/name"), "eq");
    EXPECT_EQ(put(view, R"({"filters":""})").status(), 202);
    EXPECT_EQ(get(view + "/items?limit=100").data().size(), 60U);
    EXPECT_EQ(del(view).status(), 204);
    EXPECT_EQ(get(view + "/items").status(), 404);
    EXPECT_EQ(get("/api/views/0/items").status(), 404);
}

TEST_F(SimulatorViewsTest, KeepsSystemViews)
{
    EXPECT_EQ(del(path_of("/api/views/", get("/api/views?category=system").id("/data/0/id"))).status(), 400);
}

TEST_F(SimulatorViewsTest, ReadsOnEitherSideOfACursor)
{
    auto const page = put("/api/views/0/items?limit=10", R"({"view":{"filters":""}})");
    EXPECT_TRUE(page["/meta/prev_items"].is_null());
    auto const second = put(page.text("/meta/next_items"), R"({"view":{"filters":""}})");
    EXPECT_FALSE(second.text("/meta/current_cursor").empty());

    auto const back = put(second.text("/meta/prev_items"), R"({"view":{"filters":""}})");

    EXPECT_EQ(back.data(), page.data());
    auto const ignored = put(path_of("/api/views/0/items?ignored_item=", page.id("/data/0/id")), "{}");
    EXPECT_EQ(ignored.id("/data/0/id"), page.id("/data/1/id"));
}

} // namespace
} // namespace sluice::simulator::testing
