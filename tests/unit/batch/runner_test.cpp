// Batches that run: their order, how much at once, what fails, and what is cut at each bound.
#include "batch/runner.hpp"

#include "support/desk_calls.hpp"
#include "written.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>

namespace sluice::batch {
namespace {

using sluice::test::must;
using sluice::test::soon;
using sluice::test::vendor_answer;

class RunnerTest : public testing::Test {
protected:
    RunnerTest()
        : account_(desk_.callable(desk_.connect()))
    {
    }

    /// The vendor has so many tickets, in pages of 100, and can answer each.
    void have_tickets(std::size_t count, std::string const& pad = {})
    {
        desk_.vendor.respond = [count, pad](http::OutgoingRequest const& request) {
            constexpr std::string_view kOne = "/api/tickets/";
            if (auto const at = request.url.find(kOne); at != std::string::npos)
                return vendor_answer(200, fmt::format(R"({{"id":{},"pad":"{}"}})", request.url.substr(at + 13), pad));
            auto const number_at = [&](std::string_view name, std::size_t fallback) {
                auto const found = request.url.find(name);
                return found == std::string::npos ? fallback : std::stoul(request.url.substr(found + name.size()));
            };
            auto const first = number_at("cursor=", 0);
            auto const last = std::min(count, first + number_at("limit=", 30));
            std::string records;
            for (auto i = first; i < last; ++i)
                records += fmt::format(R"({}{{"id":{},"pad":"{}"}})", i == first ? "" : ",", i, pad);
            return vendor_answer(200, fmt::format(R"({{"data":[{}],"meta":{{"next_cursor":{}}}}})", records,
                                                  last == count ? "null" : fmt::format("\"{}\"", last)));
        };
    }
    Result<BatchResult> run(std::string_view nodes, Limits limits = {}, std::string_view args = "{}",
                            Deadline deadline = soon())
    {
        plan_ = must(plan(*account_->installed->integration, test::written(nodes, args)));
        runner_.emplace(desk_.caller, limits);
        return sluice::test::run_on(desk_.io, runner_->run(account_, plan_, {}, deadline, tally_ ? &*tally_ : nullptr));
    }
    /// The records of a node as a JSON array.
    static std::string records(NodeResult const& node)
    {
        std::string text;
        for (auto const& each : node.records)
            text += (text.empty() || each.empty() ? "" : ",") + each;
        return '[' + text + ']';
    }
    static std::size_t count_of(NodeResult const& node) { return json::parse(records(node))->as_array().size(); }
    std::vector<std::string> urls() const
    {
        std::vector<std::string> all;
        for (auto const& request : desk_.vendor.requests)
            all.push_back(request.url.substr(std::string_view("https://acme.desk.example/api").size()));
        return all;
    }

