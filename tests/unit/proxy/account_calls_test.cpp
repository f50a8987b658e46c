#include "proxy/account_calls.hpp"

#include "support/desk_calls.hpp"

#include <gtest/gtest.h>

namespace sluice::proxy {
namespace {

/// A desk whose health is a list, with calls of a list, of one ticket and of one that is deleted.
std::string manifest()
{
    return catalog::test::replaced(
        catalog::test::kManifest, "tool_tags:",
        "health: tickets.list\nactions: {post_install: [{request: {method: tickets.list, as: all, arguments: {ids: [1, "
        "2]}}}, {request: {method: tickets.get, as: one, arguments: {id: \"{{context.id}}\"}}}, {request: {method: "
        "tickets.create, as: made, arguments: {subject: \"{{context.id}}\", priority: low}}}]}\ntool_tags:");
}

class AccountCallsTest : public ::testing::Test {
protected:
    Result<VendorCalls::Check> check()
    {
        return test::run_on(desk_.io, calls_.check(desk_.callable(account_), test::soon()));
    }
    Result<json::value> call(std::size_t step, std::string_view context = R"({"id":7})")
    {
        auto account = desk_.callable(account_);
        auto const& made = account->installed->integration->actions.post_install.at(step).call;
        json::value values = json::object{{"context", json::parse(context).value()}};
        return test::run_on(desk_.io, calls_.call(account, made, std::move(values), test::soon()));
    }
    Result<VendorCalls::Listed> list(std::size_t most = 20, std::size_t step = 0)
    {
        auto account = desk_.callable(account_);
        auto const& made = account->installed->integration->actions.post_install.at(step).call;
        return test::run_on(desk_.io, calls_.list(account, made, most, test::soon()));
    }
    accounts::Account& row() { return desk_.rows.rows.at({desk_.environment, account_}).account; }

