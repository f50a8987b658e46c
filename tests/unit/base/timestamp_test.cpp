#include "base/timestamp.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Timestamp, ReadsEveryFormWeAccept)
{
    for (auto const* text : {"2026-11-20T12:00:00Z", "2026-11-20t12:00:00z", "2026-11-20 12:00:00",
                             "2026-11-20T12:00:00.000000Z", "2026-11-20T13:00:00+01:00", "2026-11-20T07:30:00-04:30"}) {
        auto const time = parse_timestamp(text);
        ASSERT_TRUE(time) << text;
        EXPECT_EQ(to_rfc3339(*time), "2026-11-20T12:00:00Z") << text;
    }
    EXPECT_EQ(to_rfc3339(*parse_timestamp("2026-11-20T12:00:00.25Z")), "2026-11-20T12:00:00.250Z");
}

TEST(Timestamp, RefusesWhatIsNoTime)
{
    for (auto const* text : {"", "2026-11-20", "2026-02-30T00:00:00Z", "2026-11-20T24:00:00Z", "2026-11-20T12:60:00Z",
                             "1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
                             "2026-11-20T12:00:00.", "2026-11-20T12:00:00.Z", "2026-11-20T12:00:00.1234567890Z",
                             "2026-11-20T12:00:00+25:00", "2026-11-20T12:00:00Zx", "soon"})
        EXPECT_FALSE(parse_timestamp(text)) << text;
}

} // namespace
} // namespace sluice
