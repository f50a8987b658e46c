// How an answer says that its list goes on.
#include "proxy/json_text.hpp"

#include <gtest/gtest.h>

namespace sluice::proxy {
namespace {

paging::Signs read(std::string body, paging::Paths const& paths, std::string_view items = "data")
{
    return split_page(body, items, paths).signs;
}

struct Total {
    std::string name;
    std::string written;
    std::optional<std::int64_t> read;
};

class TotalsOfVendors : public ::testing::TestWithParam<Total> {};

TEST_P(TotalsOfVendors, AreWholeNumbersOrNotKnown)
{
    EXPECT_EQ(read(R"({"meta":{"total":)" + GetParam().written + R"(},"data":[]})", {.total = "meta.total"}).total,
              GetParam().read);
}

INSTANTIATE_TEST_SUITE_P(All, TotalsOfVendors,
                         ::testing::Values(Total{"Number", "1000", 1000}, Total{"Zero", "0", 0},
                                           Total{"Text", R"("1000")", 1000}, Total{"Negative", "-1", std::nullopt},
                                           Total{"Fraction", "1.5", std::nullopt}, Total{"Null", "null", std::nullopt},
                                           Total{"OtherText", R"("about 1000")", std::nullopt},
                                           Total{"EmptyText", R"("")", std::nullopt},
                                           Total{"Object", R"({"value":3})", std::nullopt},
                                           Total{"TooLarge", "9400111899223197428490", std::nullopt},
                                           Total{"BesideATooLargeNumber", R"(1000,"n":9400111899223197428490)", 1000}),
                         [](auto const& param) { return param.param.name; });

struct Flag {
    std::string name;
    std::string written;
    std::optional<bool> read;
};

class FlagsOfVendors : public ::testing::TestWithParam<Flag> {};

TEST_P(FlagsOfVendors, MayBeWrittenInOtherWays)
{
    EXPECT_EQ(read(R"({"data":[])" + GetParam().written + '}', {.has_more = "more"}).has_more, GetParam().read);
}

INSTANTIATE_TEST_SUITE_P(
    All, FlagsOfVendors,
    ::testing::Values(Flag{"True", R"(,"more":true)", true}, Flag{"False", R"(,"more":false)", false},
                      Flag{"One", R"(,"more":1)", true}, Flag{"Zero", R"(,"more":0)", false},
                      Flag{"ZeroFraction", R"(,"more":0.0)", false}, Flag{"Text", R"(,"more":"true")", true},
                      Flag{"TextOfNo", R"(,"more":"False")", false}, Flag{"EmptyText", R"(,"more":"")", false},
                      Flag{"Null", R"(,"more":null)", false}, Flag{"Absent", "", std::nullopt}),
    [](auto const& param) { return param.param.name; });

TEST(SplitPage, FindsTheCursorInTheLastRecord)
{
    paging::Paths const by_id{.next_from_last = "id"};
    EXPECT_EQ(read(R"({"data":[{"id":"a"},{"id":"b"}]})", by_id).next, "b");
    auto const number = read(R"({"data":[{"id":1},{"x":{"id":5},"id": 2 }]})", by_id);
    EXPECT_EQ(number.next, "2");
    EXPECT_TRUE(number.next_is_number);
    EXPECT_EQ(read(R"([{"id":1},{"meta":{"id":9400111899223197428490}}])", {.next_from_last = "meta.id"}, "").next,
              "9400111899223197428490");
    EXPECT_FALSE(read(R"({"data":[]})", by_id).next);
    EXPECT_FALSE(read(R"({"data":[{"id":1},{}]})", by_id).next);
    EXPECT_FALSE(read(R"({"data":[{"id":1},5]})", by_id).next);
    EXPECT_FALSE(read(R"({"data":null})", by_id).next);
}

TEST(SplitPage, FindsEverythingInOneAnswerWhateverItsOrder)
{
    for (std::string body : {R"({"next":7,"total":40,"more":true,"data":[{"id":1}, {"id":2}]})",
                             R"({"data":[{"id":1}, {"id":2}],"more":true,"total":40,"next":7})"}) {
        auto const page = split_page(body, "data", {.next = "next", .total = "total", .has_more = "more"});
        EXPECT_EQ(page.items, R"([{"id":1}, {"id":2}])");
        EXPECT_EQ(page.count, 2U);
        EXPECT_EQ(page.signs.next, "7");
        EXPECT_TRUE(page.signs.next_is_number);
        EXPECT_EQ(page.signs.total, 40);
        EXPECT_EQ(page.signs.has_more, true);
        EXPECT_FALSE(page.has_strange_next);
    }
}

} // namespace
} // namespace sluice::proxy
