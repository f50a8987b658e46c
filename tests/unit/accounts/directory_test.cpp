#include "directory_fixture.hpp"

namespace sluice::accounts {
namespace {

/// Acme is installed in one environment.
class DirectoryTest : public DirectoryFixture {
protected:
    DirectoryTest()
    {
        EnvironmentIntegration row;
        row.id = installation_;
        row.environment = environment_;
        row.integration = definitions_.stored.id;
        installations_.put(row);
        changes_.on_change = [this](snapshots::Change const& change) { callable_.apply(change); };
    }

    NewAccount entered() const
    {
        return {.environment = environment_,
                .environment_integration = installation_,
                .tenant_id = "acme-42",
                .authentication_method = "api_key",
                .region = {},
                .context = {{"email", "me@acme.example"}, {"api_key", "key-123456"}}};
    }
    Account created() { return *test::run(directory_.create(entered(), {}, soon())); }
    Result<Account> change(IntegratedAccountId id, AccountPatch patch)
    {
        return test::run(directory_.change(environment_, id, std::move(patch), {}, soon()));
    }
    Account& row(IntegratedAccountId id) { return rows_.rows.at({environment_, id}).account; }
    json::object secrets_of(IntegratedAccountId id) { return rows_.context_of(environment_, id)->secret; }
    static Deadline soon() { return Deadline::after(std::chrono::hours(1)); }
    static std::string path_of(Error const& error) { return error.failures().empty() ? "" : error.failures()[0].path; }

