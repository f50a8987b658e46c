#include "style_calls.hpp"

namespace sluice::paging::test {
namespace {

Settings const kByCursor{{"next", "meta.next"}, {"cursor_parameter", "cursor"}, {"limit_parameter", "limit"}};
Settings const kInBody{
    {"next", "next"}, {"cursor_parameter", "page.after"}, {"limit_parameter", "page.size"}, {"in_body", ""}};

Signs signs(std::optional<std::string> next, bool is_number = false, std::optional<bool> has_more = {})
{
    return {std::move(next), is_number, {}, has_more};
}

std::string body_of(Settings const& settings, Ask const& ask)
{
    std::string text;
    for (auto const& [path, value] : applied("cursor", settings, ask).members)
        text += path + '=' + json::to_text(value) + ' ';
    return text;
}

TEST(Styles, AreFoundByTheNameThatDefinitionsWrite)
{
    for (auto const* style : styles())
        EXPECT_EQ(find_style(style->name()), style);
    EXPECT_EQ(styles().size(), 6U);
    EXPECT_EQ(find_style("nothing"), nullptr);
}

TEST(CursorStyle, AsksForTheFirstPageWithItsSizeAlone)
{
    EXPECT_EQ(query_of("cursor", kByCursor, {.position = "", .limit = 30}), "limit=30");
    EXPECT_EQ(query_of("cursor", kByCursor, {}), "");
    EXPECT_EQ(query_of("cursor", {{"next", "next"}, {"cursor_parameter", "c"}}, {.position = "c=2", .limit = 30}),
              "c=2")
        << "a vendor that takes no size is not given one";
}

TEST(CursorStyle, RepeatsTheCursor)
{
    EXPECT_EQ(query_of("cursor", kByCursor, {.position = "cursor=a%20b", .limit = 5}), "cursor=a%20b&limit=5");
    EXPECT_FALSE(takes("cursor", kByCursor, "%zz"));
    EXPECT_FALSE(takes("cursor", kByCursor, "3:10:20")) << "a position of the style page";
}

TEST(CursorStyle, LeadsOnWhileThereIsACursor)
{
    EXPECT_EQ(after("cursor", kByCursor, {.count = 3, .signs = signs("c2")}), "cursor=c2");
    EXPECT_EQ(after("cursor", kByCursor, {.position = "cursor=c2", .count = 0, .signs = signs("c3")}), "cursor=c3")
        << "a page in the middle may be empty";
    EXPECT_EQ(after("cursor", kByCursor, {.count = 3, .signs = signs(std::nullopt)}), "-");
    EXPECT_EQ(after("cursor", kByCursor, {.count = 3, .signs = signs("c2", false, false)}), "-");
    EXPECT_EQ(after("cursor", kByCursor, {.count = 3, .signs = signs("c2", false, true)}), "cursor=c2");
}

TEST(CursorStyle, ThatLeadsBackToThePageJustGivenEndsTheList)
{
    auto const same = next_of("cursor", kByCursor, {.position = "cursor=c2", .count = 3, .signs = signs("c2")});
    EXPECT_FALSE(same.position);
    EXPECT_EQ(same.note, kEndlessNote);
}

TEST(CursorStyle, SaysWhetherTheVendorGaveFewerThanItWasAskedFor)
{
    EXPECT_TRUE(next_of("cursor", kByCursor, {.limit = 5, .count = 4, .signs = signs("c")}).is_short);
    EXPECT_FALSE(next_of("cursor", kByCursor, {.limit = 5, .count = 5, .signs = signs("c")}).is_short);
    EXPECT_FALSE(next_of("cursor", kByCursor, {.limit = {}, .count = 4, .signs = signs("c")}).is_short);
}

TEST(CursorStyle, PutsTheCursorIntoTheBodyAsTheVendorWroteIt)
{
    EXPECT_EQ(body_of(kInBody, {.position = "", .limit = 5}), "page.size=5 ");
    auto const text = after("cursor", kInBody, {.count = 1, .signs = signs("17\"\n")});
    EXPECT_EQ(body_of(kInBody, {.position = text, .limit = 5}), "page.after=\"17\\\"\\n\" page.size=5 ");
    auto const number = after("cursor", kInBody, {.count = 1, .signs = signs("17", true)});
    EXPECT_EQ(body_of(kInBody, {.position = number, .limit = {}}), "page.after=17 ");
    auto const huge = after("cursor", kInBody, {.count = 1, .signs = signs("9400111899223197428490", true)});
    EXPECT_EQ(body_of(kInBody, {.position = huge, .limit = {}}), "page.after=\"9400111899223197428490\" ")
        << "a number that would be rounded goes as text";
    EXPECT_FALSE(takes("cursor", kInBody, "cursor=a"));
    EXPECT_FALSE(takes("cursor", kInBody, "[1]"));
}

TEST(CursorStyle, SaysWhichParametersAreItsOwn)
{
    auto const* style = find_style("cursor");
    EXPECT_EQ(style->own(kByCursor).query, (std::vector<std::string>{"cursor", "limit"}));
    EXPECT_TRUE(style->own(kByCursor).body.empty());
    EXPECT_EQ(style->own(kInBody).body, (std::vector<std::string>{"page.after", "page.size"}));
    EXPECT_EQ(style->paths(kByCursor).next, "meta.next");
    EXPECT_FALSE(style->asks_size(kByCursor));
}

TEST(CursorStyle, HasOnePlaceOfTheCursor)
{
    EXPECT_TRUE(refused("cursor", kByCursor).empty());
    EXPECT_EQ(refused("cursor", {{"cursor_parameter", "c"}}), (std::vector<std::string>{"next"}));
    EXPECT_EQ(refused("cursor", {{"next", "a"}, {"next_from_last", "id"}, {"cursor_parameter", "c"}}),
              (std::vector<std::string>{"next_from_last"}));
    EXPECT_EQ(refused("cursor", {{"next", "a"}, {"cursor_parameter", "c"}, {"limit_parameter", "c"}}),
              (std::vector<std::string>{"limit_parameter"}));
}

} // namespace
} // namespace sluice::paging::test
