// What an account itself decides about its tools, and how often it is asked.
#include "store_fixture.hpp"
#include "toolcalls/account_schemas.hpp"

#include <fmt/format.h>

namespace sluice::store {
namespace {

class AccountSchemaTest : public StoreTest {
protected:
    Result<void> spend(int calls)
    {
        return test::run(store_.account_schemas().spend(account_.environment, account_.id, calls, 400, soon()));
    }
    toolcalls::AccountSchema find()
    {
        return must(test::run(store_.account_schemas().find(account_.environment, account_.id, soon())));
    }
    Result<bool> store(toolcalls::AccountSchema schema)
    {
        return test::run(
            store_.account_schemas().store(account_.environment, account_.id, std::move(schema), {}, soon()));
    }
    bool is_shown()
    {
        return must(test::run(store_.account_schemas().is_shown(account_.environment, account_.id, soon())));
    }

    Account const account_ = account(environment("t", "e"));
};

TEST_F(AccountSchemaTest, IsEmptyUntilItWasRead)
{
    EXPECT_TRUE(find().records.empty());
    EXPECT_FALSE(find().loaded_at);
    EXPECT_EQ(store({{}, "m", clock_.now()}).error().code(), ErrorCode::not_found) << "nobody has asked the account";
    must(spend(1));
    EXPECT_TRUE(find().records.empty());
    EXPECT_EQ(find().marker, "");
    EXPECT_FALSE(find().loaded_at);
}

TEST_F(AccountSchemaTest, ComesBackAsStoredAndSaysWhetherItChanged)
{
    must(spend(1));
    toolcalls::AccountSchema wanted;
    wanted.records = json::object{{"fields", json::array{json::object{{"id", 1}}}}};
    wanted.marker = "newest";
    wanted.loaded_at = std::chrono::floor<std::chrono::microseconds>(clock_.now());
    EXPECT_TRUE(must(store(wanted)));
    EXPECT_EQ(find().records, wanted.records);
    EXPECT_EQ(find().marker, "newest");
    EXPECT_EQ(find().loaded_at, wanted.loaded_at);
    wanted.marker = "later";
    EXPECT_FALSE(must(store(wanted)));
    EXPECT_EQ(find().marker, "later");
    wanted.records = json::object{{"fields", json::array()}};
    EXPECT_TRUE(must(store(wanted)));
}

TEST_F(AccountSchemaTest, MayBeAskedForAQuarterOfAnHoursCallsAtOnceAndTheRestEvenly)
{
    must(spend(60));
    must(spend(40));
    EXPECT_EQ(spend(1).error().code(), ErrorCode::rate_limited);
    database_.execute("UPDATE account_schemas SET spent_at = spent_at - interval '12 seconds'");
    must(spend(1)); // 300 an hour are one in twelve seconds.
    EXPECT_EQ(spend(1).error().code(), ErrorCode::rate_limited);
}

TEST_F(AccountSchemaTest, IsShownByAServerOfTheAccountOrOfItsTenantThatHasNotEnded)
{
    EXPECT_FALSE(is_shown());
    server(account_, clock_.now() - std::chrono::seconds(1));
    server(account(account_.environment, "other"));
    EXPECT_FALSE(is_shown());
    server(account_, clock_.now() + std::chrono::hours(1));
    EXPECT_TRUE(is_shown());
    database_.execute("DELETE FROM mcp_servers");
    mcp::McpServer of_tenant;
    of_tenant.environment = account_.environment;
    of_tenant.tenant_id = account_.tenant_id;
    of_tenant.name = "agent";
    of_tenant.created_by = "test";
    must(test::run(store_.servers().create(of_tenant, crypto::hash_token(keyring_, "tenant"), {}, soon())));
    EXPECT_TRUE(is_shown());
}

} // namespace
} // namespace sluice::store
