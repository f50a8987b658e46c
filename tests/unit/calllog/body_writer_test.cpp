#include "calllog/body_writer.hpp"

#include "support/call_log.hpp"
#include "support/log_file.hpp"

#include <gtest/gtest.h>

namespace sluice::calllog {
namespace {

class BodyWriterTest : public ::testing::Test {
protected:
    void add(EnvironmentId environment, std::size_t size = 10)
    {
        writer_.add({environment, LogEntryId{Uuid{1}}, std::string(size, 'x'), "", std::chrono::hours(1)});
    }
    void settle()
    {
        io_.restart();
        io_.poll();
    }

    asio::io_context io_{1};
    test::LogFile log_file_;
    telemetry::Registry registry_;
    telemetry::Counter& lost_ = registry_.counter("lost", "Of this test.");
    test::FakeLog repository_;
    BodyWriter writer_{io_, repository_, lost_, log_file_.log()};
    EnvironmentId const one_{Uuid{7}};
    EnvironmentId const two_{Uuid{8}};
};

TEST_F(BodyWriterTest, StoresAgainAfterItHasStored)
{
    for (std::size_t turn = 1; turn <= 3; ++turn) {
        add(one_);
        settle();
        EXPECT_EQ(repository_.kept.size(), turn) << "also if the database answers at once";
    }
}

TEST_F(BodyWriterTest, AnEnvironmentLeavesRoomForOthers)
{
    // Nothing is stored before `settle`.
    for (int i = 0; i < 2000; ++i)
        add(one_, 16 * 1024);
    EXPECT_GT(lost_.value(), 0U);
    auto const before = lost_.value();
    add(two_, 16 * 1024);
    EXPECT_EQ(lost_.value(), before);
    settle();
    EXPECT_EQ(repository_.kept.size() + lost_.value(), 2001U);
}

} // namespace
} // namespace sluice::calllog
