#include "list_calls.hpp"
#include "support/desk.hpp"

#include <fmt/format.h>

namespace sluice::proxy {
namespace {

/// Lists of a desk whose pages have at most 100 records.
class PagesTest : public ::testing::Test {
protected:
    void answer(std::string_view next, std::string_view records = R"({"id":1})")
    {
        client_.answer(200, fmt::format(R"({{"data":[{}],"meta":{{"next_cursor":{}}}}})", records, next));
    }

    Outcome list(std::optional<std::int64_t> limit, std::optional<std::string> cursor = std::nullopt,
                 Gathering gathering = {})
    {
        catalog::CallParts parts;
        parts.limit = limit;
        parts.next_cursor = std::move(cursor);
        auto outcome = calls_.call("list", std::move(parts), gathering);
        EXPECT_TRUE(outcome) << outcome.error().public_detail();
        return outcome ? *std::move(outcome) : Outcome();
    }
    std::string_view query(std::size_t call) const
    {
        std::string_view const url = client_.requests.at(call).url;
        return url.substr(url.find('?') + 1);
    }

    ListCalls calls_{catalog::test::desk()};
    test::FakeClient& client_ = calls_.client();
};

TEST_F(PagesTest, FollowCursorsToTheEnd)
{
    answer(R"("b")");
    answer(R"("c")", R"({"id":2})");
    answer("null", R"({"id":3})");
    auto const outcome = list(150);
    EXPECT_EQ(outcome.page.items, R"([{"id":1},{"id":2},{"id":3}])");
    EXPECT_FALSE(outcome.next_cursor);
    EXPECT_EQ(outcome.note, "");
    ASSERT_EQ(client_.requests.size(), 3U);
    EXPECT_NE(client_.requests[2].url.find("cursor=c"), std::string::npos);
}

TEST_F(PagesTest, EndAtAnEmptyCursor)
{
    for (auto const* empty : {R"("")", "false", "0", "null"}) {
        answer(empty);
        EXPECT_FALSE(list(150).next_cursor) << empty;
        answer(empty);
        EXPECT_FALSE(list(5).next_cursor) << empty;
    }
    EXPECT_EQ(client_.requests.size(), 8U);
}

TEST_F(PagesTest, EndWithANoteWhereACursorRepeatsWhateverIsInBetween)
{
    client_.respond = [n = 0](http::OutgoingRequest const&) mutable {
        return test::vendor_answer(200,
                                   fmt::format(R"({{"data":[{{"id":1}}],"meta":{{"next_cursor":"{}"}}}})", n++ % 3));
    };
    auto const outcome = list(150);
    EXPECT_EQ(outcome.page.count, 4U);
    EXPECT_FALSE(outcome.next_cursor);
    EXPECT_EQ(outcome.note, kEndlessNote);
    EXPECT_EQ(client_.requests.size(), 4U);
}

TEST_F(PagesTest, EndOneByOneWhereTheCursorStays)
{
    answer(R"("same")");
    answer(R"("same")");
    auto const first = list(5);
    ASSERT_TRUE(first.next_cursor);
    auto const second = list(5, first.next_cursor);
    EXPECT_FALSE(second.next_cursor);
    EXPECT_EQ(second.note, kEndlessNote);
}

TEST_F(PagesTest, AreCutAtTheLimitAndGoOnInsideWithTheSameRequest)
{
    constexpr auto kFive = R"({"id":1},{"id":2},{"id":3},{"id":4},{"id":5})";
    answer(R"("b")", kFive);
    auto const first = list(2);
    EXPECT_EQ(first.page.items, R"([{"id":1},{"id":2}])");
    EXPECT_EQ(first.note, "") << "nothing is missing: the cursor leads to it";
    answer(R"("b")", kFive);
    auto const second = list(2, first.next_cursor);
    EXPECT_EQ(second.page.items, R"([{"id":3},{"id":4}])");
    EXPECT_EQ(query(1), query(0));
    answer(R"("b")", kFive);
    answer("null", R"({"id":6})");
    auto const third = list(50, second.next_cursor);
    EXPECT_EQ(third.page.items, R"([{"id":5},{"id":6}])") << "the rest of the page is no whole page";
    EXPECT_EQ(query(2), "limit=2");
    EXPECT_EQ(query(3), "cursor=b&limit=49");
    EXPECT_FALSE(third.next_cursor);
}

TEST_F(PagesTest, AreOneCallIfTheVendorGivesFewerThanItsPageMayHave)
{
    answer(R"("b")");
    EXPECT_EQ(list(30).page.count, 1U);
    EXPECT_EQ(client_.requests.size(), 1U);
}

TEST_F(PagesTest, AreGivenWholeWhereNoLimitIsGiven)
{
    answer(R"("b")", R"({"id":1},{"id":2},{"id":3})");
    auto const outcome = list(std::nullopt);
    EXPECT_EQ(outcome.page.count, 3U);
    EXPECT_TRUE(outcome.next_cursor);
    EXPECT_EQ(client_.requests.at(0).url.find("limit"), std::string::npos);
}

TEST_F(PagesTest, OfOneRecordEachAreReadTwentyTimesAtMost)
{
    client_.respond = [n = 0](http::OutgoingRequest const&) mutable {
        ++n;
        return test::vendor_answer(200, fmt::format(R"({{"data":[{{"id":{}}}],"meta":{{"next_cursor":"{}"}}}})", n, n));
    };
    auto const outcome = list(1000);
    EXPECT_EQ(outcome.page.count, 20U);
    EXPECT_TRUE(outcome.next_cursor);
    EXPECT_EQ(client_.requests.size(), 20U);
}

TEST_F(PagesTest, ThatAreTooLargeEndInsideAPage)
{
    answer(R"("b")", R"({"id":1},{"id":2},{"id":3})");
    auto const first = list(3, std::nullopt, {.max_bytes = 22});
    EXPECT_EQ(first.page.items, R"([{"id":1},{"id":2}])");
    EXPECT_NE(first.note.find("too large"), std::string::npos);
    EXPECT_EQ(calls_.opened(*first.next_cursor, *catalog::test::desk()->find("tickets", "list")), "\n2 3");
}

TEST_F(PagesTest, GoOnFromCursorsThatWereSealedBeforeTheyKeptTheLimit)
{
    auto const& method = *catalog::test::desk()->find("tickets", "list");
    answer("null", R"({"id":1},{"id":2},{"id":3})");
    auto const outcome = list(5, calls_.sealed("cursor=b\n2", method));
    EXPECT_EQ(outcome.page.items, R"([{"id":3}])");
    EXPECT_EQ(query(0), "cursor=b&limit=7");
}

TEST_F(PagesTest, OfAVendorWhoseCursorIsTooLongEndWithANote)
{
    answer('"' + std::string(7000, 'c') + '"');
    auto const outcome = list(5);
    EXPECT_FALSE(outcome.next_cursor);
    EXPECT_EQ(outcome.note, kLongNextNote);
}

TEST_F(PagesTest, RefuseAPositionOfAnotherStyle)
{
    auto const& method = *catalog::test::desk()->find("tickets", "list");
    catalog::CallParts parts;
    parts.next_cursor = calls_.sealed("3:10:20", method);
    auto const refused = calls_.call("list", std::move(parts));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().failures().front().path, "next_cursor");
    EXPECT_TRUE(client_.requests.empty());
}

} // namespace
} // namespace sluice::proxy
