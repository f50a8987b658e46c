#include "calllog/recorder.hpp"

#include "base/json.hpp"
#include "support/call_log.hpp"
#include "support/clock.hpp"
#include "support/log_file.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::calllog {
namespace {

class RecorderTest : public ::testing::Test {
protected:
    asio::io_context io_{1};
    test::FakeClock clock_;
    test::LogFile log_file_;
    telemetry::Registry registry_;
    test::CallLog log_{io_, clock_, registry_, log_file_.log()};
    Origin origin_{.type = RequestType::tool, .request_id = "req_1", .server = McpServerId{Uuid{3}}, .tool = "get_x"};
};

TEST_F(RecorderTest, WritesEveryColumnOfARow)
{
    auto const id = log_.recorder.record({.environment = EnvironmentId{Uuid{7}},
                                          .origin = origin_,
                                          .account = IntegratedAccountId{Uuid{9}},
                                          .tenant_id = "acme",
                                          .resource = "tickets",
                                          .url = "https://desk.example/tickets/1",
                                          .status = 429,
                                          .duration = std::chrono::microseconds(1500),
                                          .result_count = 12,
                                          .error = "too\tmany\ncalls \\"});
    auto const rows = log_.rows();
    ASSERT_EQ(rows.size(), 1U);
    auto const& row = rows.front();
    ASSERT_EQ(row.size(), std::size_t{test::kLogColumns});
    EXPECT_EQ(row[test::kLogEnvironment], to_hex(Uuid{7}));
    EXPECT_EQ(row[test::kLogId], to_hex(id.uuid()));
    EXPECT_EQ(row[test::kLogType], "1");
    EXPECT_EQ(row[test::kLogRequestType], "tool");
    EXPECT_EQ(row[test::kLogTenant], "acme");
    EXPECT_EQ(row[test::kLogIntegration], "NULL");
    EXPECT_EQ(row[test::kLogStatus], "429");
    EXPECT_EQ(row[test::kLogDuration], "1500");
    EXPECT_EQ(row[test::kLogCount], "12");
    EXPECT_EQ(row[test::kLogError], "too\tmany\ncalls \\");
    EXPECT_EQ(row[test::kLogServer], to_hex(Uuid{3}));
    EXPECT_EQ(row[test::kLogTool], "get_x");
}

/// Found by its `x-request-id`, with its reason, by whoever runs Sluice.
TEST_F(RecorderTest, ACallThatFailedIsALineOfTheLog)
{
    log_.recorder.record({.environment = EnvironmentId{Uuid{7}}, .origin = origin_});
    auto const id = log_.recorder.record({.environment = EnvironmentId{Uuid{7}},
                                          .origin = origin_,
                                          .tenant_id = "acme",
                                          .integration = "desk",
                                          .resource = "tickets",
                                          .method = "get",
                                          .status = 502,
                                          .error = "The vendor failed.",
                                          .fault = Fault::vendor,
                                          .vendor_status = 500,
                                          .vendor_request_id = "abc"});
    auto const text = log_file_.text();
    EXPECT_EQ(std::ranges::count(text, '\n'), 1) << text;
    auto const line = json::parse(text);
    ASSERT_TRUE(line) << text;
    auto const& fields = line->as_object();
    EXPECT_EQ(fields.at("level"), "warning");
    EXPECT_EQ(fields.at("message"), "vendor call failed");
    EXPECT_EQ(fields.at("request_id"), "req_1");
    EXPECT_EQ(fields.at("error"), "The vendor failed.");
    EXPECT_EQ(fields.at("fault"), "vendor");
    EXPECT_EQ(fields.at("vendor_status"), 500);
    EXPECT_EQ(fields.at("vendor_request_id"), "abc");
    EXPECT_EQ(fields.at("log_id").as_string(), id.str());
    EXPECT_EQ(fields.at("tenant_id"), "acme");
    EXPECT_EQ(fields.at("method"), "tickets.get");
    EXPECT_EQ(fields.at("tool"), "get_x");
}

TEST_F(RecorderTest, TheIdHasTheTimeOfTheCall)
{
    auto const id = log_.recorder.record({.environment = EnvironmentId{Uuid{7}}, .origin = origin_});
    EXPECT_EQ(time_of(id.uuid()), std::chrono::floor<std::chrono::milliseconds>(clock_.now()));
}

TEST_F(RecorderTest, BytesThatPostgresqlRefusesDoNotReachIt)
{
    origin_.client_name = std::string("a\0b\xff", 4);
    log_.recorder.record({.environment = EnvironmentId{Uuid{7}}, .origin = origin_});
    auto const name = log_.rows().at(0).at(test::kLogClientName);
    EXPECT_EQ(name.find('\0'), std::string::npos);
    EXPECT_EQ(name.find('\xff'), std::string::npos);
    EXPECT_TRUE(name.starts_with("ab"));
}

TEST_F(RecorderTest, ACallIsASpanOfItsTrace)
{
    Pipe spans(io_, {.ring_bytes = 1UL << 16, .gather = std::chrono::milliseconds(0)});
    std::uint64_t taken = 0;
    std::uint64_t rows_taken = 0;
    Recorder recorder(&log_.pipe.add(rows_taken), &spans.add(taken), clock_, log_file_.log());
    auto parent = telemetry::TraceContext::begin();
    parent.is_sampled = true;
    recorder.record({.environment = EnvironmentId{Uuid{7}},
                     .origin = origin_,
                     .integration = "desk",
                     .resource = "tickets",
                     .method = "get",
                     .status = 500,
                     .error = "say \"no\"",
                     .span = parent.child()});
    spans.close();
    auto const batch = test::run_on(io_, spans.next());
    ASSERT_TRUE(batch);
    ASSERT_TRUE(batch->rows.ends_with(','));
    auto const span = json::parse(batch->rows.substr(0, batch->rows.size() - 1));
    ASSERT_TRUE(span) << batch->rows;
    auto const& object = span->as_object();
    EXPECT_EQ(object.at("name"), "desk tickets.get");
    EXPECT_EQ(object.at("kind"), 3);
    EXPECT_EQ(object.at("status").at("code"), 2);
    EXPECT_EQ(object.at("traceId").as_string().size(), 32U);
    EXPECT_EQ(object.at("parentSpanId").as_string().size(), 16U);
}

TEST_F(RecorderTest, WithoutATraceThereIsNoSpan)
{
    Pipe spans(io_, {.ring_bytes = 1UL << 16, .gather = std::chrono::milliseconds(0)});
    std::uint64_t taken = 0;
    std::uint64_t rows_taken = 0;
    Recorder recorder(&log_.pipe.add(rows_taken), &spans.add(taken), clock_, log_file_.log());
    recorder.record({.environment = EnvironmentId{Uuid{7}}, .origin = origin_});
    EXPECT_EQ(taken, 0U);
}

} // namespace
} // namespace sluice::calllog
