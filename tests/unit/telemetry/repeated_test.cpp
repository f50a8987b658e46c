#include "telemetry/repeated.hpp"

#include "support/log_file.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::telemetry {
namespace {

using namespace std::chrono_literals;

TEST(RepeatedTest, WritesTheFirstAtOnceAndThenOneLineAMinuteThatSaysHowMany)
{
    test::LogFile file;
    Repeated repeated(file.log(), Level::warning, "it is down");
    Repeated::Steady::time_point now{};
    for (int second = 0; second <= 120; ++second, now += 1s)
        repeated.write({ErrorCode::unavailable, "gone"}, now);
    auto const lines = file.lines();
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_TRUE(lines[0].ends_with(R"("times":1})")) << lines[0];
    EXPECT_TRUE(lines[1].ends_with(R"("times":60})")) << lines[1];
    EXPECT_TRUE(lines[2].ends_with(R"("times":60})")) << lines[2];
}

} // namespace
} // namespace sluice::telemetry
