// How a connection goes from its start to its end, and what becomes of its link and its account.
#include "connecting/connector.hpp"
#include "connection_fixture.hpp"

namespace sluice::store {
namespace {

using accounts::Status;
using connecting::Connection;
using connecting::ConnectionStatus;
using connecting::LinkToken;

class ConnectingTest : public ConnectionStoreTest {
protected:
    crypto::TokenHash hash(std::string const& secret) { return crypto::hash_token(keyring_, secret); }
    [[nodiscard]] Timestamp in_an_hour() const
    {
        return std::chrono::floor<std::chrono::microseconds>(clock_.now()) + std::chrono::hours(1);
    }
    Connection connection(std::optional<LinkTokenId> link, std::string const& state = "state")
    {
        Connection made;
        made.environment = environment_;
        made.link_token = link;
        made.tenant_id = "acme";
        made.environment_integration = installation_.id;
        made.authentication_method = "oauth2";
        made.expires_at = in_an_hour();
        return must(test::run(store_.connections().create(made, hash(state), {}, soon())));
    }
    Connection exchanging(std::optional<LinkTokenId> link)
    {
        auto made = connection(link);
        must(test::run(store_.connections().begin_exchange(environment_, made.id, soon())));
        return made;
    }
    Connection read(ConnectionId id) { return must(test::run(store_.connections().find(environment_, id, soon()))); }
    /// What the vendor gave, for a new account.
    [[nodiscard]] Account given() const
    {
        Account made;
        made.environment = environment_;
        made.environment_integration = installation_.id;
        made.tenant_id = "acme";
        made.authentication_method = "oauth2";
        return made;
    }
    Result<Account> store(std::optional<ConnectionId> of, std::optional<LinkTokenId> link)
    {
        Context const context{{{"subdomain", "acme"}}, {{"api_key", "planted"}}};
        return test::run(store_.connections().store_account(of, link, given(), context, {}, soon()));
    }
    Result<Account> settle(std::optional<ConnectionId> of, std::optional<LinkTokenId> link, Account const& account,
                           Status status, json::value error = nullptr)
    {
        return test::run(
            store_.connections().settle(environment_, of, link, account.id, status, std::move(error), soon()));
    }
    Result<void> bind(ConnectionId id, std::string const& browser, std::vector<crypto::Digest> known = {})
    {
        return test::run(
            store_.connections().bind_browser(environment_, id, crypto::sha256(browser), std::move(known), soon()));
    }
    [[nodiscard]] std::string jobs_of_connections() const
    {
        return database_.value("SELECT count(*) FROM jobs WHERE kind = 'connection'");
    }

