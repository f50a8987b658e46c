// The key of an installation's client certificate: sealed for its place, and there as long as its certificate.
#include "store_fixture.hpp"

namespace sluice::store {
namespace {

/// An installation with a client certificate, whose key is stored sealed.
class ClientCertificateTest : public StoreTest {
protected:
    static json::object tls(std::string_view certificate)
    {
        return {{"tls", json::object{{"ca", "their ca"}, {"certificate", certificate}}}};
    }
    std::string opened(std::optional<accounts::SealedSecret> const& key)
    {
        return key ? std::string(must(key->key.open(key->place, key->sealed)).reveal()) : "none";
    }
    /// As both who load an installation get it.
    std::string key()
    {
        auto const alone =
            opened(must(test::run(store_.installations().load(row_.environment, row_.id, soon()))).tls_key);
        auto const state = must(test::run(store_.accounts().load_state(row_.environment, account_, soon())));
        EXPECT_EQ(opened(state.tls_key), alone);
        return alone;
    }
    Result<accounts::EnvironmentIntegration> update()
    {
        return test::run(store_.installations().update(row_, {}, soon()));
    }
    void install()
    {
        row_.environment = environment("t", "e");
        row_.integration = catalog::builtin_id("gorgias");
        row_.override = tls("certificate");
        row_.tls_key = Secret{"planted-key"};
        row_ = must(test::run(store_.installations().ensure(row_, {}, soon()))).row;
        accounts::Account made;
        made.environment = row_.environment;
        made.environment_integration = row_.id;
        made.tenant_id = "acme";
        made.authentication_method = "api_key";
        account_ = must(test::run(store_.accounts().create(made, {}, {}, soon()))).id;
    }

    accounts::EnvironmentIntegration row_;
    IntegratedAccountId account_;
};

TEST_F(ClientCertificateTest, KeepsItsKeyAsLongAsItStaysTheSame)
{
    install();
    EXPECT_FALSE(row_.tls_key) << "it is never read back";
    EXPECT_EQ(key(), "planted-key");
    row_.override["tls"].as_object()["ca"] = "another ca";
    row_.override["base_url"] = "https://elsewhere.example";
    must(update());
    EXPECT_EQ(key(), "planted-key") << "a key never leaves, whatever the address is";
    row_.override = tls("another certificate");
    auto const refused = update();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().failures().at(0).path, "override.tls.key");
    row_.override = tls("certificate");
    EXPECT_EQ(key(), "planted-key") << "what is refused changes nothing";
    row_.tls_key = Secret{"new key of the old certificate"};
    must(update());
    EXPECT_EQ(key(), "new key of the old certificate");
    row_.override = tls("another certificate");
    row_.tls_key = Secret{"another key"};
    must(update());
    EXPECT_EQ(key(), "another key");
}

TEST_F(ClientCertificateTest, LosesItsKeyWhenItGoes)
{
    for (auto const& without : {json::object(), json::object{{"tls", json::object{{"ca", "their ca"}}}}}) {
        row_ = {};
        install();
        row_.override = without;
        must(update());
        EXPECT_EQ(key(), "none");
        row_.override = tls("certificate");
        auto const refused = update();
        ASSERT_FALSE(refused) << "it was not only hidden";
        EXPECT_EQ(refused.error().failures().at(0).path, "override.tls.key");
        EXPECT_EQ(database_.value("SELECT count(tls_sealed) + count(tls_data_key_version) FROM "
                                  "environment_integrations"),
                  "0");
        must(test::run(store_.installations().remove(row_.environment, row_.id, {}, soon())));
    }
}

TEST_F(ClientCertificateTest, StandsBesideAnOauthAppAndNeitherTouchesTheOther)
{
    install();
    row_.override["credentials"] = json::object{{"oauth2", json::object{{"client_id", "app"}}}};
    row_.app_secret = Secret{"planted-app-secret"};
    must(update());
    row_.app_secret.reset();
    EXPECT_EQ(key(), "planted-key");
    row_.tls_key = Secret{"another key"};
    must(update());
    auto const state = must(test::run(store_.installations().load(row_.environment, row_.id, soon())));
    EXPECT_EQ(opened(state.app_secret), "planted-app-secret");
    EXPECT_EQ(opened(state.tls_key), "another key");
}

TEST_F(ClientCertificateTest, HasItsKeySealedForItsPlaceAlone)
{
    install();
    EXPECT_EQ(database_.value("SELECT count(*) FROM environment_integrations e WHERE e::text LIKE '%planted%' OR "
                              "position('planted' IN encode(tls_sealed, 'escape')) > 0"),
              "0");
    auto const theirs = environment("t", "other");
    EXPECT_EQ(test::run(store_.installations().load(theirs, row_.id, soon())).error().code(), ErrorCode::not_found);
    EXPECT_EQ(test::run(store_.accounts().load_state(theirs, account_, soon())).error().code(), ErrorCode::not_found);
    // Where the app's secret should be, and in another environment.
    database_.execute("UPDATE environment_integrations SET sealed = tls_sealed, data_key_version = "
                      "tls_data_key_version");
    auto const moved = must(test::run(store_.installations().load(row_.environment, row_.id, soon()))).app_secret;
    EXPECT_FALSE(moved->key.open(moved->place, moved->sealed));
    auto other = row_;
    other.environment = theirs;
    other.tls_key = Secret{"their key"};
    other = must(test::run(store_.installations().ensure(other, {}, soon()))).row;
    database_.execute("UPDATE environment_integrations SET tls_sealed = (SELECT sealed FROM environment_integrations "
                      "WHERE sealed IS NOT NULL)");
    auto const foreign = must(test::run(store_.installations().load(theirs, other.id, soon()))).tls_key;
    EXPECT_FALSE(foreign->key.open(foreign->place, foreign->sealed));
}

TEST_F(ClientCertificateTest, GoesWithTheKeysOfItsEnvironmentAndWithItsInstallation)
{
    install();
    must(test::run(store_.upkeep().keys.shred(row_.environment, {}, soon())));
    EXPECT_EQ(key(), "none");
    row_.is_enabled = false;
    must(update());
    EXPECT_EQ(key(), "none") << "what has to do with no key is changed without one";
    row_.tls_key = Secret{"planted-key"};
    must(update());
    EXPECT_EQ(key(), "planted-key");
    must(test::run(store_.installations().remove(row_.environment, row_.id, {}, soon())));
    EXPECT_EQ(database_.value("SELECT count(tls_sealed) FROM environment_integrations"), "0")
        << "at once, though the row goes later";
}

TEST_F(ClientCertificateTest, IsOpenedAfterTheMasterKeyWasReplaced)
{
    install();
    auto newer = must(crypto::Keyring::parse(keyring_.serialise().reveal()));
    must(newer.activate(newer.add()));
    Store store(pool_, newer, clock_, no_caches_);
    EXPECT_EQ(must(test::run(store.upkeep().keys.rewrap(row_.environment, {}, soon()))), 1U);
    EXPECT_EQ(opened(must(test::run(store.accounts().load_state(row_.environment, account_, soon()))).tls_key),
              "planted-key");
}

} // namespace
} // namespace sluice::store
