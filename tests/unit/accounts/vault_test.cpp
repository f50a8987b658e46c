#include "accounts/vault.hpp"

#include "support/desk_calls.hpp"

#include <gtest/gtest.h>

namespace sluice::accounts {
namespace {

using namespace std::chrono_literals;
using catalog::test::replaced;

/// How the desk's API key is sent.
constexpr auto kAuthorization =
    R"({format: basic, config: {username: "{{context.email}}", password: "{{context.api_key}}"}})";

class VaultTest : public ::testing::Test {
protected:
    /// The desk's account, changed before it was read.
    CallableAccountPtr account(std::function<void(Account&)> const& change = [](Account&) {})
    {
        auto const id = desk_.connect();
        change(desk_.rows.rows.at({desk_.environment, id}).account);
        return desk_.callable(id);
    }
    Result<Credential> credential(std::function<void(Account&)> const& change)
    {
        return desk_.vault.credential(*account(change));
    }

    test::DeskCalls desk_;
};

/// The credential of an account whose definition sends it so.
Credential sent_as(std::string const& authorization)
{
    test::DeskCalls desk(replaced(catalog::test::kManifest, kAuthorization, authorization));
    return test::must(desk.vault.credential(*desk.callable(desk.connect())));
}

TEST_F(VaultTest, MakesACredentialAsTheDefinitionSays)
{
    auto const basic = sent_as(kAuthorization);
    EXPECT_EQ(basic.header, "authorization");
    EXPECT_EQ(basic.value.reveal(), "Basic " + base64(bytes_of("me@acme.example:key-123456")));
    auto const bearer = sent_as(R"({format: bearer, config: {token: "{{context.api_key}}"}})");
    EXPECT_EQ(bearer.header, "authorization");
    EXPECT_EQ(bearer.value.reveal(), "Bearer key-123456");
    auto const header = sent_as(R"({format: header, config: {name: X-Key, token: "k {{context.api_key}}"}})");
    EXPECT_EQ(to_lower(header.header), "x-key");
    EXPECT_TRUE(header.query.empty());
    EXPECT_EQ(header.value.reveal(), "k key-123456");
    auto const query = sent_as(R"({format: query, config: {name: key, token: "{{context.api_key}}"}})");
    EXPECT_TRUE(query.header.empty());
    EXPECT_EQ(query.query, "key");
    EXPECT_EQ(query.value.reveal(), "key-123456");
}

TEST_F(VaultTest, GivesNoCredentialOfAnAccountThatMayNotBeCalled)
{
    EXPECT_EQ(credential([](Account& row) { row.is_blocked = true; }).error().code(), ErrorCode::unavailable);
    for (auto const status : {Status::connecting, Status::needs_reauth, Status::post_install_error})
        EXPECT_EQ(credential([&](Account& row) { row.status = status; }).error().code(), ErrorCode::reauth_needed);
    desk_.rows.installations[EnvironmentIntegrationId{Uuid{8}}].is_enabled = false;
    EXPECT_EQ(desk_.vault.credential(*account()).error().code(), ErrorCode::forbidden);
}

TEST_F(VaultTest, SaysWhatToDoAboutADeadAccount)
{
    auto const by_patch = credential([](Account& row) { row.status = Status::needs_reauth; }).error().public_detail();
    EXPECT_TRUE(by_patch.starts_with("The desk account of tenant acme is not usable (status needs_reauth). It has to "
                                     "be connected again"))
        << by_patch;
    desk_.rows.installations[EnvironmentIntegrationId{Uuid{8}}].reconnect_url = "https://dev.example/again?a=1";
    auto const dead = account([](Account& row) { row.status = Status::needs_reauth; });
    auto const url = "https://dev.example/again?a=1&integrated_account_id=" + dead->account.id.str();
    EXPECT_TRUE(desk_.vault.credential(*dead).error().public_detail().ends_with("again at " + url));
}

TEST_F(VaultTest, GivesNoCredentialOfAMethodThatIsNoLongerOffered)
{
    auto const error = credential([](Account& row) { row.authentication_method = "session"; }).error();
    EXPECT_EQ(error.code(), ErrorCode::reauth_needed);
    EXPECT_NE(error.public_detail().find("no longer offers"), std::string::npos);
}

TEST_F(VaultTest, GivesNoAccessTokenFromItsEndOn)
{
    auto const id = desk_.connect();
    auto& row = desk_.rows.rows.at({desk_.environment, id}).account;
    Context context{row.context, json::parse(R"({"oauth":{"token":{"access_token":"t"}}})")->get_object()};
    row.authentication_method = "oauth2";
    row.access_expires_at = desk_.clock.now() + 1min;
    desk_.rows.put(row, context);
    auto const account = desk_.callable(id);
    EXPECT_EQ(desk_.vault.credential(*account)->value.reveal(), "Bearer t");
    desk_.clock.advance(1min - 1ms);
    EXPECT_TRUE(desk_.vault.credential(*account));
    desk_.clock.advance(1ms);
    auto const error = desk_.vault.credential(*account).error();
    EXPECT_EQ(error.code(), ErrorCode::reauth_needed);
    EXPECT_NE(error.public_detail().find("has expired"), std::string::npos);
}

TEST_F(VaultTest, ReportsACredentialThatIsIncompleteOrDoesNotOpen)
{
    auto const id = desk_.connect();
    auto& row = desk_.rows.rows.at({desk_.environment, id}).account;
    auto const sealed = row.sealed;
    desk_.rows.put(row, {row.context, {}});
    auto const incomplete = desk_.vault.credential(*desk_.callable(id)).error();
    EXPECT_EQ(incomplete.code(), ErrorCode::internal);
    EXPECT_EQ(incomplete.public_detail(), "A stored credential is incomplete.");
    row.sealed = sealed;
    row.sealed.back() ^= 1;
    EXPECT_EQ(desk_.vault.credential(*desk_.callable(id)).error().code(), ErrorCode::internal);
}

TEST_F(VaultTest, DoesNotOpenASealOfAnotherAccount)
{
    auto moved = *account();
    EXPECT_TRUE(desk_.vault.credential(moved));
    moved.place = sealing_place(IntegratedAccountId{uuid_of_name("other")});
    EXPECT_EQ(desk_.vault.credential(moved).error().code(), ErrorCode::internal);
}

TEST_F(VaultTest, ACallRenewsATokenThatEndsWithinHalfAMinute)
{
    auto const now = desk_.clock.now();
    auto const due = [&](std::function<void(Account&)> const& change) {
        return desk_.vault.is_renewal_due(*account([&](Account& row) {
            row.refresh_due_at = now - 1min;
            row.access_expires_at = now + 1min;
            change(row);
        }));
    };
    EXPECT_FALSE(due([](Account&) {})) << "the worker has time for it";
    EXPECT_TRUE(due([&](Account& row) { row.access_expires_at = now + 30s; }));
    EXPECT_FALSE(due([&](Account& row) { row.access_expires_at = now + 31s; }));
    EXPECT_FALSE(due([&](Account& row) {
        row.access_expires_at = now + 10s;
        row.refresh_due_at = now + 1s;
    })) << "a short token is renewed when it is due";
    EXPECT_TRUE(due([&](Account& row) {
        row.access_expires_at = now;
        row.refresh_due_at = now + 1s;
    }));
    EXPECT_FALSE(due([](Account& row) { row.refresh_due_at.reset(); }));
    EXPECT_FALSE(due([](Account& row) { row.access_expires_at.reset(); }));
    EXPECT_FALSE(due([&](Account& row) {
        row.access_expires_at = now;
        row.status = Status::needs_reauth;
    }));
    desk_.rows.installations[EnvironmentIntegrationId{Uuid{8}}].is_enabled = false;
    EXPECT_FALSE(due([&](Account& row) { row.access_expires_at = now; }));
}

TEST_F(VaultTest, AnAddressIsMadeOfTheVisibleContext)
{
    auto const desk = catalog::test::desk();
    EXPECT_EQ(render_base_url(*desk, {{"subdomain", "acme"}}).value(), "https://acme.desk.example");
    EXPECT_EQ(render_base_url(*desk, {}).error().code(), ErrorCode::invalid_argument);
    EXPECT_FALSE(render_base_url(*desk, {{"subdomain", ""}}));
}

} // namespace
} // namespace sluice::accounts
