#include "telemetry/trace_context.hpp"

#include <gtest/gtest.h>

namespace sluice::telemetry {
namespace {

// The examples of W3C Trace Context, section 3.2.
constexpr char kParent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContextTest, ASpanBelowAnotherHasItsTraceAndItsFlag)
{
    auto const span = TraceContext::below(kParent);
    ASSERT_TRUE(span);
    EXPECT_TRUE(span->is_sampled);
    auto const text = span->traceparent();
    EXPECT_TRUE(text.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    EXPECT_TRUE(text.ends_with("-01"));
    EXPECT_NE(text, kParent);
    EXPECT_EQ(span->parent_id[7], 0xb7);
}

TEST(TraceContextTest, AChildIsBelow)
{
    auto const root = TraceContext::begin();
    auto const child = root.child();
    EXPECT_EQ(child.trace_id, root.trace_id);
    EXPECT_EQ(child.parent_id, root.span_id);
    EXPECT_NE(child.span_id, root.span_id);
    EXPECT_TRUE(root.traceparent().ends_with("-00"));
}

TEST(TraceContextTest, AWrongOneIsIgnored)
{
    for (char const* text : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                             "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                             "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                             "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01"})
        EXPECT_FALSE(TraceContext::below(text)) << text;
    EXPECT_TRUE(TraceContext::below("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later"));
}

} // namespace
} // namespace sluice::telemetry
