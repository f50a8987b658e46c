#include "mcp/servers.hpp"

#include "support/clock.hpp"
#include "support/fake_integrations.hpp"
#include "support/fake_servers.hpp"
#include "support/run.hpp"
#include "support/steady_clock.hpp"

#include <gtest/gtest.h>

namespace sluice::mcp {
namespace {

using snapshots::Change;
using Kind = Change::Kind;

class ServersTest : public ::testing::Test {
protected:
    ServersTest()
    {
        changes_.on_change = [this](Change const& change) { servers_.apply(change); };
    }

    static Deadline soon() { return Deadline::after(std::chrono::seconds(30)); }
    IntegratedAccountId account(std::string tenant)
    {
        accounts::Account made;
        made.environment = environment_;
        made.environment_integration = EnvironmentIntegrationId{uuid_of_name("installation")};
        made.integration = rows_of_integrations_.stored.id;
        made.integration_name = "acme";
        made.authentication_method = "api_key";
        made.status = accounts::Status::active;
        made.tenant_id = std::move(tenant);
        return test::run(accounts_.create(std::move(made), {}, {}, soon()))->id;
    }
    std::string url(ServerOwner owner)
    {
        auto const token = crypto::mint_token(keyring_, crypto::TokenKind::mcp).reveal();
        McpServer made;
        made.environment = environment_;
        made.account = owner;
        made.tenant_id = owner ? "" : "acme";
        last_ = test::run(rows_.create(std::move(made), crypto::hash_token(keyring_, token), {}, soon()))->id;
        return token;
    }
    Result<SnapshotPtr> resolve(std::string_view token)
    {
        return test::run_on(io_, servers_.resolve(token, {}, soon()));
    }
    std::size_t accounts_at(std::string_view token)
    {
        auto const found = resolve(token);
        std::size_t count = 0;
        for (auto const& group : (*found)->grant.served->groups())
            count += group.accounts.size();
        return count;
    }

    asio::io_context io_{1};
    WorkerPool workers_{1, 100};
    crypto::Keyring keyring_ = crypto::Keyring::generate();
    test::FakeClock clock_;
    test::FakeSteadyClock steady_;
    test::FakeChanges changes_;
    test::FakeAccounts accounts_{changes_, clock_};
    test::FakeServers rows_{changes_, accounts_};
    test::FakeIntegrations rows_of_integrations_;
    accounts::Integrations integrations_{rows_of_integrations_, workers_};
    toolcalls::ToolSets tool_sets_;
    tenancy::SecretGate gate_{keyring_, {}, steady_};
    Servers servers_{rows_, integrations_, tool_sets_, keyring_, gate_, clock_, {}};
    EnvironmentId environment_{uuid_of_name("e")};
    McpServerId last_;
};

TEST_F(ServersTest, ARemovedUrlIsUnknownAtOnceAndOthersStayCached)
{
    auto const one = account("acme");
    auto const other = account("other");
    auto const kept = url(other);
    auto const removed = url(one);
    ASSERT_TRUE(resolve(kept));
    ASSERT_TRUE(resolve(removed));
    ASSERT_TRUE(test::run(rows_.remove(environment_, one, last_, {}, soon())));
    EXPECT_EQ(resolve(removed).error().code(), ErrorCode::not_found);
    auto const lookups = rows_.lookups;
    EXPECT_TRUE(resolve(kept));
    EXPECT_EQ(rows_.lookups, lookups);
}

TEST_F(ServersTest, ATenantsUrlFollowsItsAccounts)
{
    auto const one = account("acme");
    auto const token = url(std::nullopt);
    EXPECT_EQ(accounts_at(token), 1U);
    account("other");
    account("acme");
    EXPECT_EQ(accounts_at(token), 2U);
    EXPECT_EQ(rows_.lookups, 2U);
    ASSERT_TRUE(test::run(accounts_.remove(environment_, one, {}, soon())));
    EXPECT_EQ(accounts_at(token), 1U);
}

TEST_F(ServersTest, DependOnAllThatTheyWereMadeOf)
{
    auto const token = url(account("acme"));
    auto const& row = accounts_.rows.begin()->second.account;
    for (auto const& change :
         {Change{Kind::account, environment_, row.id.uuid()},
          Change{Kind::installation, environment_, row.environment_integration.uuid()},
          Change{Kind::integration, {}, row.integration.uuid()}, Change{Kind::environment, environment_, {}}}) {
        ASSERT_TRUE(resolve(token));
        EXPECT_TRUE(servers_.resolve_warm(token));
        servers_.apply({change.kind, EnvironmentId{uuid_of_name("elsewhere")}, uuid_of_name("another")});
        EXPECT_TRUE(servers_.resolve_warm(token));
        servers_.apply(change);
        EXPECT_FALSE(servers_.resolve_warm(token)) << change.str();
    }
}

TEST_F(ServersTest, MadeUpUrlsCostNoQueryAndOldOnesFiftyASecond)
{
    auto const others = crypto::Keyring::generate();
    for (int i = 0; i < 500; ++i) {
        auto const made_up = crypto::mint_token(others, crypto::TokenKind::mcp).reveal();
        EXPECT_EQ(resolve(made_up).error().code(), ErrorCode::not_found);
        (void)resolve(std::string_view(made_up).substr(0, made_up.size() - 8));
    }
    EXPECT_EQ(rows_.lookups, 50U);
    EXPECT_TRUE(resolve(url(account("acme"))));
}

} // namespace
} // namespace sluice::mcp