    sluice::test::DeskCalls desk_;
    accounts::CallableAccountPtr account_;
    Plan plan_;
    std::optional<Runner> runner_;
    std::optional<limits::Tally> tally_;
};

constexpr auto kEach = R"([{},{"name":"each","method":"get","loop_on":"tickets","id":"{{resources.tickets.id}}"}])";

TEST_F(RunnerTest, ReadsListsToTheirEnd)
{
    have_tickets(250);
    auto const done = must(run("[{}]"));
    EXPECT_EQ(count_of(done.nodes[0]), 250U);
    EXPECT_EQ(done.calls, 3U);
    EXPECT_FALSE(done.nodes[0].partial);
    EXPECT_TRUE(done.nodes[0].failures.empty());
}

TEST_F(RunnerTest, ReadsNoMoreThanTheCallerWants)
{
    have_tickets(500);
    auto const done = must(run(R"([{"query":{"limit":150}}])"));
    EXPECT_EQ(count_of(done.nodes[0]), 150U);
    EXPECT_EQ(urls(), (std::vector<std::string>{"/tickets?limit=100", "/tickets?cursor=100&limit=50"}));
    EXPECT_FALSE(done.nodes[0].partial);
}

TEST_F(RunnerTest, RunsANodeForEachRecordInTheirOrder)
{
    have_tickets(7);
    auto const done = must(run(kEach));
    EXPECT_EQ(records(done.nodes[1]), records(done.nodes[0]));
    EXPECT_EQ(done.calls, 8U);
}

TEST_F(RunnerTest, ChargesEveryVendorCallButTheFirstToTheAccount)
{
    limits::ProcessLimits process({.api_token = 0, .account = 109}, desk_.registry, desk_.clock);
    limits::ShardLimits shard(process);
    tally_.emplace(&shard);
    ASSERT_TRUE(tally_->count(account_->account.id));
    have_tickets(107);
    auto const done = must(run(kEach));
    EXPECT_EQ(done.calls, 109U) << "two of them for the pages of a list";
    EXPECT_FALSE(done.nodes[1].partial) << "a batch that was let in is not refused in the middle";
    EXPECT_EQ(shard.own().look(account_->account.id).remaining, 0);
    EXPECT_TRUE(shard.own().take(account_->account.id).throttled);
}

TEST_F(RunnerTest, KeepsTheVendorsBytes)
{
    desk_.vendor.answer(200, R"({"data":[{"id":9007199254740993123,"a":1.50}],"meta":{}})");
    EXPECT_EQ(records(must(run("[{}]")).nodes[0]), R"([{"id":9007199254740993123,"a":1.50}])");
}

TEST_F(RunnerTest, LoopsOnListsOfTheCallersOwn)
{
    have_tickets(9);
    auto const done = must(run(R"([{"method":"get","loop_on":"{{args.of.ids}}","id":"{{args.of.ids}}"}])", {},
                               R"({"of":{"ids":[4,"5"]}})"));
    EXPECT_EQ(records(done.nodes[0]), R"([{"id":4,"pad":""},{"id":5,"pad":""}])");
}

TEST_F(RunnerTest, HasTheOuterRecordsInALoopWithinALoop)
{
    have_tickets(2);
    auto const done = must(run(R"([{},{"name":"in","query":{"limit":2,"ids":"{{resources.tickets.id}}"},)"
                               R"("loop_on":"tickets"},{"name":"deep","method":"get","loop_on":"in",)"
                               R"("id":"1{{resources.tickets.id}}{{resources.in.id}}"}])"));
    EXPECT_EQ(records(done.nodes[2]),
              R"([{"id":100,"pad":""},{"id":101,"pad":""},{"id":110,"pad":""},{"id":111,"pad":""}])");
}

/// How many calls wait at the vendor at once, and how many there were in the end.
TEST_F(RunnerTest, MakesAFewCallsAtOnce)
{
    have_tickets(10);
    desk_.vendor.hold();
    plan_ = must(plan(*account_->installed->integration,
                      test::written(R"([{"name":"a","method":"get","loop_on":"{{args.ids}}","id":"{{args.ids}}"}])",
                                    R"({"ids":[1,2,3,4,5,6,7,8,9]})")));
    Runner runner(desk_.caller, {});
    Result<BatchResult> done;
    asio::co_spawn(
        desk_.io,
        [](Runner& of, accounts::CallableAccountPtr account, Plan const& plan,
           Result<BatchResult>& result) -> Task<void> {
            result = co_await of.run(std::move(account), plan, {}, soon());
        }(runner, account_, plan_, done),
        [](std::exception_ptr const& failure) { EXPECT_FALSE(failure); });
    desk_.settle();
    EXPECT_EQ(desk_.vendor.waiting(), 4U);
    desk_.vendor.release();
    desk_.settle();
    ASSERT_TRUE(done);
    EXPECT_EQ(done->calls, 9U);
}

TEST_F(RunnerTest, TellsTheCallThatFailsAndMakesTheOthers)
{
    have_tickets(3);
    auto const others = desk_.vendor.respond;
    desk_.vendor.respond = [others](http::OutgoingRequest const& request) {
        return request.url.ends_with("/1") ? vendor_answer(404, R"({"error":{"msg":"No such ticket."}})")
                                           : others(request);
    };
    auto const done = must(run(kEach));
    EXPECT_EQ(records(done.nodes[1]), R"([{"id":0,"pad":""},{"id":2,"pad":""}])");
    ASSERT_EQ(done.nodes[1].failures.size(), 1U);
    EXPECT_EQ(done.nodes[1].failures[0].index, 1U);
    auto const error = *json::parse(done.nodes[1].failures[0].error);
    EXPECT_EQ(error.at("statusCode"), json::value(404));
    EXPECT_EQ(error.at("is_remote_error"), json::value(true));
    EXPECT_FALSE(done.nodes[1].partial);
}

TEST_F(RunnerTest, DoesNotRunWhatNeedsWhatFailed)
{
    desk_.vendor.answer(500, "{}");
    auto const done = must(run(R"([{},{"name":"b","method":"get","id":7,"depends_on":["tickets"]},)"
                               R"({"name":"c","method":"get","id":7,"depends_on":["b"]}])"));
    EXPECT_EQ(desk_.vendor.requests.size(), 1U);
    EXPECT_FALSE(done.nodes[0].failures.at(0).index);
    for (std::size_t const i : {1U, 2U}) {
        auto const error = *json::parse(done.nodes[i].failures.at(0).error);
        EXPECT_EQ(error.at("statusCode"), json::value(424));
    }
    EXPECT_NE(done.nodes[2].failures[0].error.find("since b has failed"), std::string::npos);
}

TEST_F(RunnerTest, CountsAListWithoutItsLaterPagesAsFailed)
{
    desk_.vendor.answer(200, R"({"data":[{"id":1}],"meta":{"next_cursor":"b"}})");
    desk_.vendor.answer(500, "{}");
    auto const done = must(run(kEach));
    EXPECT_EQ(records(done.nodes[0]), R"([{"id":1}])") << "what came is given";
    EXPECT_EQ(done.nodes[0].failures.size(), 1U);
    EXPECT_EQ(done.nodes[1].failures.size(), 1U);
    EXPECT_EQ(done.calls, 2U);
}

TEST_F(RunnerTest, GoesOnAfterALoopThatFailedInPartAndNotAfterOneThatFailedAltogether)
{
    auto const nodes = R"([{"name":"a","method":"get","loop_on":"{{args.ids}}","id":"{{args.ids}}"},)"
                       R"({"name":"b","method":"get","id":9,"depends_on":["a"]}])";
    auto const ids = R"({"ids":[1,2]})";
    desk_.vendor.respond = [](http::OutgoingRequest const& request) {
        return request.url.ends_with("/1") ? vendor_answer(404, "{}") : vendor_answer(200, "{}");
    };
    EXPECT_EQ(records(must(run(nodes, {}, ids)).nodes[1]), "[{}]");
    desk_.vendor.respond = [](http::OutgoingRequest const&) { return vendor_answer(404, "{}"); };
    EXPECT_EQ(count_of(must(run(nodes, {}, ids)).nodes[1]), 0U);
}

TEST_F(RunnerTest, StopsWhereTheVendorThrottles)
{
    have_tickets(50);
    auto const others = desk_.vendor.respond;
    desk_.vendor.respond = [others](http::OutgoingRequest const& request) {
        auto answer = request.url.ends_with("/2") ? vendor_answer(429, "{}") : others(request);
        if (answer->status == 429)
            answer->headers.add("retry-after", "7");
        return answer;
    };
    auto const done = must(run(kEach, {.concurrent = 1}));
    EXPECT_EQ(done.calls, 4U) << "the list, 0, 1, and the one that was throttled";
    ASSERT_TRUE(done.nodes[1].partial);
    EXPECT_EQ(done.nodes[1].partial->reason, Reason::throttled);
    EXPECT_EQ(done.nodes[1].partial->retry_after_s, 7);
    EXPECT_EQ(done.nodes[1].partial->made, 3U);
    EXPECT_EQ(done.nodes[1].partial->wanted, 50U);
    EXPECT_EQ(done.nodes[1].failures.at(0).index, 2U);
    EXPECT_FALSE(done.nodes[0].partial);
    EXPECT_EQ(done.limits.retry_after_s, 7);
}

TEST_F(RunnerTest, StopsWhereTheCredentialIsRefused)
{
    desk_.vendor.respond = [](http::OutgoingRequest const&) { return vendor_answer(401, "{}"); };
    auto const done = must(run(R"([{"name":"a","method":"get","loop_on":"{{args.ids}}","id":"{{args.ids}}"}])",
                               {.concurrent = 1}, R"({"ids":[1,2,3]})"));
    EXPECT_EQ(done.calls, 1U);
    EXPECT_EQ(done.nodes[0].partial->reason, Reason::reauth_needed);
}

TEST_F(RunnerTest, CutsAListAtTheMostCallsAndSaysHowToGoOn)
{
    have_tickets(1000);
    auto const done = must(run(R"([{},{"name":"b","method":"get","id":1,"depends_on":["tickets"]}])", {.calls = 2}));
    EXPECT_EQ(done.calls, 2U);
    EXPECT_EQ(count_of(done.nodes[0]), 200U);
    ASSERT_TRUE(done.nodes[0].partial);
    EXPECT_EQ(done.nodes[0].partial->reason, Reason::calls);
    ASSERT_TRUE(done.nodes[0].partial->next_cursor);
    EXPECT_EQ(done.nodes[1].partial->reason, Reason::calls);
    EXPECT_FALSE(done.nodes[1].partial->wanted) << "it did not begin";
    auto const rest =
        must(run(fmt::format(R"([{{"query":{{"next_cursor":"{}"}}}}])", *done.nodes[0].partial->next_cursor)));
    EXPECT_EQ(count_of(rest.nodes[0]), 800U);
}

TEST_F(RunnerTest, CutsALoopAtTheMostCalls)
{
    have_tickets(5);
    for (std::size_t const calls : {6U, 5U, 4U}) {
        auto const done = must(run(kEach, {.calls = calls}));
        EXPECT_EQ(done.calls, calls);
        EXPECT_EQ(count_of(done.nodes[1]), calls - 1);
        EXPECT_EQ(done.nodes[1].partial.has_value(), calls < 6) << calls;
        if (calls < 6) {
            EXPECT_EQ(done.nodes[1].partial->made, calls - 1);
            EXPECT_EQ(done.nodes[1].partial->wanted, 5U);
        }
    }
    std::string ids = "1";
    for (int i = 0; i < 4; ++i)
        ids += ",1";
    auto const own = must(run(R"([{"method":"get","loop_on":"{{args.ids}}","id":"{{args.ids}}"}])", {.calls = 4},
                              R"({"ids":[)" + ids + "]}"));
    EXPECT_EQ(own.calls, 4U);
    EXPECT_TRUE(own.nodes[0].partial);
}

TEST_F(RunnerTest, CutsAtTheMostBytes)
{
    have_tickets(300, std::string(1000, 'x'));
    auto const done = must(run("[{}]", {.bytes = 150'000}));
    EXPECT_EQ(done.nodes[0].partial->reason, Reason::bytes);
    EXPECT_TRUE(done.nodes[0].partial->next_cursor);
    EXPECT_EQ(count_of(done.nodes[0]), 100U) << "pages are left out whole";
    auto const rest =
        must(run(fmt::format(R"([{{"query":{{"next_cursor":"{}"}}}}])", *done.nodes[0].partial->next_cursor)));
    EXPECT_EQ(count_of(rest.nodes[0]), 200U);
    auto const first = must(run("[{}]", {.bytes = 1000}));
    EXPECT_EQ(count_of(first.nodes[0]), 0U);
    EXPECT_FALSE(first.nodes[0].partial->next_cursor);
}

TEST_F(RunnerTest, CutsWhenItsTimeIsOver)
{
    have_tickets(5);
    auto const done = must(run("[{}]", {}, "{}", Deadline::after(std::chrono::seconds(-1))));
    EXPECT_EQ(done.calls, 0U);
    EXPECT_EQ(done.nodes[0].partial->reason, Reason::time);
    desk_.vendor.hold();
    auto const late = must(run("[{}]", {}, "{}", Deadline::after(std::chrono::milliseconds(20))));
    EXPECT_EQ(late.nodes[0].failures.size(), 1U);
}

TEST_F(RunnerTest, MakesWritesOnceAndNeverOnASandboxAccount)
{
    desk_.vendor.fail(Error{ErrorCode::upstream_timeout, "Too slow."});
    auto const write = R"([{"method":"create","body":{"subject":"A"}}])";
    auto const done = must(run(write));
    EXPECT_EQ(done.nodes[0].failures.size(), 1U);
    ASSERT_EQ(desk_.vendor.requests.size(), 1U);
    EXPECT_EQ(desk_.vendor.requests[0].body, R"({"subject":"A"})");
    auto copy = std::make_shared<accounts::CallableAccount>(*account_);
    copy->account.is_sandbox = true;
    account_ = std::move(copy);
    auto const refused = run(R"([{},{"name":"new","method":"create","body":{"subject":"A"}}])");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::not_allowed);
    EXPECT_EQ(desk_.vendor.requests.size(), 1U) << "the list is not read either";
}

TEST_F(RunnerTest, IsUnavailableWhereNothingCouldBeDone)
{
    auto copy = std::make_shared<accounts::CallableAccount>(*account_);
    copy->account.is_blocked = true;
    account_ = std::move(copy);
    EXPECT_EQ(run("[{}]").error().code(), ErrorCode::unavailable);
}

TEST_F(RunnerTest, SaysWhatAPlaceholderDoesNotFind)
{
    desk_.vendor.answer(200, R"({"data":[{"id":1},{"name":"x"}],"meta":{}})");
    desk_.vendor.answer(200, R"({"id":1})");
    auto const done = must(run(kEach));
    EXPECT_EQ(records(done.nodes[1]), R"([{"id":1}])");
    ASSERT_EQ(done.nodes[1].failures.size(), 1U);
    EXPECT_EQ(done.nodes[1].failures[0].index, 1U);
    EXPECT_EQ(done.calls, 2U);
}

TEST_F(RunnerTest, TellsAListThatGoesInCircles)
{
    desk_.vendor.respond = [n = 0](http::OutgoingRequest const&) mutable {
        return vendor_answer(200, fmt::format(R"({{"data":[{{"id":1}}],"meta":{{"next_cursor":"{}"}}}})", n++ % 3));
    };
    auto const done = must(run("[{}]"));
    EXPECT_EQ(done.calls, 4U);
    EXPECT_EQ(done.nodes[0].partial->reason, Reason::vendor);
}

} // namespace
} // namespace sluice::batch
