// What the pool promises when the server is slow, hangs or goes away.
#include "pg/pool.hpp"
#include "support/database.hpp"
#include "support/pg_relay.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <future>
#include <type_traits>

#include <unistd.h>

namespace sluice::pg {
namespace {

using Fault = test::PgRelay::Fault;
using std::chrono::milliseconds;

Deadline in(int ms)
{
    return Deadline::after(milliseconds(ms));
}

/// A server process that stands still until the end of the test.
class Stopped {
public:
    explicit Stopped(int pid)
        : pid_(pid)
    {
        if (::kill(pid_, SIGSTOP) != 0)
            throw std::runtime_error("a server process cannot be stopped");
    }
    ~Stopped() { ::kill(pid_, SIGCONT); }
    Stopped(Stopped const&) = delete;
    Stopped& operator=(Stopped const&) = delete;

private:
    int const pid_;
};

class PoolTest : public ::testing::Test {
protected:
    PoolTest() { database_.execute("CREATE TABLE marks (name text); GRANT ALL ON marks TO sluice_app"); }

    static Query<int> mark(std::string name)
    {
        return [name = std::move(name)](pqxx::work& transaction) -> Result<int> {
            transaction.exec_params0("INSERT INTO marks VALUES ($1)", name);
            return transaction.exec1("SELECT pg_backend_pid()")[0].as<int>();
        };
    }
    Result<int> lookup(Query<int> query, Deadline deadline)
    {
        return test::run_on(io_, pool_.lookup<int>(deadline, std::move(query)));
    }
    [[nodiscard]] std::string marks() const { return database_.value("SELECT count(*) FROM marks"); }

    asio::io_context io_{1}; // Outlives what a transaction has to say after its caller has gone.
    test::Database database_;
    test::PgRelay relay_{test::Database::socket()};
    telemetry::Log log_{STDERR_FILENO, telemetry::Level::error};
    telemetry::Registry registry_;
    PoolMetrics metrics_{registry_};
    Pool pool_{{.url = database_.url("sluice_app", relay_.port()), .connections = 1}, metrics_, log_};
};

TEST_F(PoolTest, CommitThatIsCancelledSpoilsNoLaterTransaction)
{
    relay_.set(Fault::slow_commit);
    auto const cancelled = lookup(mark("cancelled"), in(300));
    ASSERT_FALSE(cancelled);
    EXPECT_EQ(cancelled.error().code(), ErrorCode::unavailable);
    relay_.set(Fault::none);
    for (int i = 0; i < 10; ++i) {
        auto const later = lookup(mark("later"), in(5000));
        EXPECT_TRUE(later) << later.error().log_message();
    }
    EXPECT_EQ(marks(), "10");
}

TEST_F(PoolTest, CommitWhoseAnswerIsLostIsUnavailableAndItsOutcomeUnknown)
{
    relay_.set(Fault::lost_commit);
    auto const lost = lookup(mark("lost"), in(5000));
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code(), ErrorCode::unavailable);
    EXPECT_NE(lost.error().public_detail().find("did not say whether"), std::string::npos)
        << lost.error().public_detail();
    EXPECT_EQ(marks(), "1");
    relay_.set(Fault::none);
    EXPECT_TRUE(lookup(mark("later"), in(5000)));
}

TEST_F(PoolTest, CallerThatDoesNotHearOfItsCommitIsToldSo)
{
    EXPECT_TRUE(lookup(mark("first"), in(5000)));
    relay_.set(Fault::slow_commit);
    Query<int> query = [](pqxx::work& transaction) -> Result<int> {
        transaction.exec0("SET LOCAL statement_timeout = 0");
        return mark("slow")(transaction);
    };
    auto const late = lookup(std::move(query), in(300));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), ErrorCode::unavailable);
    EXPECT_NE(late.error().public_detail().find("did not say whether"), std::string::npos)
        << late.error().public_detail();
}

TEST_F(PoolTest, BeginsNothingWithTooLittleTimeLeft)
{
    EXPECT_TRUE(lookup(mark("first"), in(5000)));
    bool was_begun = false;
    Query<int> query = [&was_begun](pqxx::work&) -> Result<int> {
        was_begun = true;
        return 0;
    };
    EXPECT_EQ(lookup(std::move(query), in(40)).error().code(), ErrorCode::unavailable);
    EXPECT_TRUE(lookup(mark("second"), in(5000)));
    EXPECT_FALSE(was_begun);
}

TEST_F(PoolTest, TransactionOfManyStatementsEndsAtItsDeadlineAndStoresNothing)
{
    auto const started = std::chrono::steady_clock::now();
    Query<int> endless = [](pqxx::work& transaction) -> Result<int> {
        for (int i = 0; i < 30; ++i)
            transaction.exec0("INSERT INTO marks SELECT 'endless' FROM pg_sleep(0.2)");
        return 0;
    };
    EXPECT_EQ(lookup(std::move(endless), in(500)).error().code(), ErrorCode::unavailable);
    EXPECT_TRUE(lookup(mark("next"), in(3000))); // It waits for the only connection.
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(3));
    EXPECT_EQ(marks(), "1");
}

