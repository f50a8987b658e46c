// What a vendor call leaves in the call log.
#include "support/desk_calls.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

namespace sluice::proxy {
namespace {

class CallRecorderTest : public ::testing::Test {
protected:
    Result<Outcome> call(std::string_view name, calllog::Origin const* origin,
                         std::optional<std::string_view> body = {})
    {
        auto state =
            test::must(test::run_on(desk_.io, desk_.rows.load_state(desk_.environment, account_, test::soon())));
        state.log_bodies_for = kept_for_;
        auto const account = test::must(
            test::run_on(desk_.io, accounts::make_callable(desk_.integrations, std::move(state), test::soon())));
        catalog::CallParts parts;
        parts.path.emplace_back("id", "7");
        if (body)
            parts.body = *json::parse(*body);
        return test::run_on(desk_.io,
                            desk_.caller.call(account, *account->installed->integration->find("tickets", name),
                                              std::move(parts), nullptr, test::soon(), {.origin = origin}));
    }

    test::DeskCalls desk_;
    IntegratedAccountId const account_ = desk_.connect();
    std::chrono::hours kept_for_{};
    calllog::Origin origin_{.type = calllog::RequestType::proxy, .request_id = "req_1"};
};

TEST_F(CallRecorderTest, ACallIsWrittenWithItsAnswer)
{
    desk_.vendor.answer(200, R"({"id":7})");
    test::must(call("get", &origin_));
    auto const rows = desk_.call_log.rows();
    ASSERT_EQ(rows.size(), 1U);
    auto const& row = rows[0];
    EXPECT_EQ(row[test::kLogEnvironment], to_hex(desk_.environment.uuid()));
    EXPECT_EQ(row[test::kLogHttpMethod], "GET");
    EXPECT_TRUE(row[test::kLogUrl].ends_with("/tickets/7")) << row[test::kLogUrl];
    EXPECT_EQ(row[test::kLogStatus], "200");
    EXPECT_EQ(row[test::kLogError], "NULL");
}

TEST_F(CallRecorderTest, AFailureIsWrittenWithoutWhatWasSentAndWithoutSecrets)
{
    desk_.vendor.answer(422, R"({"error":{"msg":"planted-value is no status; key=planted-key"}})");
    test::must(call("update", &origin_, R"({"status":"planted-value"})"));
    auto const error = desk_.call_log.rows().at(0).at(test::kLogError);
    EXPECT_NE(error, "NULL");
    EXPECT_EQ(error.find("planted"), std::string::npos) << error;
}

TEST_F(CallRecorderTest, AVendorThatCannotBeReachedIsAnEntryToo)
{
    desk_.vendor.answers.emplace_back(Error{ErrorCode::upstream_unreachable, "The vendor cannot be reached."});
    EXPECT_FALSE(call("get", &origin_));
    auto const rows = desk_.call_log.rows();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0][test::kLogStatus], "502");
    EXPECT_EQ(rows[0][test::kLogError], "The vendor cannot be reached.");
}

TEST_F(CallRecorderTest, WithoutAnOriginThereIsNoEntry)
{
    desk_.vendor.answer(200, R"({"id":7})");
    test::must(call("get", nullptr));
    EXPECT_TRUE(desk_.call_log.rows().empty());
}

TEST_F(CallRecorderTest, TheVendorGetsTheTraceOnlyIfItIsRecorded)
{
    desk_.vendor.answer(200, R"({"id":7})");
    test::must(call("get", &origin_));
    EXPECT_FALSE(desk_.vendor.requests.at(0).headers.contains("traceparent"));
    origin_.span = *telemetry::TraceContext::below("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    desk_.vendor.answer(200, R"({"id":7})");
    test::must(call("get", &origin_));
    EXPECT_TRUE(desk_.vendor.requests.at(1)
                    .headers.find("traceparent")
                    .value_or("")
                    .starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    EXPECT_EQ(desk_.call_log.rows().back().at(test::kLogTrace), "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST_F(CallRecorderTest, BodiesAreKeptOnlyWhereTheEnvironmentWantsThem)
{
    desk_.vendor.answer(200, R"({"id":7})");
    test::must(call("update", &origin_, R"({"status":"open"})"));
    EXPECT_TRUE(desk_.call_log.repository.kept.empty());
    kept_for_ = std::chrono::hours(24);
    desk_.vendor.answer(200, R"({"id":7,"api_key":"planted"})");
    test::must(call("update", &origin_, R"({"status":"open","password":"planted"})"));
    desk_.settle();
    ASSERT_EQ(desk_.call_log.repository.kept.size(), 1U);
    auto const& kept = desk_.call_log.repository.kept[0];
    EXPECT_EQ(kept.request, R"({"status":"open","password":"…"})");
    EXPECT_EQ(kept.response, R"({"id":7,"api_key":"…"})");
    EXPECT_EQ(kept.kept, std::chrono::hours(24));
}

} // namespace
} // namespace sluice::proxy