    EnvironmentId const environment_ = environment("e");
    accounts::EnvironmentIntegration const installation_ = installed(environment_);
};

TEST_F(ConnectingTest, ALinkTokenComesBackAsWritten)
{
    LinkToken wanted;
    wanted.environment = environment_;
    wanted.tenant_id = "acme";
    wanted.account = account(environment_).id;
    wanted.is_reconnect = true;
    wanted.persist_previous_context = true;
    wanted.integration = "gorgias";
    wanted.scopes = {"read", "write"};
    wanted.redirect_uri = "https://acme.example/done";
    wanted.region = "eu";
    wanted.context = json::object{{"subdomain", "acme"}};
    wanted.expires_at = in_an_hour();
    wanted.id = must(test::run(store_.connections().create_link(wanted, hash("link"), {}, soon()))).id;
    auto const read = must(test::run(store_.connections().resolve_link({hash("link")}, soon())));
    EXPECT_EQ(read.id, wanted.id);
    EXPECT_EQ(read.environment, wanted.environment);
    EXPECT_EQ(read.tenant_id, wanted.tenant_id);
    EXPECT_EQ(read.account, wanted.account);
    EXPECT_TRUE(read.is_reconnect);
    EXPECT_TRUE(read.persist_previous_context);
    EXPECT_EQ(read.integration, wanted.integration);
    EXPECT_EQ(read.scopes, wanted.scopes);
    EXPECT_EQ(read.redirect_uri, wanted.redirect_uri);
    EXPECT_EQ(read.region, wanted.region);
    EXPECT_EQ(read.context, wanted.context);
    EXPECT_FALSE(read.browser);
    EXPECT_FALSE(read.is_used);
    EXPECT_EQ(read.expires_at, wanted.expires_at);
    EXPECT_GT(read.created_at, clock_.now() - std::chrono::minutes(1));
    EXPECT_EQ(test::run(store_.connections().resolve_link({hash("other")}, soon())).error().code(),
              ErrorCode::not_found);
}

TEST_F(ConnectingTest, ALinkTokenThatSaysLittleComesBackSo)
{
    link(environment_, hash("link"));
    auto const read = must(test::run(store_.connections().resolve_link({hash("link")}, soon())));
    EXPECT_FALSE(read.account);
    EXPECT_FALSE(read.is_reconnect);
    EXPECT_FALSE(read.persist_previous_context);
    EXPECT_FALSE(read.integration);
    EXPECT_FALSE(read.scopes);
    EXPECT_FALSE(read.redirect_uri);
    EXPECT_FALSE(read.region);
}

TEST_F(ConnectingTest, AConnectionComesBackAsWritten)
{
    auto const of = link(environment_, hash("link"));
    Connection wanted;
    wanted.environment = environment_;
    wanted.link_token = of.id;
    wanted.tenant_id = "acme";
    wanted.account = account(environment_).id;
    wanted.is_reconnect = true;
    wanted.persist_previous_context = true;
    wanted.environment_integration = installation_.id;
    wanted.authentication_method = "oauth2";
    wanted.region = "eu";
    wanted.redirect_uri = "https://acme.example/done";
    wanted.context = json::object{{"subdomain", "acme"}};
    wanted.verifier = "planted-verifier";
    wanted.nonce = "planted-nonce";
    wanted.scopes = {"read", "write"};
    wanted.expires_at = in_an_hour();
    auto const made = must(test::run(store_.connections().create(wanted, hash("state"), {}, soon())));
    for (auto const& each :
         {made, read(made.id), must(test::run(store_.connections().resolve_state({hash("state")}, soon())))}) {
        EXPECT_EQ(each.id, made.id);
        EXPECT_EQ(each.environment, wanted.environment);
        EXPECT_EQ(each.link_token, wanted.link_token);
        EXPECT_EQ(each.tenant_id, wanted.tenant_id);
        EXPECT_EQ(each.account, wanted.account);
        EXPECT_TRUE(each.is_reconnect);
        EXPECT_TRUE(each.persist_previous_context);
        EXPECT_EQ(each.environment_integration, wanted.environment_integration);
        EXPECT_EQ(each.authentication_method, wanted.authentication_method);
        EXPECT_EQ(each.region, wanted.region);
        EXPECT_EQ(each.redirect_uri, wanted.redirect_uri);
        EXPECT_EQ(each.status, ConnectionStatus::initiated);
        EXPECT_TRUE(each.error.is_null());
        EXPECT_EQ(each.context, wanted.context);
        EXPECT_EQ(each.verifier, wanted.verifier);
        EXPECT_EQ(each.nonce, wanted.nonce);
        EXPECT_EQ(each.scopes, wanted.scopes);
        EXPECT_FALSE(each.browser);
        EXPECT_EQ(each.expires_at, wanted.expires_at);
        EXPECT_GT(each.created_at, clock_.now() - std::chrono::minutes(1));
    }
    EXPECT_EQ(test::run(store_.connections().resolve_state({hash("other")}, soon())).error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(database_.value("SELECT count(*) FROM connections c WHERE c::text LIKE '%planted%'"), "0");
}

TEST_F(ConnectingTest, AConnectionIsExchangedOnce)
{
    auto const made = connection(std::nullopt);
    EXPECT_EQ(jobs_of_connections(), "1") << "should nobody come back";
    must(test::run(store_.connections().begin_exchange(environment_, made.id, soon())));
    EXPECT_EQ(read(made.id).status, ConnectionStatus::exchanging);
    EXPECT_EQ(database_.value("SELECT count(*) FROM jobs WHERE kind = 'connection' AND due < now() + "
                              "interval '10 minutes'"),
              "1")
        << "should this process end in the middle";
    EXPECT_EQ(test::run(store_.connections().begin_exchange(environment_, made.id, soon())).error().code(),
              ErrorCode::conflict);
}

TEST_F(ConnectingTest, AnAccountThatWorksEndsItsConnectionAndUsesUpItsLink)
{
    auto const of = link(environment_, hash("link"));
    auto const made = exchanging(of.id);
    auto const stored = must(store(made.id, of.id));
    EXPECT_EQ(stored.status, Status::connecting);
    EXPECT_EQ(read(made.id).status, ConnectionStatus::validating);
    EXPECT_EQ(read(made.id).account, stored.id);
    EXPECT_EQ(must(settle(made.id, of.id, stored, Status::active)).status, Status::active);
    EXPECT_EQ(read(made.id).status, ConnectionStatus::active);
    EXPECT_TRUE(read(made.id).error.is_null());
    EXPECT_EQ(jobs_of_connections(), "0");
    EXPECT_TRUE(must(test::run(store_.connections().resolve_link({hash("link")}, soon()))).is_used);
    EXPECT_EQ(store(std::nullopt, of.id).error().code(), ErrorCode::conflict);
    EXPECT_EQ(count("integrated_accounts"), "1");
}

TEST_F(ConnectingTest, AnAccountThatDoesNotWorkLeavesItsLinkForAnotherTryOfTheSameAccount)
{
    auto const of = link(environment_, hash("link"));
    auto const made = exchanging(of.id);
    auto const stored = must(store(made.id, of.id));
    json::object const error{{"error_type", "validation"}, {"message", "It does not answer."}};
    auto const settled = must(settle(made.id, of.id, stored, Status::validation_error, error));
    EXPECT_EQ(settled.status, Status::validation_error);
    EXPECT_EQ(settled.last_error, error);
    EXPECT_EQ(read(made.id).status, ConnectionStatus::failed);
    EXPECT_EQ(read(made.id).error, error);
    auto const known = must(test::run(store_.connections().resolve_link({hash("link")}, soon())));
    EXPECT_FALSE(known.is_used);
    EXPECT_EQ(known.account, stored.id);
    EXPECT_EQ(must(store(std::nullopt, of.id)).id, stored.id);
    EXPECT_EQ(count("integrated_accounts"), "1");
}

TEST_F(ConnectingTest, ReconnectingKeepsTheAccountAndMovesItsGeneration)
{
    auto const old = account(environment_);
    auto again = given();
    again.id = old.id;
    again.authentication_method = "api_key";
    again.region = "us";
    Context const context{{{"subdomain", "other"}}, {{"api_key", "new"}}};
    auto const stored =
        must(test::run(store_.connections().store_account(std::nullopt, std::nullopt, again, context, {}, soon())));
    EXPECT_EQ(stored.id, old.id);
    EXPECT_EQ(stored.status, Status::connecting);
    EXPECT_EQ(stored.authentication_method, "api_key");
    EXPECT_EQ(stored.region, "us");
    EXPECT_EQ(stored.generation, old.generation + 1);
    auto const state = must(test::run(store_.accounts().load_state(environment_, old.id, soon())));
    EXPECT_EQ(must(accounts::open_context(state.account, state.key)).secret.at("api_key"), "new");
}

TEST_F(ConnectingTest, AConnectionThatWasGivenUpStoresNothing)
{
    auto const made = exchanging(std::nullopt);
    json::object const error{{"error_type", "denied"}, {"message", "The customer said no."}};
    must(test::run(store_.connections().fail(environment_, made.id, error, soon())));
    EXPECT_EQ(read(made.id).status, ConnectionStatus::failed);
    EXPECT_EQ(read(made.id).error, error);
    EXPECT_EQ(jobs_of_connections(), "0");
    EXPECT_EQ(store(made.id, std::nullopt).error().code(), ErrorCode::conflict);
    EXPECT_EQ(count("integrated_accounts"), "0");
}

TEST_F(ConnectingTest, AConnectionBelongsToTheBrowserThatGoesToTheVendor)
{
    auto const of = link(environment_, hash("link"));
    auto const made = connection(of.id);
    must(bind(made.id, "mine"));
    EXPECT_EQ(read(made.id).browser, crypto::sha256("mine"));
    EXPECT_EQ(must(test::run(store_.connections().resolve_link({hash("link")}, soon()))).browser,
              crypto::sha256("mine"));
    EXPECT_EQ(bind(made.id, "theirs").error().code(), ErrorCode::conflict);
    EXPECT_EQ(bind(connection(of.id, "another").id, "theirs").error().code(), ErrorCode::conflict)
        << "the link is another browser's";
    must(bind(made.id, "newer", {crypto::sha256("older"), crypto::sha256("mine")}));
    EXPECT_EQ(read(made.id).browser, crypto::sha256("newer"));
    EXPECT_EQ(bind(ConnectionId{uuid_v7(clock_.now())}, "mine").error().code(), ErrorCode::not_found);
}

TEST_F(ConnectingTest, AConnectionOfALinkThatWasUsedMeanwhileIsBoundToNobody)
{
    auto const of = link(environment_, hash("link"));
    auto const late = connection(of.id, "late");
    must(settle(std::nullopt, of.id, must(store(std::nullopt, of.id)), Status::active));
    EXPECT_EQ(bind(late.id, "mine").error().code(), ErrorCode::conflict);
    EXPECT_FALSE(read(late.id).browser);
}

} // namespace
} // namespace sluice::store