    test::DeskCalls desk_{manifest()};
    AccountCalls calls_{desk_.caller};
    IntegratedAccountId const account_ = desk_.connect();
};

TEST_F(AccountCallsTest, OnlyA401SpeaksAgainstCredentials)
{
    desk_.vendor.answer(200, R"({"data":[]})");
    EXPECT_EQ(test::must(check()).refusal, "");
    desk_.vendor.answer(403, R"({"message":"Not this."})");
    EXPECT_EQ(test::must(check()).refusal, "") << "the vendor knows the account";
    desk_.vendor.answer(401, R"({"message":"Wrong key."})");
    EXPECT_EQ(test::must(check()).refusal, "Desk refuses these credentials: Wrong key.");
    desk_.vendor.answer(500, R"({"message":"Oops."})");
    auto const down = check();
    EXPECT_EQ(down.error().code(), ErrorCode::upstream_failed);
    EXPECT_EQ(down.error().public_detail(), "Desk answered 500: Oops.");
    desk_.vendor.answer(429, R"({"message":"Slower."})");
    EXPECT_EQ(check().error().code(), ErrorCode::rate_limited);
    desk_.vendor.fail({ErrorCode::upstream_unreachable, "No way."});
    EXPECT_EQ(check().error().code(), ErrorCode::upstream_unreachable);
}

TEST_F(AccountCallsTest, AreMadeWhateverTheAccountsStatus)
{
    row().status = accounts::Status::connecting;
    desk_.vendor.answer(200, R"({"data":[]})");
    EXPECT_TRUE(check());
    desk_.vendor.answer(200, R"({"id":7})");
    EXPECT_TRUE(call(1));
    EXPECT_EQ(desk_.vendor.requests.size(), 2U);
}

TEST_F(AccountCallsTest, AcceptCredentialsThatCannotBeTried)
{
    test::DeskCalls desk;
    AccountCalls calls{desk.caller};
    EXPECT_EQ(test::must(test::run_on(desk.io, calls.check(desk.callable(desk.connect()), test::soon()))).refusal, "");
    EXPECT_TRUE(desk.vendor.requests.empty());
}

TEST_F(AccountCallsTest, FillTheirArguments)
{
    desk_.vendor.answer(200, R"({"id":7,"subject":"Bug"})");
    EXPECT_EQ(test::must(call(1)), (json::object{{"id", 7}, {"subject", "Bug"}}));
    EXPECT_EQ(desk_.vendor.requests.back().url, "https://acme.desk.example/api/tickets/7");
    desk_.vendor.answer(204);
    EXPECT_EQ(test::must(call(2, R"({"id":"Bug"})")), json::value(nullptr));
    EXPECT_EQ(desk_.vendor.requests.back().url, "https://acme.desk.example/api/tickets?subject=Bug");
    EXPECT_EQ(desk_.vendor.requests.back().body, R"({"priority":"low"})");
    EXPECT_EQ(call(1, "{}").error().code(), ErrorCode::invalid_argument);
    EXPECT_EQ(desk_.vendor.requests.size(), 2U);
}

TEST_F(AccountCallsTest, GiveAllPagesOfAList)
{
    desk_.vendor.answer(200, R"({"data":[{"id":1}],"meta":{"next_cursor":"b"}})");
    desk_.vendor.answer(200, R"({"data":[{"id":2}]})");
    EXPECT_EQ(test::must(call(0)), *json::parse(R"([{"id":1},{"id":2}])"));
    EXPECT_TRUE(desk_.vendor.requests.front().url.contains("ids=1&ids=2")) << desk_.vendor.requests.front().url;
    EXPECT_TRUE(desk_.vendor.requests.front().url.contains("limit=100"));
}

TEST_F(AccountCallsTest, SayWhatTheVendorRefused)
{
    desk_.vendor.answer(401, R"({"message":"Wrong key."})");
    EXPECT_EQ(call(1).error().code(), ErrorCode::reauth_needed);
    desk_.vendor.answer(404, R"({"message":"Gone."})");
    EXPECT_EQ(call(1).error().code(), ErrorCode::upstream_failed);
    desk_.vendor.answer(200, "\x89PNG", "image/png");
    EXPECT_EQ(call(1).error().code(), ErrorCode::upstream_failed);
}

TEST_F(AccountCallsTest, ReadNoMoreThanTheFirstPage)
{
    desk_.vendor.answer(200, R"({"data":[{"id":1}],"meta":{"next_cursor":"b"}})");
    auto const first = test::must(list());
    EXPECT_EQ(first.items, json::parse(R"([{"id":1}])")->get_array());
    EXPECT_FALSE(first.is_whole);
    EXPECT_TRUE(desk_.vendor.requests.back().url.contains("limit=20"));
    desk_.vendor.answer(200, R"({"data":[{"id":1}]})");
    EXPECT_TRUE(test::must(list(1'000)).is_whole);
    EXPECT_TRUE(desk_.vendor.requests.back().url.contains("limit=100")) << "the vendor's most";
    EXPECT_EQ(desk_.vendor.requests.size(), 2U);
}

TEST_F(AccountCallsTest, SayOfAListWhetherItIsForbidden)
{
    desk_.vendor.answer(403, R"({"message":"Not this."})");
    auto const forbidden = list();
    EXPECT_EQ(forbidden.error().code(), ErrorCode::forbidden);
    EXPECT_EQ(forbidden.error().public_detail(), "Not this.");
    desk_.vendor.answer(401, "{}");
    EXPECT_EQ(list().error().code(), ErrorCode::reauth_needed);
    desk_.vendor.answer(200, R"({"id":7})");
    EXPECT_EQ(list().error().code(), ErrorCode::upstream_failed) << "no list at all";
    desk_.vendor.fail({ErrorCode::upstream_timeout, "Too slow."});
    EXPECT_EQ(list().error().code(), ErrorCode::upstream_timeout);
    EXPECT_EQ(list(20, 1).error().code(), ErrorCode::invalid_argument) << "it reads what is not there";
}

TEST_F(AccountCallsTest, KnowOnlyMethodsOfTheDefinition)
{
    auto const account = desk_.callable(account_);
    catalog::MethodCall const unknown{"tickets", "burn", {}};
    EXPECT_EQ(test::run_on(desk_.io, calls_.call(account, unknown, json::object{}, test::soon())).error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(test::run_on(desk_.io, calls_.list(account, unknown, 1, test::soon())).error().code(),
              ErrorCode::not_found);
}

} // namespace
} // namespace sluice::proxy
