#include "accounts/installer.hpp"

#include "support/certificates.hpp"
#include "support/clock.hpp"
#include "support/fake_installations.hpp"
#include "support/fake_integrations.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

namespace sluice::accounts {
namespace {

json::object object(std::string_view text)
{
    return json::parse(text)->get_object();
}

class InstallerTest : public ::testing::Test {
protected:
    EnvironmentIntegration wanted(std::string_view override = "{}") const
    {
        EnvironmentIntegration row;
        row.id = id_;
        row.environment = environment_;
        row.integration = definitions_.stored.id;
        row.override = object(override);
        return row;
    }
    Result<InstallationRepository::Ensured> install(EnvironmentIntegration row)
    {
        return test::run_on(io_, installer_.install(std::move(row), {}, test::soon()));
    }
    Result<EnvironmentIntegration> change(InstallationPatch patch)
    {
        return test::run_on(io_, installer_.change(environment_, id_, std::move(patch), {}, test::soon()));
    }
    std::vector<std::string> mistakes_of(std::string_view override)
    {
        auto const made = install(wanted(override));
        std::vector<std::string> told;
        if (!made)
            for (auto const& failure : made.error().failures())
                told.push_back(failure.path + ": " + failure.message);
        return told;
    }

    asio::io_context io_{1};
    test::FakeClock clock_;
    test::FakeChanges changes_;
    test::FakeAccounts accounts_{changes_, clock_};
    test::FakeInstallations installations_{accounts_};
    test::FakeIntegrations definitions_;
    WorkerPool workers_{1, 100};
    Integrations integrations_{definitions_, workers_};
    http::EgressPolicy egress_;
    Installer installer_{installations_, definitions_, integrations_, egress_, clock_};
    EnvironmentId environment_{Uuid{7}};
    EnvironmentIntegrationId id_{Uuid{8}};
};

constexpr auto kApp = R"({"credentials":{"oauth2":{"client_id":"app","client_secret":"s3cret"}}})";

TEST_F(InstallerTest, TakesTheAppsSecretOutOfTheOverride)
{
    auto const made = test::must(install(wanted(kApp)));
    EXPECT_TRUE(made.created);
    EXPECT_EQ(made.row.app_secret->reveal(), "s3cret");
    EXPECT_EQ(made.row.override, object(R"({"credentials":{"oauth2":{"client_id":"app"}}})"));
}

std::string with_tls(std::string_view ca, std::string_view certificate, std::optional<std::string> const& key)
{
    json::object tls{{"ca", ca}, {"certificate", certificate}};
    if (key)
        tls["key"] = std::string_view(*key);
    return json::to_text(json::object{{"tls", std::move(tls)}});
}

TEST_F(InstallerTest, TakesTheKeyOfAClientCertificateOutOfTheOverride)
{
    auto const ca = test::made_certificate();
    auto const client = test::made_certificate();
    auto const made = test::must(install(wanted(with_tls(ca.certificate, client.certificate, client.key))));
    EXPECT_EQ(made.row.tls_key->reveal(), client.key);
    EXPECT_EQ(made.row.override, object(with_tls(ca.certificate, client.certificate, {})));
    auto const other = test::made_certificate();
    auto const changed =
        test::must(change({.override = object(with_tls(ca.certificate, other.certificate, other.key))}));
    EXPECT_EQ(changed.tls_key->reveal(), other.key);
    EXPECT_EQ(changed.override, object(with_tls(ca.certificate, other.certificate, {})));
    EXPECT_FALSE(test::must(change({.override = changed.override})).tls_key) << "what was read can be sent back";
}

TEST_F(InstallerTest, TellsMistakesInTheTlsSettingsAtTheirPlace)
{
    auto const client = test::made_certificate();
    auto const& [certificate, key] = client;
    auto const with = [](json::object tls) { return json::to_text(json::object{{"tls", std::move(tls)}}); };
    struct Case {
        std::string override;
        std::string told;
    };
    Case const cases[] = {
        {R"({"tls":null})", "override.tls: must be an object with ca, or with certificate and key"},
        {R"({"tls":{}})", "override.tls: must be an object with ca, or with certificate and key"},
        {with({{"ca", 5}}), "override.tls.ca: must be a text in PEM"},
        {with({{"ca", ""}}), "override.tls.ca: must be certificates in PEM"},
        {with({{"ca", certificate + key}}), "override.tls.ca: contains a private key"},
        {with({{"certificate", key + certificate}, {"key", key}}), "override.tls.certificate: contains a private key"},
        {with({{"certificate", certificate}}), "override.tls.key: is required with a new certificate"},
        {with({{"certificate", certificate}, {"key", ""}}), "override.tls.key: must be one private key in PEM"},
        {with({{"certificate", certificate}, {"key", {key}}}), "override.tls.key: must be a text in PEM"},
        {with({{"certificate", certificate}, {"key", nullptr}}), "override.tls.key: must be a text in PEM"},
        {with({{"certificate", certificate}, {"private_key", key}}),
         "override.tls.private_key: is no TLS setting; there are ca, certificate and key"},
        {with({{"ca", certificate}, {"key", key}}), "override.tls.certificate: is required with a key"},
        {with({{"key", key}}), "override.tls.certificate: is required with a key"},
        {with_tls(certificate, test::made_certificate().certificate, key),
         "override.tls.key: is not the key of the certificate"},
    };
    for (auto const& [override, expected] : cases) {
        auto const told = mistakes_of(override);
        ASSERT_EQ(told.size(), 1U) << expected;
        EXPECT_TRUE(told[0].starts_with(expected)) << told[0] << " instead of " << expected;
        EXPECT_FALSE(told[0].contains(key.substr(30, 20))) << "a key is repeated to nobody";
    }
    EXPECT_TRUE(installations_.rows.empty());
    EXPECT_EQ(mistakes_of(with({{"ca", "a"}, {"certificate", "b"}, {"key", key}})).size(), 2U);
}

TEST_F(InstallerTest, RefusesCertificatesThatHaveExpiredByItsClock)
{
    auto const client = test::made_certificate();
    clock_.advance(std::chrono::years(21));
    auto const told = mistakes_of(with_tls(client.certificate, client.certificate, client.key));
    ASSERT_EQ(told.size(), 2U);
    EXPECT_TRUE(told[0].starts_with("override.tls.ca: has expired")) << told[0];
    EXPECT_TRUE(told[1].starts_with("override.tls.certificate: has expired")) << told[1];
}

TEST_F(InstallerTest, GivesWhatIsInstalledAlready)
{
    test::must(install(wanted(kApp)));
    auto again = wanted();
    again.id = EnvironmentIntegrationId{Uuid{9}};
    auto const there = test::must(install(std::move(again)));
    EXPECT_FALSE(there.created);
    EXPECT_EQ(there.row.id, id_);
    EXPECT_TRUE(there.row.override.contains("credentials"));
}

TEST_F(InstallerTest, InstallsOnlyWhatTheEnvironmentMayUse)
{
    auto row = wanted();
    row.integration = IntegrationId{Uuid{5}};
    auto const made = install(std::move(row));
    ASSERT_FALSE(made);
    ASSERT_EQ(made.error().failures().size(), 1U);
    EXPECT_EQ(made.error().failures()[0].path, "integration_id");
    EXPECT_TRUE(installations_.rows.empty());
}

TEST_F(InstallerTest, TellsMistakesAtTheirPlaceInTheOverride)
{
    auto const unknown = mistakes_of(R"({"base":"x"})");
    ASSERT_EQ(unknown.size(), 1U);
    EXPECT_TRUE(unknown[0].starts_with("override.base: ")) << unknown[0];
    auto const nested = mistakes_of(R"({"credentials":{"oauth2":{"scopes":5}}})");
    ASSERT_EQ(nested.size(), 1U);
    EXPECT_TRUE(nested[0].starts_with("override.credentials.oauth2.scopes: ")) << nested[0];
    EXPECT_TRUE(installations_.rows.empty());
}

TEST_F(InstallerTest, RefusesAddressesThatMayNotBeCalled)
{
    for (auto const* url : {"http://acme.example", "https://127.0.0.1", "https://10.0.0.1/api", "ftp://acme.example",
                            "https://[::1]:8443"}) {
        auto const told = mistakes_of(json::to_text(json::object{{"base_url", url}}));
        ASSERT_EQ(told.size(), 1U) << url;
        EXPECT_TRUE(told[0].starts_with("override.base_url: ")) << told[0];
    }
    EXPECT_EQ(mistakes_of(R"({"base_url":"https://{{context.host"})"),
              (std::vector<std::string>{"override.base_url: has a {{ without }}"}));
    EXPECT_TRUE(mistakes_of(R"({"base_url":"https://eu.acme.example/api"})").empty());
}

TEST_F(InstallerTest, APlaceholderStandsForOneLabelOfAnAddress)
{
    auto const told = mistakes_of(R"({"base_url":"https://{{context.a}}.acme.example/{{context.b}}"})");
    for (auto const& each : told)
        EXPECT_FALSE(each.contains("may not be called")) << each;
}

TEST_F(InstallerTest, ChangesWhatIsSaidAndLeavesTheRest)
{
    test::must(install(wanted(kApp)));
    auto const hidden = test::must(change({.show_in_catalog = false}));
    EXPECT_FALSE(hidden.show_in_catalog);
    EXPECT_TRUE(hidden.is_enabled);
    EXPECT_TRUE(hidden.override.contains("credentials"));
    auto const disabled = test::must(change({.override = object("{}"), .is_enabled = false}));
    EXPECT_FALSE(disabled.show_in_catalog);
    EXPECT_FALSE(disabled.is_enabled);
    EXPECT_TRUE(disabled.override.empty());
    auto const new_app = test::must(change({.override = object(kApp)}));
    EXPECT_EQ(new_app.app_secret->reveal(), "s3cret");
    EXPECT_FALSE(new_app.override.at("credentials").at("oauth2").as_object().contains("client_secret"));
}

TEST_F(InstallerTest, ChangesNothingWhereTheOverrideIsWrong)
{
    test::must(install(wanted()));
    auto const changed = change({.override = object(R"({"base_url":"http://x.example"})"), .is_enabled = false});
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().failures()[0].path, "override.base_url");
    EXPECT_TRUE(installations_.rows.at(id_).is_enabled);
    id_ = EnvironmentIntegrationId{Uuid{3}};
    EXPECT_EQ(change({.is_enabled = false}).error().code(), ErrorCode::not_found);
}

} // namespace
} // namespace sluice::accounts