TEST_F(PoolTest, StoresNothingOnceItsCallerWasToldThatItFailed)
{
    std::promise<void> told;
    auto const heard = told.get_future().share();
    Query<int> slow = [heard](pqxx::work& transaction) -> Result<int> {
        auto made = mark("late")(transaction);
        heard.wait();
        return made;
    };
    EXPECT_EQ(lookup(std::move(slow), in(200)).error().code(), ErrorCode::unavailable);
    told.set_value();
    EXPECT_TRUE(lookup(mark("next"), in(5000)));
    EXPECT_EQ(marks(), "1");
}

TEST_F(PoolTest, ServerThatHangsHoldsNoThread)
{
    EXPECT_TRUE(lookup(mark("first"), in(5000)));
    relay_.set(Fault::hang);
    EXPECT_EQ(lookup(mark("hung"), in(300)).error().code(), ErrorCode::unavailable);
    relay_.set(Fault::none);
    EXPECT_TRUE(lookup(mark("next"), in(5000)));
    EXPECT_EQ(relay_.accepted(), 2);
}

TEST_F(PoolTest, ServerProcessThatIsStoppedHoldsNoThread)
{
    auto const pid = lookup(mark("first"), in(5000));
    ASSERT_TRUE(pid);
    Stopped const stopped(*pid);
    EXPECT_EQ(lookup(mark("hung"), in(300)).error().code(), ErrorCode::unavailable);
    auto const next = lookup(mark("next"), in(5000));
    ASSERT_TRUE(next) << next.error().log_message();
    EXPECT_NE(*next, *pid);
}

TEST_F(PoolTest, ConnectingToAServerThatHangsHasALimit)
{
    relay_.set(Fault::hang);
    auto const hung = lookup(mark("hung"), in(10'000));
    ASSERT_FALSE(hung);
    EXPECT_NE(hung.error().log_message().find("timeout"), std::string::npos) << hung.error().log_message();
}

TEST_F(PoolTest, ConnectionThatEndedWhileItWasIdleIsMadeAnew)
{
    auto const pid = lookup(mark("first"), in(5000));
    ASSERT_TRUE(pid);
    database_.execute(fmt::format("SELECT pg_terminate_backend({}, 5000)", *pid));
    auto const next = lookup(mark("next"), in(5000));
    ASSERT_TRUE(next) << next.error().log_message();
    EXPECT_NE(*next, *pid);
}

TEST_F(PoolTest, TransactionThatLosesAConflictIsTriedOnceMore)
{
    int runs = 0;
    Query<int> query = [&runs](pqxx::work& transaction) -> Result<int> {
        if (++runs == 1)
            transaction.exec0("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40P01'; END $$");
        return mark("again")(transaction);
    };
    auto const done = lookup(std::move(query), in(5000));
    EXPECT_TRUE(done) << done.error().log_message();
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(marks(), "1");
}

TEST_F(PoolTest, AnswersWhetherTheDatabaseIsThereWhileAllConnectionsAreInUse)
{
    std::promise<void> busy;
    std::promise<void> pinged;
    Query<int> hold = [&](pqxx::work&) -> Result<int> {
        busy.set_value();
        pinged.get_future().wait();
        return 0;
    };
    auto const holding = std::async(
        std::launch::async, [&] { return test::run(pool_.lookup<int>(in(10'000), std::move(hold))).has_value(); });
    busy.get_future().wait();
    auto const alive = test::run(pool_.ping(in(3000)));
    EXPECT_TRUE(alive) << alive.error().log_message();
    pinged.set_value();
}

TEST_F(PoolTest, OutageIsOneLineOfTheLog)
{
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    std::size_t unavailable = 0;
    {
        telemetry::Log log(ends[1], telemetry::Level::warning);
        Pool gone({.url = Secret{"host=/nonexistent dbname=x"}, .connections = 1}, metrics_, log);
        for (int i = 0; i < 50; ++i) {
            auto const failed = test::run_on(io_, gone.lookup<int>(in(5000), mark("x")));
            unavailable += !failed && failed.error().code() == ErrorCode::unavailable ? 1 : 0;
        }
    }
    ::close(ends[1]);
    std::string text(65536, '\0');
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(ends[0], text.data(), text.size()), 0)));
    ::close(ends[0]);
    EXPECT_EQ(unavailable, 50U);
    EXPECT_EQ(std::ranges::count(text, '\n'), 1) << text;
}

template <class F>
constexpr bool kIsQuery = std::is_constructible_v<Query<int>, F>;

TEST_F(PoolTest, QueryCannotChangeWhatItsSecondRunNeeds)
{
    auto const constant = [text = std::string("kept")](pqxx::work&) -> Result<int> {
        return static_cast<int>(text.size());
    };
    auto const changing = [text = std::string("kept")](pqxx::work&) mutable -> Result<int> {
        return static_cast<int>(std::string(std::move(text)).size());
    };
    static_assert(kIsQuery<decltype(constant)>);
    static_assert(!kIsQuery<std::remove_const_t<decltype(changing)>>);
}

} // namespace
} // namespace sluice::pg
