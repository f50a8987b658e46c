#include "telemetry/repeated.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

namespace sluice::telemetry {
namespace {

using namespace std::chrono_literals;

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string text_of(std::FILE* file)
{
    std::string text(64 * 1024, '\0');
    std::rewind(file);
    text.resize(std::fread(text.data(), 1, text.size(), file));
    return text;
}

TEST(RepeatedTest, WritesTheFirstAtOnceAndThenOneLineAMinuteThatSaysHowMany)
{
    std::unique_ptr<std::FILE, CloseFile> const file(std::tmpfile());
    Log log(fileno(file.get()));
    Repeated repeated(log, Level::warning, "it is down");
    Repeated::Steady::time_point now{};
    for (int second = 0; second <= 120; ++second, now += 1s)
        repeated.write({ErrorCode::unavailable, "gone"}, now);
    log.flush();
    auto const text = text_of(file.get());
    EXPECT_EQ(std::ranges::count(text, '\n'), 3) << text;
    EXPECT_NE(text.find(R"("times":1})"), std::string::npos) << text;
    auto const second = text.find(R"("times":60})");
    ASSERT_NE(second, std::string::npos) << text;
    EXPECT_NE(text.find(R"("times":60})", second + 1), std::string::npos) << text;
}

} // namespace
} // namespace sluice::telemetry
