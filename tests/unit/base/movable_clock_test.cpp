#include "base/movable_clock.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace sluice {
namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;

class MovableClockTest : public testing::Test {
protected:
    MovableClockTest() { move(0); }
    ~MovableClockTest() override { std::remove(path_.c_str()); }

    /// In place, as a test moves a clock that is in use.
    void move(std::int64_t seconds)
    {
        auto const mode = fs::exists(path_) ? std::ios::in | std::ios::out : std::ios::out;
        std::fstream(path_, mode | std::ios::binary).write(reinterpret_cast<char const*>(&seconds), sizeof seconds);
        fs::permissions(path_, fs::perms::owner_read | fs::perms::owner_write);
    }

    std::string const path_ =
        testing::TempDir() + testing::UnitTest::GetInstance()->current_test_info()->name() + ".clock";
};

TEST_F(MovableClockTest, GoesAsFarAheadAsTheFileSaysAndBackAgain)
{
    auto const clock = MovableClock::open(path_);
    ASSERT_TRUE(clock);
    for (std::int64_t const seconds : {0, 3600, 90'000, -60, 0}) {
        move(seconds);

        auto const before = system_clock::now();
        auto const now = (*clock)->now();
        auto const after = system_clock::now();

        EXPECT_GE(now, before + std::chrono::seconds(seconds)) << seconds;
        EXPECT_LE(now, after + std::chrono::seconds(seconds)) << seconds;
    }
}

TEST_F(MovableClockTest, TwoThatReadOneFileMoveTogether)
{
    auto const one = MovableClock::open(path_);
    auto const other = MovableClock::open(path_);
    ASSERT_TRUE(one && other);

    move(3600);

    EXPECT_GE((*one)->now(), system_clock::now() + std::chrono::minutes(59));
    EXPECT_GE((*other)->now(), system_clock::now() + std::chrono::minutes(59));
}

TEST_F(MovableClockTest, AFileOfAnotherSizeIsRefused)
{
    for (std::uintmax_t const size : {0U, 7U, 9U}) {
        fs::resize_file(path_, size);

        EXPECT_FALSE(MovableClock::open(path_)) << size;
    }
}

TEST_F(MovableClockTest, AFileThatOthersMayWriteIsRefused)
{
    for (auto const others : {fs::perms::group_write, fs::perms::others_write}) {
        fs::permissions(path_, fs::perms::owner_read | fs::perms::owner_write | others);

        EXPECT_FALSE(MovableClock::open(path_));
    }
}

TEST_F(MovableClockTest, WhatIsNoFileIsRefused)
{
    EXPECT_FALSE(MovableClock::open(path_ + ".none"));
    EXPECT_FALSE(MovableClock::open(testing::TempDir()));
}

} // namespace
} // namespace sluice