    EnvironmentIntegrationId const installation_{Uuid{8}};
};

TEST_F(DirectoryTest, ANewAccountIsActiveAndItsSecretsAreSealed)
{
    auto const account = created();
    EXPECT_EQ(account.status, Status::active);
    EXPECT_EQ(account.context, (json::object{{"email", "me@acme.example"}}));
    EXPECT_EQ(secrets_of(account.id), (json::object{{"api_key", "key-123456"}}));
    ASSERT_EQ(changes_.sent.size(), 1U);
    EXPECT_EQ(changes_.sent.front().kind, snapshots::Change::Kind::tenant);
}

TEST_F(DirectoryTest, WhatCannotBeCalledIsNotStored)
{
    auto without_key = entered();
    without_key.context.erase("api_key");
    auto of_nothing = entered();
    of_nothing.environment_integration = EnvironmentIntegrationId{Uuid{9}};
    auto of_no_kind = entered();
    of_no_kind.authentication_method = "telepathy";
    for (auto const& [account, path] : {std::pair{without_key, "context.api_key"},
                                        {of_nothing, "environment_integration_id"},
                                        {of_no_kind, "authentication_method"}}) {
        auto const made = test::run(directory_.create(account, {}, soon()));
        ASSERT_FALSE(made) << path;
        EXPECT_EQ(path_of(made.error()), path);
    }
    EXPECT_TRUE(rows_.rows.empty());
}

TEST_F(DirectoryTest, AChangeKeepsWhatItDoesNotName)
{
    auto const id = created().id;
    auto const changed = change(id, {.tenant_id = "acme-43", .region = std::optional<std::string>("eu")});
    ASSERT_TRUE(changed) << changed.error().public_detail();
    EXPECT_EQ(changed->tenant_id, "acme-43");
    EXPECT_EQ(changed->region, "eu");
    EXPECT_FALSE(changed->is_blocked);
    EXPECT_EQ(changed->generation, 1);
    EXPECT_EQ(change(id, {.region = std::optional<std::string>()})->region, std::nullopt);
    EXPECT_EQ(row(id).tenant_id, "acme-43");
}

TEST_F(DirectoryTest, NewCredentialsBringADeadAccountBackOtherContextDoesNot)
{
    auto const id = created().id;
    row(id).status = Status::needs_reauth;
    row(id).last_error = {{"message", "dead"}};
    EXPECT_EQ(change(id, {.context = json::object{{"note", "x"}}})->status, Status::needs_reauth);
    auto const back = change(id, {.context = json::object{{"api_key", "key-new"}}});
    ASSERT_TRUE(back) << back.error().public_detail();
    EXPECT_EQ(back->status, Status::active);
    EXPECT_TRUE(back->last_error.is_null());
    EXPECT_EQ(back->generation, 2);
    EXPECT_EQ(secrets_of(id).at("api_key"), "key-new");
}

TEST_F(DirectoryTest, AContextThatDoesNotFitChangesNothing)
{
    auto const id = created().id;
    auto const refused = change(id, {.tenant_id = "other", .context = json::object{{"email", nullptr}}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(path_of(refused.error()), "context.email");
    EXPECT_EQ(row(id).tenant_id, "acme-42");
}

TEST_F(DirectoryTest, ReplacedCredentialsMayBeOfAnotherMethod)
{
    auto const id = created().id;
    json::object const client{{"client_id", "mine"},
                              {"client_secret", "s3cret"},
                              {"oauth", json::object{{"token", json::object{{"access_token", "a"}}}}}};
    auto const replaced = test::run(directory_.replace_credentials(
        environment_, id, {.authentication_method = "oauth2_client_credentials", .context = client}, {}, soon()));
    ASSERT_TRUE(replaced) << replaced.error().public_detail();
    EXPECT_EQ(replaced->authentication_method, "oauth2_client_credentials");
    EXPECT_EQ(replaced->generation, 2);
}

TEST_F(DirectoryTest, CredentialsThatTheVendorRefusesAreNotStored)
{
    trial_.said = Error{ErrorCode::reauth_needed, "Invalid API key."};
    auto const made = test::run(directory_.create(entered(), {}, soon()));
    ASSERT_FALSE(made);
    EXPECT_EQ(path_of(made.error()), "context");
    EXPECT_NE(made.error().public_detail().find("Invalid API key."), std::string::npos);
    EXPECT_TRUE(rows_.rows.empty());

    trial_.said = {};
    auto const id = created().id;
    trial_.said = Error{ErrorCode::reauth_needed, "Invalid API key."};
    json::object const key{{"api_key", "key-wrong"}};
    EXPECT_EQ(path_of(change(id, {.context = key}).error()), "context");
    auto const replaced = test::run(directory_.replace_credentials(environment_, id, {.context = key}, {}, soon()));
    EXPECT_EQ(path_of(replaced.error()), "context");
    EXPECT_EQ(trial_.tried.back().at("api_key"), "key-wrong");
    EXPECT_EQ(secrets_of(id).at("api_key"), "key-123456");
    EXPECT_EQ(row(id).generation, 1);
}

TEST_F(DirectoryTest, CredentialsAreNotStoredWhileTheVendorCannotBeAsked)
{
    trial_.said = Error{ErrorCode::upstream_unreachable, "Acme was not reached."};
    auto const made = test::run(directory_.create(entered(), {}, soon()));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), ErrorCode::upstream_unreachable);
    EXPECT_NE(made.error().public_detail().find("verify"), std::string::npos);
    EXPECT_TRUE(rows_.rows.empty());
}

TEST_F(DirectoryTest, TheVendorIsAskedOnlyAboutCredentialsAndOnlyIfWanted)
{
    auto untried = entered();
    untried.verify = false;
    auto const id = test::run(directory_.create(untried, {}, soon()))->id;
    EXPECT_TRUE(change(id, {.context = json::object{{"api_key", "key-2"}}, .verify = false}));
    EXPECT_TRUE(change(id, {.context = json::object{{"note", "x"}}}));
    json::object const key{{"api_key", "key-3"}};
    EXPECT_TRUE(
        test::run(directory_.replace_credentials(environment_, id, {.context = key, .verify = false}, {}, soon())));
    EXPECT_TRUE(trial_.tried.empty());
}

TEST_F(DirectoryTest, AnAccessTokenThatHasEndedIsStoredUntried)
{
    trial_.said = Error{ErrorCode::reauth_needed, "Expired."};
    auto old = entered();
    old.authentication_method = "oauth2";
    old.context = {
        {"oauth",
         json::object{{"token", json::object{{"access_token", "a"},
                                             {"refresh_token", "r"},
                                             {"expires_at", to_rfc3339(clock_.now() - std::chrono::hours(1))}}}}}};
    auto const made = test::run(directory_.create(old, {}, soon()));
    ASSERT_TRUE(made) << made.error().public_detail();
    EXPECT_TRUE(trial_.tried.empty());
}

TEST_F(DirectoryTest, CredentialsThatAreNotRenewedSaySo)
{
    auto const renewed = test::run(directory_.renew(environment_, created().id, {}, soon()));
    ASSERT_FALSE(renewed);
    EXPECT_EQ(renewed.error().code(), ErrorCode::conflict);
    EXPECT_TRUE(client_.requests.empty());
}

TEST_F(DirectoryTest, ATokenForTheBrowserEndsAfterItsTime)
{
    auto const id = created().id;
    auto const minted = test::run(directory_.mint_token(environment_, id, {}, soon()));
    ASSERT_TRUE(minted);
    EXPECT_TRUE(minted->token.reveal().starts_with("slx_acct_"));
    EXPECT_EQ(minted->expires_at, clock_.now() + AccountTokens::kLifetime);
    EXPECT_EQ(tokens_.tokens.at(0).account, id);
}

TEST_F(DirectoryTest, ARemovedAccountIsGoneForThoseWhoHadItCached)
{
    auto const id = created().id;
    ASSERT_TRUE(test::run(callable_.find(environment_, id, soon())));
    ASSERT_TRUE(test::run_on(io_, directory_.remove(environment_, id, {}, soon())));
    EXPECT_EQ(test::run(callable_.find(environment_, id, soon())).error().code(), ErrorCode::not_found);
    EXPECT_EQ(test::run_on(io_, directory_.remove(environment_, id, {}, soon())).error().code(), ErrorCode::not_found);
}

TEST_F(DirectoryTest, WhatARemovedAccountWasGrantedIsRevokedAtTheVendor)
{
    auto by_oauth = entered();
    by_oauth.authentication_method = "oauth2_client_credentials";
    by_oauth.context = {{"client_id", "mine"},
                        {"client_secret", "s3cret"},
                        {"oauth", json::object{{"token", json::object{{"access_token", "granted"}}}}}};
    auto const account = test::run(directory_.create(by_oauth, {}, soon()));
    ASSERT_TRUE(account) << account.error().public_detail();
    client_.answer(200);
    ASSERT_TRUE(test::run_on(io_, directory_.remove(environment_, account->id, {}, soon())));
    io_.restart();
    io_.run();
    ASSERT_EQ(client_.requests.size(), 1U);
    EXPECT_EQ(client_.requests.front().url, "https://acme.example/revoke");
    EXPECT_TRUE(client_.requests.front().body.contains("token=granted")) << client_.requests.front().body;
}

TEST_F(DirectoryTest, ARenewalThatFailsIsNoErrorWhileTheOldCredentialWorks)
{
    auto by_oauth = entered();
    by_oauth.authentication_method = "oauth2_client_credentials";
    by_oauth.context = {{"client_id", "mine"},
                        {"client_secret", "s3cret"},
                        {"oauth", json::object{{"token", json::object{{"access_token", "granted"}}}}}};
    auto const id = test::run(directory_.create(by_oauth, {}, soon()))->id;
    row(id).access_expires_at = clock_.now() + std::chrono::hours(1);
    client_.answer(503);
    EXPECT_TRUE(test::run_on(io_, directory_.renew(environment_, id, {}, soon())));
    clock_.advance(std::chrono::hours(2));
    client_.answer(503);
    EXPECT_FALSE(test::run_on(io_, directory_.renew(environment_, id, {}, soon())));
}

TEST_F(DirectoryTest, RemovingManySkipsWhatIsNotThereAndStopsAtTrouble)
{
    auto const one = created().id;
    auto const two = created().id;
    IntegratedAccountId const none{Uuid{99}};
    auto const gone = test::run_on(io_, directory_.remove_all(environment_, {one, none, two}, {}, soon()));
    ASSERT_TRUE(gone);
    EXPECT_EQ(*gone, (std::vector{one, two}));
    auto const left = created().id;
    rows_.before = [](std::string_view method) -> std::optional<Error> {
        return method == "remove_all" ? std::optional(Error{ErrorCode::unavailable, "down"}) : std::nullopt;
    };
    EXPECT_EQ(test::run_on(io_, directory_.remove_all(environment_, {left}, {}, soon())).error().code(),
              ErrorCode::unavailable);
    EXPECT_TRUE(rows_.rows.contains({environment_, left}));
}

TEST_F(DirectoryTest, AnotherEnvironmentSeesNothing)
{
    auto const id = created().id;
    EnvironmentId const other{Uuid{6}};
    EXPECT_EQ(test::run(directory_.change(other, id, {.is_blocked = true}, {}, soon())).error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(test::run_on(io_, directory_.remove(other, id, {}, soon())).error().code(), ErrorCode::not_found);
    EXPECT_FALSE(row(id).is_blocked);
}

} // namespace
} // namespace sluice::accounts
