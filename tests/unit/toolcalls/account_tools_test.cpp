// Tools that are called by name, without an MCP server.
#include "toolcalls/account_tools.hpp"

#include "support/desk_calls.hpp"

#include <gtest/gtest.h>

namespace sluice::toolcalls {
namespace {

using test::must;

class AccountToolsTest : public testing::Test {
protected:
    Result<Done> execute(std::string tool, std::string_view arguments,
                         std::optional<IntegratedAccountId> account = std::nullopt, std::string tenant = {})
    {
        NamedCall wanted{desk_.environment, account, std::move(tenant), std::move(tool),
                         json::parse(arguments)->as_object()};
        return test::run_on(desk_.io, tools_.execute(std::move(wanted), trace_, nullptr, test::soon()));
    }
    /// The end of a call that was taken and refused.
    Error refusal_of(Result<Done> const& done)
    {
        EXPECT_TRUE(done) << done.error().public_detail();
        EXPECT_FALSE(done->outcome);
        return done && !done->outcome ? done->outcome.error() : Error();
    }

    test::DeskCalls desk_;
    accounts::CallableAccounts callable_{desk_.rows, desk_.integrations, {}};
    ToolSets tool_sets_;
    AccountTools tools_{desk_.rows, callable_, desk_.caller, desk_.safe_writes, tool_sets_};
    calllog::CallTrace trace_;
};

constexpr auto kGet = "get_single_desk_ticket_by_id";
constexpr auto kUpdate = "update_a_desk_ticket_by_id";

TEST_F(AccountToolsTest, AreCalledAsByMcp)
{
    auto const account = desk_.connect();
    desk_.vendor.answer(200, R"({"id":9007199254740993})");
    auto const done = must(execute(kGet, R"({"id":"7"})", account));
    ASSERT_TRUE(done.outcome);
    EXPECT_EQ(done.outcome->body, R"({"id":9007199254740993})");
    EXPECT_EQ(desk_.vendor.requests.at(0).url, "https://acme.desk.example/api/tickets/7");
    EXPECT_EQ(trace_.origin.tool, kGet);
    EXPECT_EQ(trace_.account, account.str());
}

TEST_F(AccountToolsTest, EndWithTheVendorsRefusal)
{
    auto const account = desk_.connect();
    desk_.vendor.answer(404, R"({"error":{"msg":"No such ticket."}})");
    auto const done = must(execute(kGet, R"({"id":7})", account));
    ASSERT_TRUE(done.outcome);
    EXPECT_EQ(done.outcome->kind, proxy::Outcome::Kind::error);
    EXPECT_EQ(done.outcome->status, 404);
}

TEST_F(AccountToolsTest, EndWithArgumentsThatDoNotFitAndTheirPaths)
{
    auto const error = refusal_of(execute(kGet, R"({"id":"first"})", desk_.connect()));
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_EQ(error.failures().at(0).path, "id");
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

TEST_F(AccountToolsTest, EndWithWhatOnlyAModelOrItsUserCanMend)
{
    auto const account = desk_.connect();
    desk_.vendor.fail(Error{ErrorCode::upstream_timeout, "Too slow."});
    EXPECT_EQ(refusal_of(execute(kGet, R"({"id":7})", account)).code(), ErrorCode::upstream_timeout);
    auto& row = desk_.rows.rows.begin()->second.account;
    row.is_sandbox = true;
    callable_.apply({snapshots::Change::Kind::account, desk_.environment, account.uuid()});
    EXPECT_EQ(refusal_of(execute(kUpdate, R"({"id":7,"status":"open"})", account)).code(), ErrorCode::not_allowed);
    row.is_sandbox = false;
    row.status = accounts::Status::needs_reauth;
    callable_.apply({snapshots::Change::Kind::account, desk_.environment, account.uuid()});
    EXPECT_EQ(refusal_of(execute(kGet, R"({"id":7})", account)).code(), ErrorCode::reauth_needed);
}

TEST_F(AccountToolsTest, AreNotCalledWhereNothingIsToBeReadByAModel)
{
    auto const account = desk_.connect();
    auto const unknown = execute("get_single_desk_tikcet_by_id", "{}", account);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code(), ErrorCode::not_found);
    EXPECT_NE(unknown.error().public_detail().find(kGet), std::string::npos);
    EXPECT_EQ(execute(kGet, "{}", IntegratedAccountId{Uuid{99}}).error().code(), ErrorCode::not_found);
    desk_.rows.rows.begin()->second.account.is_blocked = true;
    callable_.apply({snapshots::Change::Kind::account, desk_.environment, account.uuid()});
    EXPECT_EQ(execute(kGet, R"({"id":7})", account).error().code(), ErrorCode::unavailable);
}

TEST_F(AccountToolsTest, ShowWhatAWriteWouldDo)
{
    desk_.vendor.answer(200, R"({"id":7,"status":"open"})");
    auto const done = must(execute(kUpdate, R"({"id":7,"status":"closed","dry_run":true})", desk_.connect()));
    EXPECT_EQ(done.kind, Done::Kind::previewed);
    ASSERT_TRUE(done.preview);
    EXPECT_EQ(json::to_text(done.preview->at("changes")), R"({"status":{"from":"open","to":"closed"}})");
    EXPECT_EQ(desk_.vendor.requests.size(), 1U) << "only read";
}

TEST_F(AccountToolsTest, OfATenantAreThoseOfItsOnlyAccount)
{
    auto const account = desk_.connect("acme");
    desk_.connect("other", "other");
    desk_.vendor.answer(200, R"({"id":7})");
    ASSERT_TRUE(must(execute(kGet, R"({"id":7})", std::nullopt, "acme")).outcome);
    EXPECT_EQ(trace_.account, account.str());
    EXPECT_EQ(execute(kGet, "{}", std::nullopt, "nobody").error().code(), ErrorCode::not_found);
    EXPECT_NE(execute("no_such", "{}", std::nullopt, "acme").error().public_detail().find("no_such"),
              std::string::npos);
}

TEST_F(AccountToolsTest, OfATenantWithSeveralAccountsSayWhichThereAre)
{
    auto const first = desk_.connect("acme", "one");
    auto const second = desk_.connect("acme", "two");
    auto const refused = execute(kGet, R"({"id":7})", std::nullopt, "acme");
    ASSERT_FALSE(refused);
    ASSERT_EQ(refused.error().failures().size(), 1U);
    EXPECT_EQ(refused.error().failures()[0].path, "tenant_id");
    for (auto const& id : {first, second})
        EXPECT_NE(refused.error().public_detail().find(id.str() + " (desk)"), std::string::npos);
    auto const none = execute("no_such", "{}", std::nullopt, "acme");
    EXPECT_EQ(none.error().code(), ErrorCode::not_found);
    EXPECT_NE(none.error().public_detail().find(first.str()), std::string::npos);
}

TEST_F(AccountToolsTest, OfTooManyAccountsNeedTheAccount)
{
    for (int i = 0; i < AccountTools::kMostAccounts + 1; ++i)
        desk_.connect("acme", "a" + std::to_string(i));
    EXPECT_EQ(execute(kGet, "{}", std::nullopt, "acme").error().failures().at(0).path, "tenant_id");
    EXPECT_EQ(desk_.rows.reads, 0U);
}

/// A tool whose user would be asked during the call.
TEST(AccountToolsThatAsk, AreForMcpOnly)
{
    auto const manifest = catalog::test::replaced(
        catalog::test::kManifest, "delete: {operation: delete-ticket}",
        "delete: {operation: delete-ticket, input: {rounds: [{sure: {elicit: {message: \"Sure?\", schema: {type: "
        "object, properties: {why: {type: string}}}}}}], arguments: {}}}");
    test::DeskCalls desk(manifest);
    accounts::CallableAccounts callable(desk.rows, desk.integrations, {});
    ToolSets tool_sets;
    AccountTools tools(desk.rows, callable, desk.caller, desk.safe_writes, tool_sets);
    calllog::CallTrace trace;
    NamedCall wanted{desk.environment, desk.connect(), {}, "delete_a_desk_ticket_by_id", {{"id", "7"}}};
    auto const done = must(test::run_on(desk.io, tools.execute(std::move(wanted), trace, nullptr, test::soon())));
    ASSERT_FALSE(done.outcome);
    EXPECT_EQ(done.outcome.error().code(), ErrorCode::not_allowed);
    EXPECT_TRUE(desk.vendor.requests.empty());
}

} // namespace
} // namespace sluice::toolcalls
