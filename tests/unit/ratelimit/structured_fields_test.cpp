#include "ratelimit/structured_fields.hpp"

#include "reading.hpp"

namespace sluice::ratelimit {
namespace {

std::pair<std::string, std::string> written(std::vector<Window> const& windows)
{
    auto fields = structured_fields(windows);
    return {fields.limit, fields.policy};
}

TEST(StructuredFields, HaveAnItemForEachWindow)
{
    EXPECT_EQ(written({{.name = "burst", .limit = 100, .remaining = 12, .reset_s = 4, .length_s = 60},
                       {.name = "points", .unit = "cost", .limit = 2000, .remaining = 3}}),
              (std::pair<std::string, std::string>{R"("burst";r=12;t=4, "points";r=3)",
                                                   R"("burst";q=100;w=60, "points";q=2000;qu="cost")"}));
}

TEST(StructuredFields, LeaveOutWhatIsNotKnown)
{
    EXPECT_EQ(written({}), (std::pair<std::string, std::string>{}));
    EXPECT_EQ(written({{.name = "a", .reset_s = 4, .length_s = 60}}), (std::pair<std::string, std::string>{}));
    EXPECT_EQ(written({{.name = "a", .limit = 5}, {.name = "b", .remaining = 6}}),
              (std::pair<std::string, std::string>{R"("b";r=6)", R"("a";q=5)"}));
}

TEST(StructuredFields, QuoteNames)
{
    EXPECT_EQ(written({{.name = "a\"b\\c\r\n\xc3\xa9", .remaining = 1}}).first, R"("a\"b\\c";r=1)");
}

TEST(StructuredFields, AreReadAsTheyWereWritten)
{
    std::vector<Window> const windows{
        {.name = "a \"b\" \\", .limit = 100, .remaining = 12, .reset_s = 4, .length_s = 60},
        {.name = "bytes", .unit = "content-bytes", .limit = 9, .remaining = 3, .reset_s = 1}};
    auto const fields = structured_fields(windows);
    EXPECT_EQ(reading_of(nullptr, 200, {{"ratelimit", fields.limit}, {"ratelimit-policy", fields.policy}}).windows,
              windows);
}

} // namespace
} // namespace sluice::ratelimit
