#include "mcp/expiry_job.hpp"

#include "support/clock.hpp"
#include "support/fake_servers.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

namespace sluice::mcp {
namespace {

using namespace std::chrono_literals;

class ExpiryJobTest : public ::testing::Test {
protected:
    ExpiryJobTest()
    {
        McpServer server;
        server.environment = environment_;
        server.expires_at = clock_.now() + 1h;
        id_ = test::must(test::run(servers_.create(std::move(server), {}, {}, Deadline::after(1h)))).id;
        servers_.now = clock_.now() + 1h;
    }
    Result<jobs::Next> run()
    {
        jobs::Job job;
        job.kind = kExpiryJob;
        job.environment = environment_;
        job.id = id_.uuid();
        return test::run(remove_if_expired(servers_, job));
    }

    test::FakeClock clock_;
    test::FakeChanges changes_;
    test::FakeAccounts accounts_{changes_, clock_};
    test::FakeServers servers_{changes_, accounts_};
    EnvironmentId environment_{Uuid{7}};
    McpServerId id_;
};

TEST_F(ExpiryJobTest, RemovesAServerWhoseTimeIsOver)
{
    EXPECT_EQ(test::must(run()), std::nullopt);
    EXPECT_TRUE(servers_.rows.empty());
    EXPECT_EQ(test::must(run()), std::nullopt) << "it may have been removed before";
}

TEST_F(ExpiryJobTest, LeavesAServerWhoseTimeWasMoved)
{
    servers_.rows[0].server.expires_at = clock_.now() + 2h;
    EXPECT_EQ(test::must(run()), std::nullopt) << "the change has scheduled another";
    EXPECT_EQ(servers_.rows.size(), 1U);
}

TEST_F(ExpiryJobTest, IsTriedAgainWhileTheDatabaseIsDown)
{
    servers_.failure = Error{ErrorCode::unavailable, "The database is not available."};
    EXPECT_EQ(run().error().code(), ErrorCode::unavailable);
}

} // namespace
} // namespace sluice::mcp
