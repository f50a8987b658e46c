#include "events/destinations.hpp"

#include "events/deliverer.hpp"
#include "http_api/url.hpp"
#include "support/clock.hpp"
#include "support/fake_client.hpp"
#include "support/fake_destinations.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::events {
namespace {

using test::must;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kUrl[] = "https://hooks.slack.com/services/T0001/B0001/XXXXXXXXXXXXXXXXXXXXabcd";

class DestinationsTest : public ::testing::Test {
protected:
    Destination created(DestinationPatch patch = {.label = "Operators", .url = Secret{kUrl}})
    {
        return must(test::run(destinations_.create(environment_, std::move(patch), {}, soon())));
    }
    TestResult tested(NotificationDestinationId id)
    {
        return must(test::run(destinations_.test(environment_, id, {}, soon())));
    }
    static Deadline soon() { return Deadline::after(std::chrono::hours(1)); }

    test::FakeDestinations rows_;
    http::EgressPolicy const egress_;
    test::FakeClient client_;
    test::FakeClock clock_;
    Destinations destinations_{rows_, egress_, client_, clock_};
    EnvironmentId environment_{Uuid{7}};
};

TEST(MaskedUrl, ShowsWhereItLeadsAndNotHowToPostThere)
{
    std::vector<std::pair<std::string, std::string>> const masked{
        {kUrl, "https://hooks.slack.com/services/…/abcd"},
        {"https://chat.example:8443/hooks/xyz1xyz2xyz3xyz4xyz5xyz6", "https://chat.example:8443/hooks/…/xyz6"},
        {"https://discord.com/api/webhooks/1234/TOKENTOKENTOKENTOKEN/slack", "https://discord.com/api/…"},
        {"https://chat.example/short-secret", "https://chat.example/…"},
        {"https://chat.example/SECRET/hook", "https://chat.example/…"},
        {"https://chat.example/hooks?token=0123456789abcdef0123456789", "https://chat.example/…"},
        {"https://chat.example/hooks/post/0123456789abcdef?token=0123456789abcdef", "https://chat.example/hooks/…"},
        {"https://chat.example", "https://chat.example/…"},
        {"https://chat.example/hooks/", "https://chat.example/hooks/…"},
        {"no address", "…"},
    };
    for (auto const& [url, shown] : masked) {
        EXPECT_EQ(masked_url(url), shown);
        EXPECT_FALSE(http::parse_url(shown)) << "it cannot be called, nor be stored as a URL";
    }
}

TEST_F(DestinationsTest, ANewOneHearsOfApprovalsAndKeepsItsUrlToItself)
{
    auto const made = created();
    EXPECT_EQ(made.event_types, std::vector<std::string>{"approval:requested"});
    EXPECT_TRUE(made.is_active);
    EXPECT_EQ(made.label, "Operators");
    EXPECT_EQ(made.masked_url, "https://hooks.slack.com/services/…/abcd");
    EXPECT_EQ(rows_.urls.at(made.id), kUrl);
    EXPECT_TRUE(
        created({.label = "All", .event_types = std::vector<std::string>{}, .url = Secret{kUrl}}).event_types.empty());
}

TEST_F(DestinationsTest, WhatMayNotBeCalledOrIsNoEventIsRefusedAndNothingIsStored)
{
    std::vector<std::pair<DestinationPatch, std::string>> const wrong{
        {{.url = Secret{kUrl}}, "label"},
        {{.label = "x"}, "config.url"},
        {{.label = "x", .url = Secret{"http://hooks.example/planted"}}, "config.url"},
        {{.label = "x", .url = Secret{"https://127.0.0.1/planted"}}, "config.url"},
        {{.label = "x", .url = Secret{"https://user:planted@hooks.example/"}}, "config.url"},
        {{.label = "x", .url = Secret{masked_url(kUrl)}}, "config.url"},
        {{.label = "x", .event_types = std::vector<std::string>{"approval:asked"}, .url = Secret{kUrl}},
         "event_types"}};
    for (auto const& [patch, path] : wrong) {
        auto const made = test::run(destinations_.create(environment_, patch, {}, soon()));
        ASSERT_FALSE(made) << path;
        EXPECT_EQ(made.error().failures().front().path, path);
        EXPECT_THAT(made.error().public_detail() + made.error().log_message(), Not(HasSubstr("planted")));
    }
    EXPECT_TRUE(rows_.rows.empty());
}

TEST_F(DestinationsTest, APatchChangesWhatItNamesAlone)
{
    auto const made = created();
    auto const label = must(test::run(destinations_.change(environment_, made.id, {.label = "Others"}, {}, soon())));
    EXPECT_EQ(label.masked_url, made.masked_url);
    EXPECT_EQ(rows_.urls.at(made.id), kUrl);
    auto const other = std::string(kUrl) + "0000efgh";
    auto const moved = must(test::run(destinations_.change(environment_, made.id, {.url = Secret{other}}, {}, soon())));
    EXPECT_EQ(moved.label, "Others");
    EXPECT_EQ(moved.masked_url, "https://hooks.slack.com/services/…/efgh");
    EXPECT_EQ(rows_.urls.at(made.id), other);
    EXPECT_EQ(test::run(destinations_.change(EnvironmentId{Uuid{8}}, made.id, {}, {}, soon())).error().code(),
              ErrorCode::not_found);
    EXPECT_FALSE(
        test::run(destinations_.change(environment_, made.id, {.url = Secret{"https://10.0.0.1/"}}, {}, soon())));
    EXPECT_EQ(rows_.urls.at(made.id), other);
}

TEST_F(DestinationsTest, ATestIsTheMessageOfAnEventAndLiftsThePause)
{
    auto const made = created();
    client_.answer(200, "ok", "text/plain");
    auto const result = tested(made.id);
    EXPECT_TRUE(result.is_delivered);
    EXPECT_EQ(result.status, 200);
    EXPECT_EQ(result.reason, "ok");
    EXPECT_EQ(rows_.works, 1);
    ASSERT_EQ(client_.requests.size(), 1U);
    auto const& sent = client_.requests.front();
    EXPECT_EQ(sent.url, kUrl);
    EXPECT_EQ(sent.owner.environment, environment_) << "it counts against the environment's share";
    EXPECT_THAT(sent.body, HasSubstr("This is a test"));
}

TEST_F(DestinationsTest, ATestSaysWhatIsWrongAndWhatToDo)
{
    auto const id = created().id;
    struct Case {
        int status;
        std::string body;
        std::string reason;
        std::string says;
    };
    for (auto const& [status, body, reason, says] :
         {Case{404, "no_service", "no_service", "it was deleted"},
          Case{410, "channel_is_archived", "channel_is_archived", "archived"},
          Case{403, "action_prohibited", "action_prohibited", "does not let Sluice post"},
          Case{400, "invalid_payload", "invalid_payload", "must be an incoming webhook"}, Case{302, "", "", "redirect"},
          Case{500, "rollup_error", "rollup_error", "a fault of its own"},
          Case{418, std::string(1'000'000, 'x'), "", "did not take the message (418)"},
          Case{404, "<html>" + std::string(kUrl), "", "no such hook"}, Case{404, "abcd2345", "", "no such hook"}}) {
        client_.answer(status, body, "text/plain");
        auto const result = tested(id);
        EXPECT_FALSE(result.is_delivered);
        EXPECT_EQ(result.status, status);
        EXPECT_EQ(result.reason, reason);
        EXPECT_THAT(result.message, HasSubstr(says));
        EXPECT_THAT(result.message, Not(HasSubstr("services/")));
    }
    EXPECT_EQ(rows_.works, 0);
}

TEST_F(DestinationsTest, ATestTellsThePauseThatIsAskedFor)
{
    auto const id = created().id;
    auto busy = test::vendor_answer(429, "rate_limited", "text/plain");
    busy.headers.add("retry-after", "30");
    client_.answers.emplace_back(std::move(busy));
    auto const result = tested(id);
    EXPECT_EQ(result.retry_after, std::chrono::seconds(30));
    EXPECT_THAT(result.message, HasSubstr("no more messages for now"));
}

TEST_F(DestinationsTest, ATestWithoutAnAnswerSaysWhy)
{
    auto const id = created().id;
    client_.fail({ErrorCode::upstream_timeout, "hooks.slack.com did not answer in time.", "for the log"});
    auto const result = tested(id);
    EXPECT_FALSE(result.is_delivered);
    EXPECT_FALSE(result.status);
    EXPECT_THAT(result.message, HasSubstr("hooks.slack.com did not answer in time."));
    EXPECT_THAT(result.message, Not(HasSubstr("for the log")));
    client_.fail({ErrorCode::rate_limited, "Too many calls are in progress."});
    EXPECT_EQ(test::run(destinations_.test(environment_, id, {}, soon())).error().code(), ErrorCode::rate_limited);
    EXPECT_EQ(test::run(destinations_.test(EnvironmentId{Uuid{8}}, id, {}, soon())).error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(client_.requests.size(), 2U);
}

} // namespace
} // namespace sluice::events
