// Graphs of nodes: what is right, what is wrong and where.
#include "batch/graph.hpp"

#include "support/desk.hpp"
#include "support/must.hpp"
#include "written.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace sluice::batch {
namespace {

using sluice::test::must;
using test::written;

Result<Plan> planned(std::string_view nodes, std::string_view args = "{}")
{
    return plan(*catalog::test::desk(), written(nodes, args));
}

struct Mistake {
    std::string name;
    std::string nodes;
    std::string path;
    std::string says;
};

class PlanMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(PlanMistakes, AreToldWithTheirPath)
{
    auto const refused = planned(GetParam().nodes, R"({"ids":[1,2],"one":1})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_argument);
    ASSERT_FALSE(refused.error().failures().empty());
    EXPECT_EQ(refused.error().failures()[0].path, GetParam().path);
    EXPECT_NE(refused.error().failures()[0].message.find(GetParam().says), std::string::npos)
        << refused.error().failures()[0].message;
}

constexpr auto kGetEach = R"("method":"get","id":"{{resources.tickets.id}}")";

std::string chain(std::size_t length)
{
    std::string nodes = R"([{"name":"n0"})";
    for (std::size_t i = 1; i < length; ++i)
        nodes += fmt::format(R"(,{{"name":"n{}","depends_on":["n{}"]}})", i, i - 1);
    return nodes + ']';
}

std::string many(std::size_t count)
{
    std::string nodes = "[";
    for (std::size_t i = 0; i < count; ++i)
        nodes += fmt::format(R"({}{{"name":"n{}"}})", i == 0 ? "" : ",", i);
    return nodes + ']';
}

INSTANTIATE_TEST_SUITE_P(
    All, PlanMistakes,
    testing::Values(
        Mistake{"NoNode", "[]", "resources", "at least one"},
        Mistake{"TooMany", many(kMostNodes + 1), "resources", "at most 50"},
        Mistake{"UnknownResource", R"([{"resource":"tikcets"}])", "resources[0].resource",
                "no resource tikcets. It has tickets"},
        Mistake{"ResourceOfAUnifiedModel", R"([{"resource":"ticketing/tickets"}])", "resources[0].resource", "It has"},
        Mistake{"UnknownMethod", R"([{"method":"liste"}])", "resources[0].method", "no method liste. It has create"},
        Mistake{"SameResourceTwice", "[{},{}]", "resources[1].resource", "a name of its own"},
        Mistake{"SameNameTwice", R"([{},{"name":"tickets"}])", "resources[1].name", "a name of its own"},
        Mistake{"NameWithDot", R"([{"name":"a.b"}])", "resources[0].name", "A-Z"},
        Mistake{"UnknownDependency", R"([{},{"name":"b","depends_on":["tickets","c"]}])", "resources[1].depends_on[1]",
                "there is no node c"},
        Mistake{"DependencyOnItself", R"([{"depends_on":["tickets"]}])", "resources[0].depends_on[0]", "itself"},
        Mistake{"UnknownLoop", R"([{"loop_on":"b"}])", "resources[0].loop_on", "there is no node b"},
        Mistake{"LoopOnNoList", R"([{"loop_on":"{{args.one}}"}])", "resources[0].loop_on", "args.one is no list"},
        Mistake{"LoopOnNoArgument", R"([{"loop_on":"{{args.none}}"}])", "resources[0].loop_on", "is no list"},
        Mistake{"LoopOnAText", R"([{"loop_on":"a {{args.ids}}"}])", "resources[0].loop_on", "{{args.ids}}"},
        Mistake{"OtherPlaceholder", R"([{"query":{"ids":"{{context.api_key}}"}}])", "resources[0].query",
                "{{context.api_key}} cannot be read"},
        Mistake{"OpenPlaceholder", R"([{"query":{"ids":"{{args.ids"}}])", "resources[0].query", "{{"},
        Mistake{"PlaceholderOfNoNode", R"([{"query":{"ids":"{{resources.b.id}}"}}])", "resources[0].query",
                "there is no node b"},
        Mistake{"Circle",
                R"([{"name":"a","depends_on":["b"]},{"name":"b","depends_on":["c"]},)"
                R"({"name":"c","depends_on":["a"]}])",
                "resources[0].depends_on", "in a circle: a for b for c for a"},
        Mistake{"CircleOfReads", R"([{"name":"a","query":{"ids":"{{resources.b.id}}"}},{"name":"b","loop_on":"a"}])",
                "resources[0].depends_on", "in a circle"},
        Mistake{"TooDeep", chain(kMostDepth + 1), "resources[10].depends_on", "at most 10"},
        Mistake{"TwoLists",
                R"([{"name":"a"},{"name":"b"},{"method":"get","id":"{{resources.a.id}}",)"
                R"("query":{"x":"{{resources.b.id}}"}}])",
                "resources[2].loop_on", "reads several such nodes"},
        Mistake{"ListOutsideOfTheLoop",
                R"([{"name":"a"},{"name":"b"},{"method":"get","loop_on":"b",)"
                R"("id":"{{resources.a.id}}"}])",
                "resources[2].loop_on", "loops on another"},
        Mistake{"NoId", R"([{"method":"get"}])", "resources[0].id", "is required"},
        Mistake{"IdOfAList", R"([{"id":"7"}])", "resources[0].id", "is not taken"},
        Mistake{"NoLimit", R"([{"query":{"limit":0}}])", "resources[0].query.limit", "above 0"}),
    [](auto const& info) { return info.param.name; });

TEST(Plan, HasTheMostNodesAndTheLongestChain)
{
    EXPECT_TRUE(planned(many(kMostNodes)));
    EXPECT_TRUE(planned(chain(kMostDepth)));
}

TEST(Plan, TellsEveryMistake)
{
    EXPECT_EQ(planned(R"([{"resource":"a"},{"resource":"b"},{"method":"c"}])").error().failures().size(), 3U);
}

TEST(Plan, WaitsForWhatItReadsAndLoopsOn)
{
    auto const plan = must(planned(std::string("[{},{\"name\":\"each\",") + kGetEach +
                                   R"(},{"name":"last",)"
                                   R"("depends_on":["each"]}])"));
    EXPECT_EQ(plan.nodes[1].waits_for, std::vector<std::size_t>{0});
    EXPECT_EQ(plan.nodes[1].loops_on, 0U) << "a list that is read without a loop is looped on";
    EXPECT_EQ(plan.nodes[2].waits_for, std::vector<std::size_t>{1});
    EXPECT_FALSE(plan.nodes[2].loops_on);
    EXPECT_TRUE(plan.nodes[0].is_read);
    EXPECT_FALSE(plan.nodes[1].is_read) << "its end is waited for, and nobody reads it";
}

TEST(Plan, ReadsTheOuterRecordsInsideALoop)
{
    auto const plan = must(planned(std::string("[{},{\"name\":\"each\",") + kGetEach +
                                   R"(},{"name":"again","method":"get","loop_on":"each",)"
                                   R"("id":"{{resources.tickets.id}}"}])"));
    EXPECT_EQ(plan.nodes[2].loops_on, 1U);
    auto const inner = must(planned(std::string("[{},{\"name\":\"each\",") + kGetEach +
                                    R"(},{"name":"again","method":"get","id":"{{resources.tickets.id}}",)"
                                    R"("query":{"x":"{{resources.each.id}}"}}])"));
    EXPECT_EQ(inner.nodes[2].loops_on, 1U) << "the inner of two loops is meant";
}

TEST(Plan, ReadsASingleRecordWithoutALoop)
{
    auto const plan =
        must(planned(R"([{"name":"one","method":"get","id":7},{"method":"get","id":"{{resources.one.next}}"}])"));
    EXPECT_FALSE(plan.nodes[1].loops_on);
    EXPECT_EQ(plan.nodes[1].reads, std::vector<std::size_t>{0});
}

TEST(Plan, IsShownWithoutACall)
{
    auto const plan = must(planned(std::string(R"([{"query":{"limit":5,"ids":[1,2]}},{"name":"each",)") + kGetEach +
                                       R"(},{"name":"mine","method":"update","loop_on":"{{args.ids}}",)"
                                       R"("id":"{{args.ids}}","body":{"status":"open"}}])",
                                   R"({"ids":[4,5,6]})"));
    auto const shown = explain(plan, "https://acme.desk.example");
    EXPECT_EQ(json::to_text(shown.at("plan").at(0)),
              R"({"name":"tickets","resource":"tickets","method":"list","access":"read","http_method":"GET",)"
              R"("url":"https://acme.desk.example/api/tickets?ids=[1,2]","waits_for":[],"loops_on":null,)"
              R"("calls_at_least":1})");
    EXPECT_EQ(json::to_text(shown.at("plan").at(1)),
              R"({"name":"each","resource":"tickets","method":"get","access":"read","http_method":"GET",)"
              R"("url":"https://acme.desk.example/api/tickets/{{resources.tickets.id}}","waits_for":["tickets"],)"
              R"("loops_on":"tickets","calls_at_least":0})");
    EXPECT_EQ(shown.at("plan").at(2).at("loops_on"), json::value("args.ids"));
    EXPECT_EQ(shown.at("plan").at(2).at("calls_at_least"), json::value(3));
    EXPECT_EQ(shown.at("calls_at_least"), json::value(4));
}

TEST(Parts, AreMadeOfTheRecordsAndArgs)
{
    auto const plan = must(planned(R"([{"name":"one","method":"get","id":7},{"name":"two","method":"update",)"
                                   R"("id":"{{resources.one.id}}","body":{"status":"{{args.to}} {{resources.one.n}}",)"
                                   R"("n":"{{resources.one.n}}"}}])"));
    auto const values = *json::parse(R"({"args":{"to":"x"},"resources":{"one":{"id":12,"n":3}}})");
    auto const parts = must(parts_of(plan.nodes[1], values));
    EXPECT_EQ(parts.path.at(0).second, "12");
    EXPECT_EQ(json::to_text(*parts.body), R"({"status":"x 3","n":3})");
    auto const lacks = parts_of(plan.nodes[1], *json::parse(R"({"args":{"to":"x"},"resources":{"one":{}}})"));
    ASSERT_FALSE(lacks);
    EXPECT_NE(lacks.error().public_detail().find("resources.one"), std::string::npos) << lacks.error().public_detail();
}

TEST(Parts, HaveListsAndObjectsInTheQuery)
{
    auto const plan = must(planned(R"([{"query":{"limit":"250","ids":[1,2],"created":{"gte":"a"},"none":null}}])"));
    auto const parts = must(parts_of(plan.nodes[0], *json::parse(R"({"args":{},"resources":{}})")));
    EXPECT_EQ(parts.limit, 250) << "above a page, since several are read";
    std::string query;
    for (auto const& [name, value] : parts.query)
        query += name + '=' + value + ' ';
    EXPECT_EQ(query, "ids=1 ids=2 created[gte]=a ");
}

} // namespace
} // namespace sluice::batch
