#include "proxy/json_text.hpp"

#include <gtest/gtest.h>

namespace sluice::proxy {
namespace {

using Texts = std::vector<std::string>;

TEST(Project, KeepsMembersAsTheyAreWritten)
{
    auto const kept = project(R"([{"id": 9007199254740993, "subject":"a\u00e9","x":1},{"id":1e2,"subject":null}])",
                              {"id", "subject"});
    EXPECT_EQ(kept.text, R"([{"id":9007199254740993,"subject":"a\u00e9"},{"id":1e2,"subject":null}])");
    EXPECT_TRUE(kept.missing.empty());
}

TEST(Project, FollowsAPathThroughObjectsAndArrays)
{
    auto const kept = project(R"({"customer":{"id":5,"email":"a@b.c"},"tags":[{"id":1,"name":"x"},{"name":"y"}]})",
                              {"customer.email", "tags.name"});
    EXPECT_EQ(kept.text, R"({"customer":{"email":"a@b.c"},"tags":[{"name":"x"},{"name":"y"}]})");
}

TEST(Project, AWiderPathTakesInANarrowerOneInAnyOrder)
{
    std::string const text = R"({"a":{"b":1,"c":2}})";
    for (auto const& paths : {Texts{"a", "a.b"}, Texts{"a.b", "a"}}) {
        auto const kept = project(text, paths);
        EXPECT_EQ(kept.text, text);
        EXPECT_TRUE(kept.missing.empty());
    }
}

TEST(Project, SaysWhatThereIsNotAndWhatThereIs)
{
    auto const kept = project(R"([{"id":1,"status":"open"}])", {"id", "state", "id.x"});
    EXPECT_EQ(kept.text, R"([{"id":1}])");
    EXPECT_EQ(kept.missing, (Texts{"state"}));
    EXPECT_EQ(kept.there, (Texts{"id", "status"}));
}

TEST(Project, LeavesWhatHasNoMembers)
{
    EXPECT_EQ(project("17", {"id"}).text, "17");
    EXPECT_EQ(project("[1,\"two\",[3]]", {"id"}).text, "[1,\"two\",[3]]");
    EXPECT_EQ(project("[]", {"id"}).text, "[]");
}

TEST(SplitRecords, GivesEachAsItIsWritten)
{
    EXPECT_EQ(split_records(R"([ {"a": [1, 2]} , 7 ,"x,]", null, [] ])"),
              (Texts{R"({"a": [1, 2]})", "7", R"("x,]")", "null", "[]"}));
    EXPECT_TRUE(split_records("[]").empty());
    EXPECT_TRUE(split_records("{}").empty());
}

} // namespace
} // namespace sluice::proxy
