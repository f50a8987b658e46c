#include "proxy/preview.hpp"

#include "support/desk_calls.hpp"

#include <gtest/gtest.h>

namespace sluice::proxy {
namespace {

class PreviewTest : public ::testing::Test {
protected:
    Result<json::object> preview(std::string_view method, std::optional<std::string_view> body, bool has_id = true)
    {
        auto const account = desk_.callable(account_);
        catalog::CallParts parts;
        if (has_id)
            parts.path.emplace_back("id", "7");
        if (body)
            parts.body = *json::parse(*body);
        return test::run_on(desk_.io, proxy::preview(desk_.caller, account,
                                                     *account->installed->integration->find("tickets", method),
                                                     std::move(parts), test::soon()));
    }

    test::DeskCalls desk_;
    IntegratedAccountId const account_ = desk_.connect();
};

TEST_F(PreviewTest, ShowsTheRequestWithoutTheCredential)
{
    auto const shown = test::must(preview("create", R"({"subject":"Bug"})", false));
    EXPECT_EQ(shown.at("dry_run"), true);
    auto const& request = shown.at("request");
    EXPECT_EQ(request.at("method"), "POST");
    EXPECT_EQ(request.at("url"), "https://acme.desk.example/api/tickets");
    EXPECT_EQ(request.at("body"), (json::object{{"subject", "Bug"}}));
    EXPECT_EQ(request.at("headers").at("authorization"), "[redacted]");
    EXPECT_EQ(json::to_text(shown).find("key-123456"), std::string::npos);
    EXPECT_EQ(shown.at("changes"), nullptr) << "there is no item to read";
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

TEST_F(PreviewTest, ShowsWhatAWriteChangesOfTheItem)
{
    desk_.vendor.answer(200, R"({"id":7,"status":"open","subject":"Bug"})");
    auto const shown = test::must(preview("update", R"({"status":"closed","subject":"Bug","note":"x"})"));
    EXPECT_EQ(shown.at("changes"), *json::parse(R"({"status":{"from":"open","to":"closed"},"note":{"to":"x"}})"));
    ASSERT_EQ(desk_.vendor.requests.size(), 1U) << "one read and no write";
    EXPECT_EQ(desk_.vendor.requests.front().method, http::Method::get);
    EXPECT_EQ(desk_.vendor.requests.front().url, "https://acme.desk.example/api/tickets/7");
}

TEST_F(PreviewTest, ShowsWhatIsDeleted)
{
    desk_.vendor.answer(200, R"({"id":7,"subject":"Bug"})");
    auto const shown = test::must(preview("delete", std::nullopt));
    EXPECT_EQ(shown.at("changes"), *json::parse(R"({"deleted":{"id":7,"subject":"Bug"}})"));
    EXPECT_EQ(shown.at("request").at("body"), nullptr);
}

TEST_F(PreviewTest, ShowsNoChangesOfWhatMayNotBeReadOrIsNoObject)
{
    desk_.vendor.answer(403, R"({"message":"Not yours."})");
    EXPECT_EQ(test::must(preview("update", R"({"status":"closed"})")).at("changes"), nullptr);
    desk_.vendor.answer(200, "[]");
    EXPECT_EQ(test::must(preview("update", R"({"status":"closed"})")).at("changes"), nullptr);
    desk_.vendor.answer(200, R"({"id":7})");
    EXPECT_EQ(test::must(preview("update", R"(["closed"])")).at("changes"), json::object{});
}

TEST_F(PreviewTest, SaysThatTheItemIsNotThere)
{
    desk_.vendor.answer(404, R"({"message":"No ticket."})");
    auto const gone = preview("update", "{}");
    EXPECT_EQ(gone.error().code(), ErrorCode::not_found);
    EXPECT_EQ(gone.error().public_detail(), "The item could not be read: No ticket.");
    desk_.vendor.answer(500, R"({"message":"Oops."})");
    EXPECT_EQ(preview("update", "{}").error().code(), ErrorCode::upstream_failed);
    desk_.vendor.fail({ErrorCode::upstream_timeout, "Too slow."});
    EXPECT_EQ(preview("update", "{}").error().code(), ErrorCode::upstream_timeout);
}

TEST_F(PreviewTest, OfASandboxIsNoWayAround)
{
    desk_.rows.rows.at({desk_.environment, account_}).account.is_sandbox = true;
    EXPECT_EQ(preview("update", "{}").error().code(), ErrorCode::not_allowed);
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

TEST_F(PreviewTest, RefusesWhatTheCallWouldRefuse)
{
    EXPECT_EQ(preview("update", "{}", false).error().code(), ErrorCode::invalid_argument);
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

/// The part of a preview's request that shows where the credential goes.
json::value shown_as(std::string const& authorization)
{
    test::DeskCalls desk(catalog::test::replaced(
        catalog::test::kManifest,
        R"({format: basic, config: {username: "{{context.email}}", password: "{{context.api_key}}"}})", authorization));
    auto const account = desk.callable(desk.connect());
    return test::must(test::run_on(desk.io, preview(desk.caller, account,
                                                    *account->installed->integration->find("tickets", "create"), {},
                                                    test::soon())))
        .at("request");
}

TEST(PreviewOfCredentials, ShowsWhereTheyGo)
{
    auto const header = shown_as(R"({format: header, config: {name: X-Key, token: "{{context.api_key}}"}})");
    EXPECT_TRUE(json::to_text(header.at("headers")).contains(R"("x-key":"[redacted]")") ||
                json::to_text(header.at("headers")).contains(R"("X-Key":"[redacted]")"))
        << json::to_text(header);
    auto const query = shown_as(R"({format: query, config: {name: key, token: "{{context.api_key}}"}})");
    EXPECT_TRUE(std::string_view(query.at("url").get_string()).ends_with("?key=%5Bredacted%5D")) << query;
}

} // namespace
} // namespace sluice::proxy
