// The styles in which pages are counted: page, offset, range. They end in the same ways.
#include "style_calls.hpp"

namespace sluice::paging::test {
namespace {

Settings with(Settings settings, std::initializer_list<std::pair<std::string_view, std::string_view>> more)
{
    for (auto const& [name, value] : more)
        settings.insert_or_assign(std::string(name), std::string(value));
    return settings;
}

Settings const kByPage{{"page_parameter", "page"}, {"limit_parameter", "size"}};
Settings const kByOffset{{"offset_parameter", "skip"}, {"limit_parameter", "size"}};
Settings const kByRange{{"unit", "items"}};
Settings const kByParameters{{"start_parameter", "from"}, {"end_parameter", "to"}};

Signs total(std::int64_t count)
{
    return {{}, false, count, {}};
}
Signs has_more(bool more)
{
    return {{}, false, {}, more};
}

struct Ending {
    std::string name;
    Settings more;
    Answer answer; ///< To a page of ten records after the first twenty.
    bool is_last;
};

/// The settings and the position of one style for the table below.
struct Counted {
    std::string_view style;
    Settings settings;
    std::string_view position;
};
Counted const kStyles[]{{"page", kByPage, "3:10:20"}, {"offset", kByOffset, "20"}, {"range", kByParameters, "20"}};

class EndsOfCountedLists : public ::testing::TestWithParam<Ending> {};

TEST_P(EndsOfCountedLists, AreTheSameInEachStyle)
{
    for (auto const& style : kStyles) {
        auto settings = style.settings;
        settings.insert(GetParam().more.begin(), GetParam().more.end());
        auto answer = GetParam().answer;
        answer.position = style.position;
        answer.limit = 10;
        auto const next = next_of(style.style, settings, answer);
        EXPECT_EQ(!next.position, GetParam().is_last) << style.style;
        EXPECT_EQ(next.note, "") << style.style;
        EXPECT_EQ(next.is_short, answer.count < 10) << style.style;
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, EndsOfCountedLists,
    ::testing::Values(
        Ending{"FullPage", {}, {.count = 10}, false}, Ending{"ShortPage", {}, {.count = 9}, true},
        Ending{"EmptyPage", {}, {.count = 0}, true}, Ending{"MoreThanAsked", {}, {.count = 50}, false},
        Ending{"ShortPageInTheMiddle", {{"until_empty", ""}}, {.count = 1}, false},
        Ending{"EmptyPageAfterShortOnes", {{"until_empty", ""}}, {.count = 0}, true},
        Ending{"TotalReached", {{"total", "total"}}, {.count = 10, .signs = total(30)}, true},
        Ending{"TotalPassed", {{"total", "total"}}, {.count = 10, .signs = total(29)}, true},
        Ending{"TotalNotReached", {{"total", "total"}}, {.count = 10, .signs = total(31)}, false},
        Ending{"TotalNotReachedByAShortPage", {{"total", "total"}}, {.count = 9, .signs = total(30)}, false},
        Ending{"TotalThatIsWrong", {{"total", "total"}}, {.count = 0, .signs = total(1000)}, true},
        Ending{"TotalThatIsMissing", {{"total", "total"}}, {.count = 10}, false},
        Ending{"TotalThatIsMissingOnAShortPage", {{"total", "total"}}, {.count = 9}, true},
        Ending{"TotalInAHeaderReached",
               {{"total_header", "x-total-count"}},
               {.count = 10, .headers = {{"X-Total-Count", "30"}}},
               true},
        Ending{"TotalInAHeaderNotReached",
               {{"total_header", "x-total-count"}},
               {.count = 9, .headers = {{"X-Total-Count", "30"}}},
               false},
        Ending{"TotalInAHeaderThatIsNoNumber",
               {{"total_header", "x-total-count"}},
               {.count = 10, .headers = {{"X-Total-Count", "many"}}},
               false},
        Ending{"NoMore", {{"has_more", "more"}}, {.count = 10, .signs = has_more(false)}, true},
        Ending{"MoreAfterAShortPage", {{"has_more", "more"}}, {.count = 2, .signs = has_more(true)}, false},
        Ending{"MoreAfterAnEmptyPage", {{"has_more", "more"}}, {.count = 0, .signs = has_more(true)}, true},
        Ending{"MoreThatIsMissing", {{"has_more", "more"}}, {.count = 10}, false},
        Ending{"MoreThatIsMissingOnAShortPage", {{"has_more", "more"}}, {.count = 9}, true}),
    [](auto const& param) { return param.param.name; });

TEST(PageStyle, KeepsTheSizeOfItsFirstPage)
{
    EXPECT_EQ(query_of("page", kByPage, {.position = "", .limit = 7}), "page=1&size=7");
    EXPECT_EQ(after("page", kByPage, {.limit = 7, .count = 7}), "2:7:7");
    EXPECT_EQ(query_of("page", kByPage, {.position = "2:7:7", .limit = 100}), "page=2&size=7");
    EXPECT_EQ(after("page", kByPage, {.position = "2:7:7", .limit = 100, .count = 7}), "3:7:14");
    EXPECT_EQ(query_of("page", with(kByPage, {{"first_page", "0"}}), {.position = "", .limit = 7}), "page=0&size=7");
}

TEST(PageStyle, WithoutASizeEndsOnlyWithAnEmptyPage)
{
    Settings const settings{{"page_parameter", "page"}};
    EXPECT_EQ(query_of("page", settings, {.position = "", .limit = 7}), "page=1");
    EXPECT_FALSE(find_style("page")->asks_size(settings));
    EXPECT_EQ(after("page", settings, {.limit = 7, .count = 3}), "2:0:3");
    EXPECT_EQ(query_of("page", settings, {.position = "2:0:3", .limit = 7}), "page=2");
    EXPECT_EQ(after("page", settings, {.position = "2:0:3", .limit = 7, .count = 0}), "-");
}

TEST(PageStyle, EndsWithTheLastOfSoManyPages)
{
    auto const from_one = with(kByPage, {{"total_pages", "pages"}});
    auto const from_zero = with(from_one, {{"first_page", "0"}});
    EXPECT_EQ(after("page", from_one, {.position = "3:10:20", .count = 10, .signs = total(4)}), "4:10:30");
    EXPECT_EQ(after("page", from_one, {.position = "3:10:20", .count = 9, .signs = total(4)}), "4:10:29");
    EXPECT_EQ(after("page", from_one, {.position = "3:10:20", .count = 10, .signs = total(3)}), "-");
    EXPECT_EQ(after("page", from_zero, {.position = "2:10:20", .count = 10, .signs = total(3)}), "-");
    EXPECT_EQ(after("page", from_zero, {.position = "2:10:20", .count = 10, .signs = total(4)}), "3:10:30");
}

TEST(PageStyle, CountsWhatTheVendorGaveWhereItGivesSmallerPagesThanItIsAskedFor)
{
    auto const settings = with(kByPage, {{"total", "total"}});
    EXPECT_EQ(after("page", settings, {.limit = 100, .count = 50, .signs = total(120)}), "2:100:50");
    EXPECT_EQ(after("page", settings, {.position = "2:100:50", .count = 50, .signs = total(120)}), "3:100:100");
    EXPECT_EQ(after("page", settings, {.position = "3:100:100", .count = 20, .signs = total(120)}), "-");
}

TEST(PageStyle, RefusesAPositionOfAnotherStyle)
{
    for (auto const* position : {"cursor=a", "3", "3:x:1", "3:1", "-1:1:1", "/a?b"})
        EXPECT_FALSE(takes("page", kByPage, position)) << position;
    EXPECT_FALSE(takes("offset", kByOffset, "cursor=a"));
    EXPECT_FALSE(takes("range", kByRange, "3:1:1"));
}

TEST(OffsetStyle, GoesOnAfterWhatTheVendorGave)
{
    EXPECT_EQ(query_of("offset", kByOffset, {.position = "", .limit = 7}), "skip=0&size=7");
    EXPECT_EQ(after("offset", kByOffset, {.limit = 7, .count = 50}), "50");
    EXPECT_EQ(query_of("offset", kByOffset, {.position = "50", .limit = 100}), "skip=50&size=100");
    EXPECT_EQ(query_of("offset", {{"offset_parameter", "skip"}}, {.position = "50", .limit = 100}), "skip=50");
}

TEST(RangeStyle, AsksByHeaderOrByParameters)
{
    auto const range = [](Settings const& settings, Ask const& ask) {
        return std::string(applied("range", settings, ask).headers.find("range").value_or("-"));
    };
    EXPECT_EQ(range(kByRange, {.position = "", .limit = 7}), "items=0-6");
    EXPECT_EQ(range(kByRange, {.position = "7", .limit = 1}), "items=7-7");
    EXPECT_EQ(range({}, {.position = "7", .limit = 10}), "7-16") << "PostgREST has no unit here";
    EXPECT_EQ(range(kByParameters, {.position = "7", .limit = 10}), "-");
    EXPECT_EQ(query_of("range", kByParameters, {.position = "7", .limit = 10}), "from=7&to=16");
    EXPECT_EQ(query_of("range", with(kByParameters, {{"end_is_exclusive", ""}}), {.position = "7", .limit = 10}),
              "from=7&to=17");
}

TEST(RangeStyle, EndsWithTheTotalOfContentRangeAndAShortPageWithoutOne)
{
    auto const ended = [](std::int64_t count, std::string content_range) {
        return after("range", kByRange,
                     {.position = "20", .limit = 10, .count = count, .headers = {{"Content-Range", content_range}}});
    };
    EXPECT_EQ(ended(10, "items 20-29/31"), "30");
    EXPECT_EQ(ended(10, "items 20-29/30"), "-");
    EXPECT_EQ(ended(10, "20-29/30"), "-");
    EXPECT_EQ(ended(9, "items 20-28/31"), "29") << "the total says that there is one more";
    EXPECT_EQ(ended(10, "items 20-29/*"), "30");
    EXPECT_EQ(ended(9, "items 20-28/*"), "-");
    EXPECT_EQ(ended(0, "*/20"), "-");
    EXPECT_EQ(after("range", kByRange, {.limit = 10, .count = 40}), "-")
        << "without Content-Range it is the whole list";
    EXPECT_TRUE(find_style("range")->is_end(416));
    EXPECT_FALSE(find_style("range")->is_end(404));
    EXPECT_FALSE(find_style("page")->is_end(416));
}

TEST(RangeStyle, FollowsTheRangeThatTheVendorNames)
{
    Settings const settings{{"unit", "id"}, {"next_header", "next-range"}};
    auto const range = [&](Ask const& ask) {
        return std::string(applied("range", settings, ask).headers.find("range").value_or("-"));
    };
    EXPECT_EQ(range({.position = "", .limit = 10}), "id ..; max=10");
    EXPECT_EQ(range({}), "id ..");
    EXPECT_EQ(range({.position = "id ]7..; max=10", .limit = 3}), "id ]7..; max=10");
    EXPECT_EQ(after("range", settings, {.count = 10, .headers = {{"Next-Range", "id ]7..; max=10"}}}),
              "id ]7..; max=10");
    EXPECT_EQ(after("range", settings, {.count = 10}), "-");
    auto const same =
        next_of("range", settings, {.position = "id ]7..", .count = 1, .headers = {{"next-range", "id ]7.."}}});
    EXPECT_FALSE(same.position);
    EXPECT_EQ(same.note, kEndlessNote);
}

struct Impossible {
    std::string_view style;
    Settings settings;
    std::vector<std::string> refused;
};

TEST(CountedStyles, RefuseWhatCannotBeTogether)
{
    for (auto const& each : {
             Impossible{"page", with(kByPage, {{"total", "a"}, {"total_pages", "b"}}), {"total_pages"}},
             Impossible{"page", with(kByPage, {{"total_header", "a"}, {"total_pages", "b"}}), {"total_pages"}},
             Impossible{"page", with(kByPage, {{"total_header", "a"}, {"total", "b"}}), {"total_header"}},
             Impossible{"page", with(kByPage, {{"limit_parameter", "page"}}), {"limit_parameter"}},
             Impossible{"page", with(kByPage, {{"until_empty", ""}, {"total_pages", "a"}}), {"until_empty"}},
             Impossible{"page", with(kByPage, {{"total", "a"}, {"has_more", "b"}}), {}},
             Impossible{"offset", with(kByOffset, {{"until_empty", ""}, {"has_more", "a"}}), {"until_empty"}},
             Impossible{"offset", with(kByOffset, {{"limit_parameter", "skip"}}), {"limit_parameter"}},
             Impossible{"range", {{"start_parameter", "a"}}, {"end_parameter"}},
             Impossible{"range", {{"end_parameter", "a"}}, {"start_parameter"}},
             Impossible{"range", with(kByParameters, {{"unit", "items"}}), {"unit"}},
             Impossible{"range", with(kByParameters, {{"next_header", "n"}, {"unit", "u"}}), {"unit", "next_header"}},
             Impossible{"range", with(kByParameters, {{"end_parameter", "from"}}), {"end_parameter"}},
             Impossible{"range", with(kByRange, {{"end_is_exclusive", ""}}), {"end_is_exclusive"}},
             Impossible{"range", {{"next_header", "n"}}, {"unit"}},
             Impossible{"range", with(kByRange, {{"next_header", "n"}, {"total", "a"}}), {"total"}},
             Impossible{"range", {}, {}},
         })
        EXPECT_EQ(refused(each.style, each.settings), each.refused) << each.style;
}

} // namespace
} // namespace sluice::paging::test
