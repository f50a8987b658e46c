#include "proxy/preview.hpp"

#include "support/desk_calls.hpp"

#include <gtest/gtest.h>

namespace sluice::proxy {
namespace {

class PreviewTest : public ::testing::Test {
protected:
    Result<Preview> preview(std::string_view method, std::optional<std::string_view> body, bool has_id = true)
    {
        auto const account = desk_.callable(account_);
        catalog::CallParts parts;
        if (has_id)
            parts.path.emplace_back("id", "7");
        if (body)
            parts.body = *json::parse(*body);
        return test::run_on(desk_.io, proxy::preview(desk_.caller, account,
                                                     *account->installed->integration->find("tickets", method), parts,
                                                     nullptr, test::soon()));
    }

    test::DeskCalls desk_;
    IntegratedAccountId const account_ = desk_.connect();
};

TEST_F(PreviewTest, ShowsTheRequestWithoutTheCredential)
{
    auto const shown = test::must(preview("create", R"({"subject":"Bug"})", false));
    auto const& request = shown.request;
    EXPECT_EQ(request.at("method"), "POST");
    EXPECT_EQ(request.at("url"), "https://acme.desk.example/api/tickets");
    EXPECT_EQ(request.at("body"), (json::object{{"subject", "Bug"}}));
    EXPECT_EQ(request.at("headers").at("authorization"), "[redacted]");
    EXPECT_EQ(json::to_text(request).find("key-123456"), std::string::npos);
    EXPECT_EQ(shown.changes, nullptr) << "there is no item to read";
    EXPECT_TRUE(desk_.vendor.requests.empty());
}

TEST_F(PreviewTest, ShowsWhatAWriteChangesOfTheItem)
{
    desk_.vendor.answer(200, R"({"id":7,"status":"open","subject":"Bug"})");
    auto const shown = test::must(preview("update", R"({"status":"closed","subject":"Bug","note":"x"})"));
    EXPECT_EQ(shown.changes,
              *json::parse(R"({"status":{"from":"open","to":"closed"},"note":{"known":false,"to":"x"}})"));
    ASSERT_EQ(desk_.vendor.requests.size(), 1U) << "one read and no write";
    EXPECT_EQ(desk_.vendor.requests.front().method, http::Method::get);
    EXPECT_EQ(desk_.vendor.requests.front().url, "https://acme.desk.example/api/tickets/7");
}

TEST_F(PreviewTest, ShowsWhatIsDeleted)
{
    desk_.vendor.answer(200, R"({"id":7,"subject":"Bug"})");
    auto const shown = test::must(preview("delete", std::nullopt));
    EXPECT_EQ(shown.changes, *json::parse(R"({"deleted":{"id":7,"subject":"Bug"}})"));
    EXPECT_EQ(shown.request.at("body"), nullptr);
}

TEST_F(PreviewTest, SaysThatItIsNotKnownWhatCannotBeRead)
{
    auto const unknown = *json::parse(R"({"status":{"known":false,"to":"closed"}})");
    desk_.vendor.answer(403, R"({"message":"Not yours."})");
    EXPECT_EQ(test::must(preview("update", R"({"status":"closed"})")).changes, unknown);
    desk_.vendor.answer(200, "[]");
    EXPECT_EQ(test::must(preview("update", R"({"status":"closed"})")).changes, unknown);
    desk_.vendor.answer(200, R"({"id":7})");
    EXPECT_EQ(test::must(preview("update", R"(["closed"])")).changes, nullptr);
}

TEST_F(PreviewTest, SaysThatItIsNotKnownWhatTheVendorNeverAnswers)
{
    test::DeskCalls desk(catalog::test::replaced(catalog::test::kManifest, "get: {operation: get-ticket}",
                                                 "get: {operation: get-ticket, unreadable: [secret, http.headers]}"));
    auto const account = desk.callable(desk.connect());
    catalog::CallParts parts;
    parts.path.emplace_back("id", "7");
    parts.body = *json::parse(R"({"secret":"x","http":{"url":"b","headers":{"k":"v"}},"status":"open"})");
    desk.vendor.answer(200, R"({"id":7,"secret":null,"http":{"url":"a"},"status":"closed"})");
    auto const shown = test::must(test::run_on(
        desk.io, proxy::preview(desk.caller, account, *account->installed->integration->find("tickets", "update"),
                                parts, nullptr, test::soon())));
    EXPECT_EQ(shown.changes, *json::parse(R"({"secret":{"known":false,"to":"x"},
        "http":{"from":{"url":"a","headers":"not known"},"to":{"url":"b","headers":{"k":"v"}}},
        "status":{"from":"closed","to":"open"}})"));
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
                                                    nullptr, test::soon())))
        .request;
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
