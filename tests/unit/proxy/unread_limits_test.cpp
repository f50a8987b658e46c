#include "proxy/unread_limits.hpp"

#include "support/desk_calls.hpp"
#include "support/log_file.hpp"

#include <gtest/gtest.h>

namespace sluice::proxy {
namespace {

using namespace std::chrono_literals;

class UnreadLimitsTest : public testing::Test {
protected:
    static catalog::Integration integration(std::string_view name, IntegrationId id)
    {
        catalog::Integration integration;
        integration.name = name;
        integration.id = id;
        return integration;
    }
    std::uint64_t counted(std::string_view label)
    {
        return registry_
            .counter("sluice_ratelimit_unread_total", "Vendor answers with a limit header that could not be read.",
                     {{"integration", std::string(label)}})
            .value();
    }

    test::LogFile file_;
    telemetry::Registry registry_;
    UnreadLimits unread_{registry_, file_.log()};
    Timestamp now_{std::chrono::seconds{1795176000}};
};

TEST_F(UnreadLimitsTest, AreCountedByABoundedLabel)
{
    auto const builtin = integration("gorgias", catalog::builtin_id("gorgias"));
    auto const imitation = integration("gorgias", IntegrationId{Uuid{1}});
    auto with_vendor = integration("ours", IntegrationId{Uuid{2}});
    with_vendor.limit_vendor = ratelimit::find_vendor("github");
    unread_.note(builtin, "x-left", "?", now_);
    unread_.note(imitation, "x-left", "?", now_);
    unread_.note(with_vendor, "x-left", "?", now_);
    unread_.note(with_vendor, "x-left", "?", now_);
    EXPECT_EQ(counted("gorgias"), 1U);
    EXPECT_EQ(counted("custom"), 1U);
    EXPECT_EQ(counted("github"), 2U);
}

TEST_F(UnreadLimitsTest, AreLoggedOnceAnHourForEachIntegration)
{
    auto const one = integration("one", IntegrationId{Uuid{1}});
    auto const two = integration("two", IntegrationId{Uuid{2}});
    unread_.note(one, "x-left", "a few", now_);
    unread_.note(one, "x-left", "a few", now_ + 1h - 1s);
    unread_.note(two, "x-left", "a few", now_ + 1h - 1s);
    EXPECT_EQ(file_.lines().size(), 2U);
    unread_.note(one, "x-left", "a few", now_ + 1h);
    ASSERT_EQ(file_.lines().size(), 3U);
    auto const line = json::parse(file_.lines()[0]);
    EXPECT_EQ(line->at("integration"), "one");
    EXPECT_EQ(line->at("header"), "x-left");
    EXPECT_EQ(line->at("value"), "a few");
    EXPECT_EQ(line->at("level"), "warning");
}

TEST_F(UnreadLimitsTest, OfManyIntegrationsAreStillBounded)
{
    for (unsigned char high = 0; high < 8; ++high)
        for (int low = 0; low < 256; ++low) {
            Uuid id{};
            id[0] = high;
            id[1] = static_cast<unsigned char>(low);
            unread_.note(integration("many", IntegrationId{id}), "x-left", "?", now_);
        }
    EXPECT_EQ(counted("custom"), 2048U);
    EXPECT_EQ(file_.lines().size(), 1025U) << "those without room share a line";
}

TEST_F(UnreadLimitsTest, LongValuesAreNotLogged)
{
    unread_.note(integration("one", IntegrationId{Uuid{1}}), "x-left", std::string(40, 'a'), now_);
    unread_.note(integration("two", IntegrationId{Uuid{2}}), "x-left", std::string(41, 'b'), now_);
    EXPECT_NE(file_.text().find(std::string(40, 'a')), std::string::npos);
    EXPECT_EQ(file_.text().find("bb"), std::string::npos);
}

TEST(UnreadLimitsOfACall, AreCountedAndSecretsStayOutOfTheLog)
{
    test::DeskCalls desk;
    auto const account = desk.callable(desk.connect());
    auto const& method = *account->installed->integration->find("tickets", "get");
    for (int i = 0; i < 2; ++i) {
        auto answer = test::vendor_answer(200, R"({"id":7})");
        answer.headers.add("x-calls", "key-123456");
        desk.vendor.answers.emplace_back(std::move(answer));
        catalog::CallParts parts;
        parts.path.emplace_back("id", "7");
        ASSERT_TRUE(test::run_on(desk.io, desk.caller.call(account, method, std::move(parts), nullptr, test::soon())));
    }
    EXPECT_NE(desk.registry.text().find("sluice_ratelimit_unread_total{integration=\"custom\"} 2\n"), std::string::npos)
        << desk.registry.text();
    auto const text = desk.log_file.text();
    auto const line = text.find("limit header");
    EXPECT_NE(line, std::string::npos) << text;
    EXPECT_EQ(text.find("limit header", line + 1), std::string::npos) << "one line an hour";
    EXPECT_NE(text.find("x-calls"), std::string::npos);
    EXPECT_EQ(text.find("key-123456"), std::string::npos);
}

} // namespace
} // namespace sluice::proxy
