#include "telemetry/log.hpp"

#include "base/json.hpp"
#include "base/timestamp.hpp"
#include "support/log_file.hpp"
#include "support/must.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

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

} // namespace
} // namespace sluice::telemetry
