// Our own limits on `tools/call`.
#include "endpoint_fixture.hpp"

namespace sluice::mcp {
namespace {

using namespace std::chrono_literals;

constexpr auto kTool = "get_single_desk_ticket_by_id";

class CallLimitsTest : public EndpointTest {
protected:
    CallLimitsTest()
        : EndpointTest(catalog::test::kManifest + kOffers, {.api_token = 3, .account = 2})
    {
        desk_.vendor.respond = [](http::OutgoingRequest const&) { return test::vendor_answer(200, R"({"id":7})"); };
    }
    json::value call_one(Fields fields = {}) { return call(kTool, R"({"id":7})", fields); }
    static json::value limits_in(json::value const& answer)
    {
        return answer.at("result").at("_meta").at("sluice/rate_limit");
    }
};

TEST_F(CallLimitsTest, EachAnswerSaysWhereTheAccountStands)
{
    EXPECT_EQ(boost::json::serialize(limits_in(call_one())), R"({"limit":2,"remaining":1,"reset":10})");
    EXPECT_EQ(last_.headers.find("ratelimit-limit"), "2");
    EXPECT_EQ(last_.headers.find("ratelimit-remaining"), "1");
    EXPECT_EQ(last_.headers.find("ratelimit-reset"), "10");
    call(kTool, R"({"id":"first"})");
    EXPECT_EQ(last_.headers.find("ratelimit-remaining"), "0") << "a call with mistakes counts";
}

TEST_F(CallLimitsTest, OneTooManyIsAToolErrorThatReachesNoVendor)
{
    call_one();
    steady_.advance(4s);
    call_one();
    auto const answer = call_one();
    EXPECT_EQ(last_.status, 200);
    EXPECT_EQ(answer.at("result").at("isError"), true);
    auto const body = data_of(answer);
    EXPECT_EQ(body.at("statusCode"), 429);
    EXPECT_FALSE(body.as_object().contains("is_remote_error"));
    EXPECT_NE(std::string_view(body.at("message").as_string()).find("try again in 6 s"), std::string_view::npos);
    EXPECT_EQ(boost::json::serialize(limits_in(answer)), R"({"limit":2,"remaining":0,"reset":6,"retry_after":6})");
    EXPECT_EQ(last_.headers.find("retry-after"), "6");
    EXPECT_EQ(desk_.vendor.requests.size(), 2U);
    steady_.advance(6'001ms);
    EXPECT_FALSE(call_one().at("result").as_object().contains("isError"));
}

TEST_F(CallLimitsTest, OtherMethodsCountForNoAccount)
{
    for (int i = 0; i < 5; ++i)
        legacy("tools/list");
    EXPECT_FALSE(last_.headers.contains("ratelimit-limit"));
    EXPECT_EQ(limits_in(call_one()).at("remaining"), 1);
}

TEST_F(CallLimitsTest, EveryCallOfABatchCounts)
{
    std::string const one = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + std::string(kTool) +
                            R"(","arguments":{"id":7}}})";
    auto const answers = test::must(json::parse(post("[" + one + "," + one + "," + one + "]").body));
    EXPECT_FALSE(answers.at(1).at("result").as_object().contains("isError"));
    EXPECT_EQ(answers.at(2).at("result").at("isError"), true);
}

TEST_F(CallLimitsTest, TheVendorsLimitIsToldWhereItIsTighter)
{
    desk_.vendor.respond = [](http::OutgoingRequest const&) {
        auto answer = test::vendor_answer(200, R"({"id":7})");
        answer.headers.add("x-calls", "40/40");
        return answer;
    };
    EXPECT_EQ(limits_in(call_one()).at("limit"), 40);
    EXPECT_EQ(last_.headers.find("ratelimit-limit"), "40");
}

TEST_F(CallLimitsTest, ACallCountsForTheTokenThatIsItsSecondFactor)
{
    auto const bearer = "Bearer " + api_token(false, desk_.environment);
    for (int i = 0; i < 3; ++i) {
        account_ = desk_.connect();
        token_ = url_with([](ServerConfig& config) { config.require_api_token_auth = true; });
        EXPECT_FALSE(call_one({{"authorization", bearer}}).at("result").as_object().contains("isError")) << i;
    }
    auto const refused = call_one({{"authorization", bearer}});
    EXPECT_TRUE(std::string_view(data_of(refused).at("message").as_string()).starts_with("This API token may make 3"));
}

} // namespace
} // namespace sluice::mcp
