#include "tenancy/keyring_watch.hpp"

#include "support/clock.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::tenancy {
namespace {

class FakeKeys final : public KeyRepository {
public:
    Task<Result<void>> announce_replica(Replica replica, Deadline) override
    {
        announced.push_back(std::move(replica));
        if (on_announced)
            on_announced();
        co_return Result<void>{};
    }
    Task<Result<void>> forget_replica(Uuid, Deadline) override { co_return Result<void>{}; }
    Task<Result<std::vector<Replica>>> replicas(Deadline) override { co_return announced; }
    Task<Result<std::vector<KeyUse>>> uses(Deadline) override { co_return std::vector<KeyUse>{}; }
    Task<Result<std::size_t>> rewrap(EnvironmentId, Author, Deadline) override { co_return std::size_t{0}; }
    Task<Result<std::size_t>> rewrap(TeamId, Author, Deadline) override { co_return std::size_t{0}; }
    Task<Result<std::vector<TeamId>>> teams(Deadline) override { co_return std::vector<TeamId>{}; }
    Task<Result<std::size_t>> shred(EnvironmentId, Author, Deadline) override { co_return std::size_t{0}; }

    std::vector<Replica> announced;
    std::function<void()> on_announced;
};

class KeyringWatchTest : public testing::Test {
protected:
    KeyringWatchTest()
    {
        std::string name = (std::filesystem::temp_directory_path() / "sluice-keyring-XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
        file_ = (directory_ / "keyring.json").string();
    }
    ~KeyringWatchTest() override { std::filesystem::remove_all(directory_); }

    void watch()
    {
        watch_ = std::make_unique<KeyringWatch>(keyring_, file_, repository_, "here", files_, clock_, log_);
        asio::co_spawn(io_, watch_->run_forever(), asio::detached);
    }

    std::filesystem::path directory_;
    std::string file_;
    test::FakeClock clock_;
    telemetry::Log log_{::open("/dev/null", O_WRONLY | O_CLOEXEC), telemetry::Level::error};
    crypto::Keyring keyring_ = crypto::Keyring::generate();
    FakeKeys repository_;
    asio::io_context io_{1};
    WorkerPool files_{1, 10};
    std::unique_ptr<KeyringWatch> watch_;
};

TEST_F(KeyringWatchTest, AnnouncesTheKeysOfTheFile)
{
    std::ofstream(file_) << keyring_.serialise().reveal();
    repository_.on_announced = [this] { io_.stop(); };

    watch();
    io_.run();

    ASSERT_EQ(repository_.announced.size(), 1U);
    EXPECT_EQ(repository_.announced.front().key_ids, keyring_.ids());
}

TEST_F(KeyringWatchTest, AFileThatHangsHoldsUpNothingElseOnTheThread)
{
    ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0); // Opening it waits for a writer.
    bool is_other_work_done = false;

    watch();
    asio::post(io_, [&] { is_other_work_done = true; });
    // One writer at the end lets whoever reads go on; without a reader there is nobody to let go.
    asio::post(io_, [&] {
        int writer = -1;
        while (writer < 0)
            writer = ::open(file_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        ::close(writer);
        io_.stop();
    });
    io_.run();

    EXPECT_TRUE(is_other_work_done);
}

} // namespace
} // namespace sluice::tenancy
