#include "telemetry/log.hpp"

#include "base/json.hpp"
#include "base/timestamp.hpp"
#include "support/log_file.hpp"
#include "support/must.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace sluice::telemetry {
namespace {

class LogTest : public ::testing::Test {
protected:
    /// The only line there is, as JSON.
    json::object line()
    {
        auto const lines = file_.lines();
        EXPECT_EQ(lines.size(), 1U);
        return lines.empty() ? json::object{} : test::must(json::parse(lines.front())).as_object();
    }

    test::LogFile file_{Level::info};
};

TEST_F(LogTest, WritesEachKindOfFieldAsItsKindOfJson)
{
    file_.log().write(
        Level::info, "call \"done\"",
        {{"text", "a\nb"}, {"number", std::int64_t{-7}}, {"share", 0.12345}, {"yes", true}, {"no", false}});
    auto const written = line();
    EXPECT_EQ(written.at("level"), "info");
    EXPECT_EQ(written.at("message"), "call \"done\"");
    EXPECT_EQ(written.at("text"), "a\nb");
    EXPECT_EQ(written.at("number"), -7);
    EXPECT_EQ(written.at("share"), 0.123) << "three digits";
    EXPECT_EQ(written.at("yes"), true);
    EXPECT_EQ(written.at("no"), false);
}

TEST_F(LogTest, SaysWhenToTheMillisecond)
{
    auto const before = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    file_.log().write(Level::info, "now");
    auto const after = std::chrono::system_clock::now();
    auto const time = parse_timestamp(line().at("time").as_string());
    ASSERT_TRUE(time);
    EXPECT_LE(before, *time);
    EXPECT_LE(*time, after);
}

TEST_F(LogTest, WritesNullForWhatIsNoNumber)
{
    file_.log().write(Level::info, "odd", {{"share", std::numeric_limits<double>::infinity()}});
    EXPECT_TRUE(line().at("share").is_null());
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsThreshold)
{
    file_.log().write(Level::debug, "small");
    file_.log().write(Level::debug, "small", Error{ErrorCode::internal, "x"});
    file_.log().write(Level::warning, "large");
    EXPECT_EQ(line().at("message"), "large");
    EXPECT_FALSE(file_.log().enabled(Level::debug));
    EXPECT_TRUE(file_.log().enabled(Level::info));
}

TEST_F(LogTest, WritesAnErrorsTextForTheLogAndNotTheOneForTheCaller)
{
    Error const error(ErrorCode::upstream_failed, "The vendor failed.", "connection to 10.0.0.1 was reset");
    file_.log().write(Level::error, "call failed", error, {{"attempt", std::int64_t{2}}});
    auto const written = line();
    EXPECT_EQ(written.at("level"), "error");
    EXPECT_EQ(written.at("code"), "upstream_failed");
    EXPECT_EQ(written.at("detail"), "connection to 10.0.0.1 was reset");
    EXPECT_EQ(written.at("attempt"), 2);
}

TEST_F(LogTest, CutsLongTextsBetweenCharactersAndMendsWhatIsNoUtf8)
{
    std::string const text = std::string(1999, 'a') + "ü";
    file_.log().write(Level::info, "cut", {{"long", text}, {"broken", "a\xff"}});
    auto const written = line();
    EXPECT_EQ(written.at("long"), json::value(std::string(1999, 'a')));
    EXPECT_EQ(written.at("broken"), "a\xef\xbf\xbd");
}

TEST_F(LogTest, CountsALineThatDoesNotFitAndGoesOn)
{
    std::string const huge(1024 * 1024, 'k');
    file_.log().write(Level::info, "too much", {{huge, true}});
    file_.log().write(Level::info, "next");
    EXPECT_EQ(file_.log().dropped(), 1U);
    EXPECT_EQ(line().at("message"), "next");
}

TEST_F(LogTest, WritesTheRestWhenItEnds)
{
    file_.log().write(Level::warning, "last words");
    file_.end();
    EXPECT_EQ(line().at("message"), "last words");
}

TEST_F(LogTest, GoesOnWhenNobodyReadsIt)
{
    Log log(-1);
    log.write(Level::info, "unheard");
    log.flush();
    EXPECT_EQ(log.dropped(), 0U);
}

/// A log at a pipe whose reader comes late. Neither side waits for the other.
class LogAtAPipeTest : public ::testing::Test {
protected:
    LogAtAPipeTest() { EXPECT_EQ(::pipe2(ends_.data(), O_NONBLOCK | O_CLOEXEC), 0); }
    ~LogAtAPipeTest() override
    {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    LogAtAPipeTest(LogAtAPipeTest const&) = delete;
    LogAtAPipeTest& operator=(LogAtAPipeTest const&) = delete;

    /// Writes lines numbered from 0, of about 1 KiB each.
    static void write_lines(Log& log, std::int64_t count)
    {
        std::string const filling(1000, 'x');
        for (std::int64_t i = 0; i < count; ++i)
            log.write(Level::info, "line", {{"number", i}, {"filling", filling}});
    }
    /// The numbers of the lines that come until no more do. Each must be whole.
    std::vector<std::int64_t> read_lines(Log& log)
    {
        std::string text;
        std::array<char, 4096> room{};
        for (bool is_more = true; is_more;) {
            is_more = false;
            log.flush();
            for (ssize_t got = 0; (got = ::read(ends_[0], room.data(), room.size())) > 0; is_more = true)
                text.append(room.data(), static_cast<std::size_t>(got));
        }
        std::vector<std::int64_t> numbers;
        std::istringstream in(text);
        for (std::string line; std::getline(in, line);)
            numbers.push_back(test::must(json::parse(line)).at("number").as_int64());
        return numbers;
    }

    std::array<int, 2> ends_{};
};

TEST_F(LogAtAPipeTest, KeepsWhatAFullPipeDoesNotTake)
{
    constexpr std::int64_t kLines = 300; // A pipe holds 64 KiB.
    Log log(ends_[1]);
    write_lines(log, kLines);
    log.flush();
    auto const numbers = read_lines(log);
    ASSERT_EQ(numbers.size(), static_cast<std::size_t>(kLines));
    for (std::int64_t i = 0; i < kLines; ++i)
        EXPECT_EQ(numbers[static_cast<std::size_t>(i)], i);
    EXPECT_EQ(log.dropped(), 0U);
}

TEST_F(LogAtAPipeTest, WaitsALittleForAReaderWhenItEnds)
{
    constexpr std::ptrdiff_t kLines = 300; // A pipe holds 64 KiB.
    auto log = std::make_unique<Log>(ends_[1]);
    write_lines(*log, kLines);
    std::string text;
    std::thread reader([&] {
        std::array<char, 4096> room{};
        pollfd waiting{.fd = ends_[0], .events = POLLIN, .revents = 0};
        while (::poll(&waiting, 1, -1) > 0 && (waiting.revents & POLLIN) != 0)
            if (auto const got = ::read(ends_[0], room.data(), room.size()); got > 0)
                text.append(room.data(), static_cast<std::size_t>(got));
    });
    log.reset();
    ::close(std::exchange(ends_[1], -1)); // The reader has the rest, and then no writer.
    reader.join();
    EXPECT_EQ(std::ranges::count(text, '\n'), kLines);
}

TEST_F(LogAtAPipeTest, CountsEachLineThatDidNotFitWhileNobodyRead)
{
    constexpr std::int64_t kLines = 4000; // The pipe and two buffers hold little more than 2 MiB.
    Log log(ends_[1]);
    write_lines(log, kLines);
    log.flush();
    auto const numbers = read_lines(log);
    EXPECT_GT(log.dropped(), 0U);
    EXPECT_EQ(numbers.size() + log.dropped(), static_cast<std::size_t>(kLines));
}

} // namespace
} // namespace sluice::telemetry
