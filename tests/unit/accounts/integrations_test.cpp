#include "accounts/integrations.hpp"

#include "support/fake_integrations.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <future>

namespace sluice::accounts {
namespace {

/// Has every definition there is, all the same, and counts how often it is read.
class CountingIntegrations final : public IntegrationRepository {
public:
    Task<Result<std::vector<StoredIntegration>>> list(EnvironmentId environment, Deadline deadline) override
    {
        return inner_.list(environment, deadline);
    }
    Task<Result<StoredIntegration>> find(EnvironmentId, IntegrationId id, Deadline deadline) override
    {
        return load(id, deadline);
    }
    Task<Result<StoredIntegration>> load(IntegrationId id, Deadline) override
    {
        ++loads;
        auto stored = inner_.stored;
        stored.id = id;
        co_return stored;
    }
    Task<Result<bool>> publish(StoredIntegration integration, tenancy::Author author, Deadline deadline) override
    {
        return inner_.publish(std::move(integration), std::move(author), deadline);
    }
    Task<Result<void>> remove(TeamId team, IntegrationId id, tenancy::Author author, Deadline deadline) override
    {
        return inner_.remove(team, id, std::move(author), deadline);
    }

    int loads = 0;

private:
    test::FakeIntegrations inner_;
};

class IntegrationsTest : public ::testing::Test {
protected:
    /// Nothing is compiled until `release`.
    void hold()
    {
        std::promise<void> held;
        ASSERT_TRUE(workers_.post([&held, gate = gate_.get_future().share()](std::size_t) {
            held.set_value();
            gate.wait();
        }));
        held.get_future().wait();
    }
    void release() { gate_.set_value(); }
    static Deadline soon() { return Deadline::after(std::chrono::seconds(30)); }

    void ask(asio::io_context& io, IntegrationId id, Deadline deadline = soon())
    {
        asio::co_spawn(io, asking(id, deadline), asio::detached);
    }
    Task<void> asking(IntegrationId id, Deadline deadline)
    {
        answers_.push_back(co_await integrations_.install(id, 1, {}, {}, deadline));
    }
    /// Asks and drops what comes.
    void install(int number)
    {
        Uuid id{};
        id.back() = static_cast<std::uint8_t>(number);
        ask(one_, IntegrationId{id});
        one_.restart();
        one_.run();
        answers_.clear();
    }

    asio::io_context one_{1};
    asio::io_context two_{1};
    std::promise<void> gate_;
    WorkerPool workers_{1, 100};
    CountingIntegrations rows_;
    Integrations integrations_{rows_, workers_};
    std::vector<Result<InstalledPtr>> answers_;
};

TEST_F(IntegrationsTest, CompileOnceHoweverManyThreadsAskAtOnce)
{
    hold();
    for (auto* io : {&one_, &two_})
        for (int i = 0; i < 10; ++i)
            ask(*io, IntegrationId{Uuid{1}});
    one_.poll();
    two_.poll();
    EXPECT_EQ(rows_.loads, 1);
    EXPECT_EQ(workers_.queued(), 1U);
    release();
    for (auto* io : {&one_, &two_}) {
        io->restart();
        io->run();
    }
    ASSERT_EQ(answers_.size(), 20U);
    for (auto const& answer : answers_) {
        ASSERT_TRUE(answer);
        EXPECT_EQ(*answer, *answers_.front());
    }
}

TEST_F(IntegrationsTest, KeepWhatWasNotReadyInTimeForWhoAsksLater)
{
    hold();
    ask(one_, IntegrationId{Uuid{1}}, Deadline{Deadline::clock::time_point::min()});
    one_.run();
    ASSERT_EQ(answers_.size(), 1U);
    EXPECT_EQ(answers_.front().error().code(), ErrorCode::unavailable);
    release();
    std::promise<void> done;
    ASSERT_TRUE(workers_.post([&done](std::size_t) { done.set_value(); }));
    done.get_future().wait();
    ask(one_, IntegrationId{Uuid{1}});
    one_.restart();
    one_.run();
    ASSERT_EQ(answers_.size(), 2U);
    EXPECT_TRUE(answers_.back());
    EXPECT_EQ(rows_.loads, 1);
}

TEST_F(IntegrationsTest, KeepOnlyTheDocumentsThatWereUsedLast)
{
    for (int number = 1; number <= 20; ++number)
        install(number);
    EXPECT_EQ(rows_.loads, 20);
    install(20);
    EXPECT_EQ(rows_.loads, 20);
    install(1);
    EXPECT_EQ(rows_.loads, 21);
}

} // namespace
} // namespace sluice::accounts
