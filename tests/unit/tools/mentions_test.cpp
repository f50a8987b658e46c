#include "tools/mentions.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace sluice::tools {
namespace {

using Texts = std::vector<std::string_view>;

std::string without(std::string const& entry)
{
    return without_mentions(entry, [](std::string_view name) { return name.starts_with("hidden_"); });
}

TEST(Mentions, LoseTheirSentenceAtEveryDepth)
{
    EXPECT_EQ(without(R"({"description":"Reads. To write use hidden_tool. To list use shown_tool.","inputSchema":)"
                      R"({"properties":{"a":{"description":"Ids from hidden_list. Or names."}}}})"),
              R"({"description":"Reads. To list use shown_tool.","inputSchema":)"
              R"({"properties":{"a":{"description":"Or names."}}}})");
}

TEST(Mentions, LeaveEverythingElseAsItIs)
{
    for (std::string const entry :
         {R"({"name":"hidden_tool","description":"Nothing."})", R"({ "description" : "A shown_tool." })",
          R"({"enum":["hidden_tool"],"default":"hidden_tool"})"})
        EXPECT_EQ(without(entry), entry);
}

TEST(Mentions, TheTextOfAnArgumentMayGo)
{
    EXPECT_EQ(without(R"({"description":"Reads.","inputSchema":{"properties":{"a":{"type":"string","description":)"
                      R"("Ids from hidden_list."}}}})"),
              R"({"description":"Reads.","inputSchema":{"properties":{"a":{"type":"string"}}}})");
}

TEST(Mentions, TheOneSentenceOfAToolStays)
{
    std::string const entry = R"({"description":"Use hidden_tool."})";
    EXPECT_EQ(without(entry), entry) << "a tool without a description is no tool";
}

TEST(Sentences, EndWhereACapitalFollows)
{
    EXPECT_EQ(sentences_of("One. Two, e.g. this. E.g. [1]. ISO 8601."),
              (Texts{"One. ", "Two, e.g. this. ", "E.g. [1]. ", "ISO 8601."}));
    EXPECT_EQ(sentences_of("one"), Texts{"one"});
    EXPECT_EQ(sentences_of("a. B"), (Texts{"a. ", "B"}));
}

TEST(Names, AreWordsWithAnUnderscore)
{
    EXPECT_EQ(names_in("use list_all, then (get_it) or a-b_c; x"), (Texts{"list_all", "get_it", "b_c"}));
    EXPECT_TRUE(names_in("").empty());
}

TEST(Mentions, OfHiddenToolsAreCutFromAdvice)
{
    auto const cut = [](std::string_view text) {
        return cut_mentions(text, [](std::string_view name) { return name == "desk_search"; });
    };
    EXPECT_EQ(cut("is not known here: this list cannot filter by it; desk_search can"),
              "is not known here: this list cannot filter by it");
    EXPECT_EQ(cut("cannot be true: nobody reads it. Write a note, or use desk_search with a channel"),
              "cannot be true: nobody reads it. Write a note");
    EXPECT_EQ(cut("cannot be true. Use desk_search instead."), "cannot be true.");
    EXPECT_EQ(cut("use desk_list"), "use desk_list");
    EXPECT_EQ(cut("use desk_search"), "use desk_search") << "nothing else would be left";
}

} // namespace
} // namespace sluice::tools
