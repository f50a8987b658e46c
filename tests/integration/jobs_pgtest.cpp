// The queue of the worker.
#include "connection_fixture.hpp"

#include <pqxx/connection>
#include <pqxx/notification>

namespace sluice::store {
namespace {

class JobQueueTest : public ConnectionStoreTest {};

TEST_F(JobQueueTest, AJobIsOneWorkersUntilItsLeaseEnds)
{
    auto const in = environment("mine");
    auto const hook = webhook(in, "x");
    must(test::run(store_.webhooks().send_test(in, hook.id, {}, soon())));
    auto const take = [&] { return must(test::run(store_.jobs().take(wish(), soon()))).jobs; };
    auto const first = take();
    ASSERT_EQ(first.size(), 1U);
    EXPECT_TRUE(take().empty());
    database_.execute("UPDATE jobs SET lease_until = now() - interval '1 second'");
    auto const second = take();
    ASSERT_EQ(second.size(), 1U);
    must(test::run(store_.jobs().finish(first.front(), std::nullopt, soon())));
    EXPECT_EQ(database_.value("SELECT count(*) FROM jobs WHERE kind = 'delivery'"), "1") << "taken over meanwhile";
    must(test::run(store_.jobs().finish(second.front(), std::nullopt, soon())));
    EXPECT_EQ(database_.value("SELECT count(*) FROM jobs WHERE kind = 'delivery'"), "0");
}

TEST_F(JobQueueTest, OneEnvironmentsBacklogLeavesRoomForOthers)
{
    auto const flood = environment("flood");
    auto const other = environment("other");
    database_.execute(fmt::format("INSERT INTO jobs (partition, kind, environment_id, id, due) "
                                  "SELECT n % 16, 'delivery', '{}', gen_random_uuid(), now() - interval '1 hour' "
                                  "FROM generate_series(1, 600) n",
                                  to_hex(flood.uuid())));
    database_.execute(fmt::format("INSERT INTO jobs (partition, kind, environment_id, id, due) "
                                  "VALUES (15, 'delivery', '{}', gen_random_uuid(), now())",
                                  to_hex(other.uuid())));
    auto const count_of = [](std::vector<jobs::Job> const& jobs, EnvironmentId of) {
        return std::ranges::count_if(jobs, [of](jobs::Job const& job) { return job.environment == of; });
    };
    auto asked = wish(64, 16);
    auto const taken = must(test::run(store_.jobs().take(asked, soon()))).jobs;
    EXPECT_EQ(count_of(taken, flood), 16);
    EXPECT_EQ(count_of(taken, other), 1);
    asked.running = {{flood, 16}, {other, 1}};
    EXPECT_TRUE(must(test::run(store_.jobs().take(asked, soon()))).jobs.empty()) << "its share is running";
    asked.running = {{flood, 11}};
    EXPECT_EQ(must(test::run(store_.jobs().take(asked, soon()))).jobs.size(), 5U);
    // Where there is little room, the environments come one after the other.
    database_.execute("UPDATE jobs SET lease_until = NULL");
    auto little = wish(1, 1);
    auto const first = must(test::run(store_.jobs().take(little, soon()))).jobs;
    ASSERT_EQ(first.size(), 1U);
    little.after = first[0].environment;
    auto const second = must(test::run(store_.jobs().take(little, soon()))).jobs;
    ASSERT_EQ(second.size(), 1U);
    EXPECT_NE(second[0].environment, first[0].environment);
    little.after = second[0].environment;
    auto const third = must(test::run(store_.jobs().take(little, soon()))).jobs;
    ASSERT_EQ(third.size(), 1U) << "around the circle";
    EXPECT_EQ(third[0].environment, flood) << "the other has no more";
}

TEST_F(JobQueueTest, AQueueThatIsEmptyTellsWhenToLookAgain)
{
    auto const in = environment("mine");
    EXPECT_FALSE(must(test::run(store_.jobs().take(wish(), soon()))).next_in);
    database_.execute(fmt::format("INSERT INTO jobs (partition, kind, environment_id, id, due) "
                                  "VALUES (3, 'delivery', '{}', gen_random_uuid(), now() + interval '20 seconds')",
                                  to_hex(in.uuid())));
    auto const taken = must(test::run(store_.jobs().take(wish(), soon())));
    EXPECT_TRUE(taken.jobs.empty());
    ASSERT_TRUE(taken.next_in);
    EXPECT_GT(*taken.next_in, std::chrono::seconds(15));
    EXPECT_LE(*taken.next_in, std::chrono::seconds(20));
}

TEST_F(JobQueueTest, AJobThatFailsWaitsAndItsFailuresAreCountedUntilItSucceeds)
{
    auto const in = environment("mine");
    auto const hook = webhook(in, "x");
    must(test::run(store_.webhooks().send_test(in, hook.id, {}, soon())));
    for (int failures = 0; failures < 3; ++failures) {
        auto const jobs = must(test::run(store_.jobs().take(wish(), soon()))).jobs;
        ASSERT_EQ(jobs.size(), 1U);
        EXPECT_EQ(jobs[0].failures, failures);
        must(test::run(store_.jobs().fail(jobs[0], std::chrono::hours(1), soon())));
        EXPECT_TRUE(must(test::run(store_.jobs().take(wish(), soon()))).jobs.empty());
        database_.execute("UPDATE jobs SET due = now()");
    }
    auto const jobs = must(test::run(store_.jobs().take(wish(), soon()))).jobs;
    must(test::run(store_.jobs().finish(jobs.at(0), clock_.now() - std::chrono::seconds(1), soon())));
    EXPECT_EQ(must(test::run(store_.jobs().take(wish(), soon()))).jobs.at(0).failures, 0);
}

TEST_F(JobQueueTest, AJobThatIsDueIsTold)
{
    pqxx::connection connection(database_.url("sluice_worker").reveal());
    struct Ear final : pqxx::notification_receiver {
        explicit Ear(pqxx::connection& to)
            : pqxx::notification_receiver(to, jobs::kChannel)
        {
        }
        void operator()(std::string const& payload, int) override { heard.push_back(payload); }
        std::vector<std::string> heard;
    } ear(connection);
    auto const in = environment("mine");
    auto const hook = webhook(in, "x");
    must(test::run(store_.webhooks().send_test(in, hook.id, {}, soon())));
    connection.await_notification(5, 0);
    EXPECT_EQ(ear.heard, (std::vector<std::string>{"delivery"}));
}

} // namespace
} // namespace sluice::store
