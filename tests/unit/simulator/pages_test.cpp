#include "help_desk.hpp"

#include <algorithm>
#include <set>

namespace sluice::simulator::testing {
namespace {

class SimulatorPagesTest : public HelpDesk {
protected:
    SimulatorPagesTest()
        : HelpDesk(150)
    {
    }

    /// Every id met from the first page to the last.
    std::vector<std::int64_t> walk(std::string const& list, std::string_view cursor_name = "/meta/next_cursor")
    {
        std::vector<std::int64_t> ids;
        std::string cursor;
        do {
            drain();
            auto const page = get(list + (cursor.empty() ? "" : "&cursor=" + percent_encode(cursor)));
            EXPECT_EQ(page.status(), 200);
            if (page.status() != 200)
                break;
            for (auto const& item : page.data())
                ids.push_back(item.at("id").as_int64());
            cursor = page.text(cursor_name);
        } while (!cursor.empty());
        return ids;
    }
};

TEST_F(SimulatorPagesTest, WalksAllTicketsWithoutGapOrRepeat)
{
    for (auto const* order : {"created_datetime:asc", "created_datetime:desc", "updated_datetime:asc"})
        for (auto const* limit : {"1", "7", "100"}) {
            auto const ids = walk(std::string("/api/tickets?limit=") + limit + "&order_by=" + order);
            EXPECT_EQ(ids.size(), 150U) << order << ' ' << limit;
            EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), 150U) << order << ' ' << limit;
        }
}

TEST_F(SimulatorPagesTest, FindsTheSameBackwards)
{
    auto const forward = walk("/api/tickets?limit=20");
    auto const last = get("/api/tickets?limit=100&order_by=created_datetime:desc").text("/meta/next_cursor");

    auto const page = get("/api/tickets?limit=100&cursor=" + percent_encode(last));
    auto const before = get("/api/tickets?limit=100&cursor=" + percent_encode(page.text("/meta/prev_cursor")));

    ASSERT_EQ(before.data().size(), 100U);
    EXPECT_EQ(before.id("/data/0/id"), forward[0]);
    EXPECT_EQ(before.id("/data/99/id"), forward[99]);
    EXPECT_TRUE(before["/meta/prev_cursor"].is_null());
}

TEST_F(SimulatorPagesTest, WritesCursorsAsTheVendorDoes)
{
    auto const page = get("/api/tickets?limit=2");

    auto const bytes = base64_decode(page.text("/meta/next_cursor"));
    ASSERT_TRUE(bytes);
    auto const cursor = json::parse(text_of(*bytes)).value();
    EXPECT_EQ(cursor.at(0), "next");
    EXPECT_EQ(std::string(cursor.at(1).as_string()) + "+00:00", page.text("/data/1/created_datetime"));
    EXPECT_EQ(cursor.at(2), page["/data/1/id"]);
}

TEST_F(SimulatorPagesTest, WrapsListsInTheEnvelope)
{
    auto const page = get("/api/tickets?limit=2&order_by=created_datetime:asc");

    EXPECT_EQ(page.text("/object"), "list");
    EXPECT_EQ(page.text("/uri"), "/api/tickets?limit=2&order_by=created_datetime:asc");
    EXPECT_TRUE(page.body.at("meta").as_object().contains("total_resources"));
    EXPECT_TRUE(page["/meta/prev_cursor"].is_null());
    EXPECT_EQ(get("/api/customers").text("/uri"), "/api/customers?");
    EXPECT_FALSE(get("/api/customers").body.at("meta").as_object().contains("total_resources"));
    EXPECT_EQ(get("/api/customers").data().size(), 30U);
}

TEST_F(SimulatorPagesTest, OrdersTagsByUsageAndName)
{
    auto const tags = walk("/api/tags?limit=4&order_by=usage:desc,name:desc");

    EXPECT_EQ(tags.size(), 25U);
    auto const page = get("/api/tags?limit=25&order_by=usage:desc,name:desc");
    for (std::size_t i = 1; i < 25; ++i)
        EXPECT_GE(page.data()[i - 1].at("usage").as_int64(), page.data()[i].at("usage").as_int64());
}

