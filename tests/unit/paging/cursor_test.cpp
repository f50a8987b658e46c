#include "paging/style.hpp"

#include <gtest/gtest.h>

namespace sluice::paging {
namespace {

Settings const kByCursor{{"next", "meta.next"}, {"cursor_parameter", "cursor"}, {"limit_parameter", "limit"}};
Settings const kByUrl{
    {"next", "links.next"}, {"next_is_url", ""}, {"cursor_parameter", "cursor"}, {"limit_parameter", "limit"}};

Style const& cursor()
{
    return *find_style("cursor");
}

std::string applied(Ask const& ask)
{
    http::Query query;
    cursor().apply(kByCursor, ask, query);
    return query.str();
}

TEST(Styles, AreFoundByTheNameThatDefinitionsWrite)
{
    for (auto const* style : styles())
        EXPECT_EQ(find_style(style->name()), style);
    EXPECT_EQ(find_style("nothing"), nullptr);
}

TEST(CursorStyle, AsksForTheFirstPageWithItsSizeAlone)
{
    EXPECT_EQ(applied({.position = "", .limit = 30}), "limit=30");
    EXPECT_EQ(applied({}), "");
}

TEST(CursorStyle, RepeatsThePairsThatLeadToAPage)
{
    EXPECT_EQ(applied({.position = "cursor=a%20b&view=7", .limit = 5}), "cursor=a%20b&view=7&limit=5");
    EXPECT_EQ(applied({.position = "%zz", .limit = 5}), "limit=5") << "what is no query leads nowhere";
}

TEST(CursorStyle, ThatLeadsBackToThePageJustGivenEndsTheList)
{
    EXPECT_EQ(cursor().next(kByCursor, "c2", ""), "cursor=c2");
    EXPECT_EQ(cursor().next(kByCursor, "c3", "cursor=c2"), "cursor=c3");
    EXPECT_FALSE(cursor().next(kByCursor, "c2", "cursor=c2"));
}

TEST(CursorStyle, TakesTheQueryOfAUrlWithoutThePageSize)
{
    EXPECT_EQ(cursor().next(kByUrl, "https://a.example/x?page=2&limit=5", ""), "page=2");
    EXPECT_FALSE(cursor().next(kByUrl, "https://a.example/x?page=2&limit=9", "page=2"));
    EXPECT_FALSE(cursor().next(kByUrl, "https://a.example/x", "")) << "the first page again";
}

TEST(CursorStyle, SetsTheParametersItNames)
{
    EXPECT_EQ(cursor().parameters(kByCursor), (std::vector<std::string>{"cursor", "limit"}));
    EXPECT_EQ(cursor().next_path(kByCursor), "meta.next");
}

} // namespace
} // namespace sluice::paging