TEST_F(SimulatorPagesTest, WalksTheItemsOfAView)
{
    auto const all = get("/api/views?limit=30");
    auto const view = std::ranges::find(all.data(), json::value("all"),
                                        [](json::value const& one) -> json::value const& { return one.at("slug"); });
    ASSERT_NE(view, all.data().end());
    std::string next = path_of("/api/views/", view->at("id").as_int64(), "/items?limit=40&order_by=priority:desc");
    std::set<std::int64_t> seen;
    std::size_t met = 0;
    while (!next.empty()) {
        auto const page = get(next);
        ASSERT_EQ(page.status(), 200);
        for (auto const& item : page.data())
            seen.insert(item.at("id").as_int64());
        met += page.data().size();
        next = page.text("/meta/next_items");
    }
    EXPECT_EQ(met, 150U);
    EXPECT_EQ(seen.size(), 150U);
}

TEST_F(SimulatorPagesTest, RefusesBadParameters)
{
    struct Case {
        std::string_view path;
        std::string_view pointer;
    };
    constexpr Case kCases[] = {
        {"/api/tickets?cursor=nonsense", "/error/data/cursor/0"},
        {"/api/tickets?cursor=WzFd", "/error/data/cursor/0"},
        {"/api/tickets?limit=0", "/error/data/limit/0"},
        {"/api/tickets?limit=101", "/error/data/limit/0"},
        {"/api/tickets?limit=many", "/error/data/limit/0"},
        {"/api/tickets?order_by=status:asc", "/error/data/order_by/0"},
        {"/api/tickets?status=open", "/error/data/status/0"},
        {"/api/tickets?offset=10", "/error/data/offset/0"},
        {"/api/account?limit=10", "/error/data/limit/0"},
        {"/api/custom-fields", "/error/data/object_type/0"},
        {"/api/events?object_id=5", "/error/data/object_type/0"},
        {"/api/events?created_datetime[gte]=yesterday", "/error/data/created_datetime[gte]/0"},
    };
    for (auto const& one : kCases) {
        auto const reply = get(one.path);
        EXPECT_EQ(reply.status(), 400) << one.path;
        EXPECT_TRUE(reply[one.pointer].is_string()) << one.path << ' ' << reply.response.body;
    }
}

TEST_F(SimulatorPagesTest, FiltersTickets)
{
    auto const ticket = get("/api/tickets?limit=1").body.at("data").at(0);
    auto const id = ticket.at("id").as_int64();
    auto const customer = ticket.at("customer").at("id").as_int64();

    auto const of_customer = get(path_of("/api/tickets?limit=100&customer_id=", customer));
    for (auto const& one : of_customer.data())
        EXPECT_EQ(one.at("customer").at("id"), customer);
    EXPECT_EQ(get(path_of("/api/tickets?ticket_ids=", id, "&ticket_ids=1")).data().size(), 1U);
    EXPECT_LT(walk("/api/tickets?limit=100&trashed=false").size(), 150U);
    EXPECT_EQ(get("/api/tickets?external_id=ext-20").data().size(), 1U);
}

TEST_F(SimulatorPagesTest, PagesTheMessagesOfATicketByNumberAndByCursor)
{
    auto const id = first("/api/tickets?limit=1");
    auto const ticket = get(path_of("/api/tickets/", id));
    auto const count = ticket.body.at("messages").as_array().size();

    auto const numbered = get(path_of("/api/tickets/", id, "/messages"));

    EXPECT_EQ(numbered.data().size(), count);
    EXPECT_EQ(numbered.id("/meta/page"), 1);
    EXPECT_EQ(numbered.id("/meta/item_count"), static_cast<std::int64_t>(count));
    EXPECT_EQ(walk(path_of("/api/messages?limit=2&ticket_id=", id)).size(), count);
}

} // namespace
} // namespace sluice::simulator::testing
