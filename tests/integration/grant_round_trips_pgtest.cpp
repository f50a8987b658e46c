// Accounts, what is granted on them and how they are connected: written, and read back by every way of reading.
#include "accounts/vault.hpp"
#include "round_trip_fixture.hpp"

#include <fmt/format.h>

namespace sluice::store {
namespace {

using accounts::Status;

class GrantRoundTripTest : public RoundTripTest {
protected:
    void expect_equal(Account const& read, Account const& wanted) const
    {
        EXPECT_EQ(read.id, wanted.id);
        EXPECT_EQ(read.environment, wanted.environment);
        EXPECT_EQ(read.environment_integration, wanted.environment_integration);
        EXPECT_EQ(read.integration, catalog::builtin_id("gorgias"));
        EXPECT_EQ(read.integration_name, "gorgias");
        EXPECT_EQ(read.integration_category,
                  database_.value("SELECT category FROM integrations WHERE name = 'gorgias'"));
        EXPECT_EQ(read.tenant_id, wanted.tenant_id);
        EXPECT_EQ(read.status, wanted.status);
        EXPECT_EQ(read.authentication_method, wanted.authentication_method);
        EXPECT_EQ(read.region, wanted.region);
        EXPECT_EQ(read.is_sandbox, wanted.is_sandbox);
        EXPECT_EQ(read.is_blocked, wanted.is_blocked);
        EXPECT_EQ(read.context, wanted.context);
        EXPECT_EQ(read.data_key_version, 1U);
        EXPECT_EQ(read.generation, wanted.generation);
        EXPECT_EQ(read.access_expires_at, wanted.access_expires_at);
        EXPECT_EQ(read.refresh_due_at, wanted.refresh_due_at);
        EXPECT_EQ(read.doubts, wanted.doubts);
        EXPECT_EQ(read.last_error, wanted.last_error);
        EXPECT_EQ(read.last_forbidden_error, wanted.last_forbidden_error);
        expect_recent(read.created_at);
        EXPECT_GE(read.updated_at, read.created_at);
    }
    void expect_everywhere(Account const& wanted)
    {
        expect_equal(must(test::run(store_.accounts().find(wanted.environment, wanted.id, soon()))), wanted);
        expect_equal(must(test::run(store_.accounts().list(wanted.environment, {}, soon()))).items.at(0), wanted);
        expect_equal(must(test::run(store_.accounts().load_state(wanted.environment, wanted.id, soon()))).account,
                     wanted);
    }
    std::string secret_of(Account const& of)
    {
        auto const state = must(test::run(store_.accounts().load_state(of.environment, of.id, soon())));
        return std::string(must(accounts::open_context(state.account, state.key)).secret.at("api_key").as_string());
    }
    mcp::McpServer tenant_server(EnvironmentId of, std::string const& secret)
    {
        mcp::McpServer wanted;
        wanted.environment = of;
        wanted.tenant_id = "acme";
        wanted.name = "agent";
        wanted.created_by = "test";
        return must(test::run(store_.servers().create(wanted, hash(secret), {}, soon())));
    }
};

TEST_F(GrantRoundTripTest, AnAccountComesBackAsWritten)
{
    Account wanted;
    wanted.environment = environment("t", "e");
    wanted.environment_integration = installed(wanted.environment).id;
    wanted.tenant_id = "acme";
    wanted.status = Status::active;
    wanted.authentication_method = "oauth2";
    wanted.region = "eu";
    wanted.is_sandbox = true;
    wanted.context = json::object{{"subdomain", "acme"}};
    wanted.access_expires_at = in(std::chrono::hours(2));
    wanted.refresh_due_at = in(std::chrono::hours(1));
    Context const context{wanted.context, {{"api_key", "first"}}};
    auto const made = must(test::run(store_.accounts().create(wanted, context, {}, soon())));
    wanted.id = made.id;
    expect_equal(made, wanted);
    expect_everywhere(wanted);
    EXPECT_EQ(secret_of(wanted), "first");

    accounts::AccountChange const change = [&](Account& row, Context& of) -> Result<void> {
        row.tenant_id = "other";
        row.status = Status::validation_error;
        row.authentication_method = "api_key";
        row.region = "us";
        row.is_sandbox = false;
        row.is_blocked = true;
        row.access_expires_at = in(std::chrono::hours(4));
        row.refresh_due_at.reset();
        row.doubts = {in(std::chrono::seconds(1)), in(std::chrono::seconds(2)), in(std::chrono::seconds(3))};
        row.last_error = json::object{{"message", "an error"}};
        row.last_forbidden_error = json::object{{"message", "a forbidden one"}};
        of.visible["subdomain"] = "other";
        of.secret["api_key"] = "second";
        wanted = row;
        wanted.context = of.visible;
        return {};
    };
    expect_equal(must(test::run(store_.accounts().update(wanted.environment, wanted.id, false, change, {}, soon()))),
                 wanted);
    expect_everywhere(wanted);
    EXPECT_EQ(secret_of(wanted), "second");
}

TEST_F(GrantRoundTripTest, NewCredentialsMoveTheGenerationAndForgetDoubts)
{
    auto const made = account(environment("t", "e"));
    accounts::AccountChange const doubt = [&](Account& row, Context&) -> Result<void> {
        row.doubts.grant_refused_at = in(std::chrono::seconds(0));
        return {};
    };
    accounts::AccountChange const none = [](Account&, Context&) -> Result<void> { return {}; };
    must(test::run(store_.accounts().update(made.environment, made.id, false, doubt, {}, soon())));
    auto wanted = made;
    wanted.generation = 2;
    expect_equal(must(test::run(store_.accounts().update(made.environment, made.id, true, none, {}, soon()))), wanted);
    expect_everywhere(wanted);
}

TEST_F(GrantRoundTripTest, AnswersOfACustomerAreStoredAndTold)
{
    auto const made = account(environment("t", "e"));
    accounts::AccountChange const answer = [](Account&, Context& of) -> Result<void> {
        of.visible["answer"] = "yes";
        return {};
    };
    auto const stored = must(test::run(store_.accounts().store_answers(made.environment, made.id, answer, {}, soon())));
    EXPECT_EQ(stored.context.at("answer"), "yes");
    EXPECT_EQ(must(test::run(store_.accounts().find(made.environment, made.id, soon()))).context.at("answer"), "yes");
    EXPECT_EQ(database_.value("SELECT count(*) FROM events WHERE type LIKE '%:post_connect_form_submitted'"), "1");
}

TEST_F(GrantRoundTripTest, AStateHasAllThatMakesItsAccountCallable)
{
    auto const environment_id = environment("t", "e");
    tenancy::EnvironmentChange page;
    page.reconnect_url = "https://acme.example/reconnect";
    must(test::run(store_.tenancy().update_environment(environment_id, page, {}, soon())));
    accounts::EnvironmentIntegration installation;
    installation.environment = environment_id;
    installation.integration = catalog::builtin_id("gorgias");
    installation.override = json::object{{"credentials", json::object{{"oauth2", json::object{{"client_id", "a"}}}}}};
    installation.app_secret = Secret{"of the app"};
    installation.is_enabled = false;
    installation = must(test::run(store_.installations().ensure(installation, {}, soon()))).row;
    auto const made = account(environment_id);
    accounts::DocumentationRow document;
    document.environment = environment_id;
    document.entity_type = "environment_integration";
    document.entity_id = installation.id.uuid();
    document.resource = "tickets";
    document.method = "list";
    document.type = "description";
    document.format = "text";
    document.value = "Lists.";
    must(test::run(store_.documentation().create(document, {}, soon())));
    json::object const records{{"fields", json::array{json::object{{"id", 1}}}}};
    must(test::run(store_.account_schemas().spend(environment_id, made.id, 1, 100, soon())));
    must(test::run(store_.account_schemas().store(environment_id, made.id, {records, "m", clock_.now()}, {}, soon())));
    auto const refused_until = in(std::chrono::minutes(1));
    auto const worked_at = in(-std::chrono::minutes(1));
    database_.execute(fmt::format(
        "UPDATE environment_integrations SET last_error = '{{\"message\": \"refused\"}}', app_refused_at = now(), "
        "app_retry_at = to_timestamp({}::double precision / 1000000), "
        "app_worked_at = to_timestamp({}::double precision / 1000000)",
        std::chrono::duration_cast<std::chrono::microseconds>(refused_until.time_since_epoch()).count(),
        std::chrono::duration_cast<std::chrono::microseconds>(worked_at.time_since_epoch()).count()));

    server(made);
    auto const by_account = must(test::run(store_.accounts().load_state(environment_id, made.id, soon())));
    auto const by_server = must(test::run(store_.servers().resolve({last_hash_}, soon()))).accounts.at(0);
    for (auto const& state : {by_account, by_server}) {
        expect_equal(state.account, made);
        EXPECT_FALSE(state.is_enabled);
        EXPECT_EQ(state.override, installation.override);
        EXPECT_EQ(state.integration_version, 1);
        EXPECT_EQ(state.reconnect_url, page.reconnect_url);
        EXPECT_EQ(state.schema, records);
        ASSERT_TRUE(state.app_trouble);
        EXPECT_EQ(state.app_trouble->message, "refused");
        EXPECT_EQ(state.app_trouble->retry_at, refused_until);
        EXPECT_EQ(state.app_worked_at, worked_at);
        ASSERT_TRUE(state.app_secret);
        auto const& app = *state.app_secret;
        EXPECT_EQ(must(app.key.open(app.place, app.sealed)).reveal(), "of the app");
        EXPECT_EQ(must(accounts::open_context(state.account, state.key)).secret.at("api_key"), "planted-secret");
        ASSERT_EQ(state.documentation.size(), 1U);
        EXPECT_EQ(state.documentation[0].resource, "tickets");
        EXPECT_EQ(state.documentation[0].method, "list");
        EXPECT_EQ(state.documentation[0].type, "description");
        EXPECT_EQ(state.documentation[0].value, "Lists.");
    }
}

TEST_F(GrantRoundTripTest, AnMcpServerComesBackAsWritten)
{
    auto const of = account(environment("t", "e"));
    mcp::McpServer wanted;
    wanted.environment = of.environment;
    wanted.account = of.id;
    wanted.integrations = {"gorgias", "another"};
    wanted.name = "agent";
    wanted.config.filter.methods = {"read"};
    wanted.config.require_api_token_auth = true;
    wanted.created_by = "tok_1";
    wanted.expires_at = in(std::chrono::hours(1));
    auto const made = must(test::run(store_.servers().create(wanted, hash("first"), {}, soon())));
    wanted.id = made.id;
    auto const expect_all = [&](mcp::McpServer const& read) {
        EXPECT_EQ(read.id, wanted.id);
        EXPECT_EQ(read.environment, wanted.environment);
        EXPECT_EQ(read.account, wanted.account);
        EXPECT_EQ(read.tenant_id, "");
        EXPECT_EQ(read.integrations, wanted.integrations);
        EXPECT_EQ(read.name, wanted.name);
        EXPECT_EQ(mcp::config_json(read.config), mcp::config_json(wanted.config));
        EXPECT_EQ(read.created_by, wanted.created_by);
        EXPECT_EQ(read.expires_at, wanted.expires_at);
        EXPECT_EQ(read.created_at, made.created_at);
        EXPECT_GE(read.updated_at, read.created_at);
    };
    expect_recent(made.created_at);
    expect_all(made);
    expect_all(must(test::run(store_.servers().find(of.environment, of.id, made.id, soon()))));
    expect_all(must(test::run(store_.servers().list(of.environment, of.id, {}, soon()))).items.at(0));
    auto const resolved = must(test::run(store_.servers().resolve({hash("first")}, soon())));
    expect_all(resolved.server);
    expect_equal(resolved.accounts.at(0).account, of);
    EXPECT_FALSE(resolved.token_ends_at);
    EXPECT_FALSE(resolved.is_incomplete);

    mcp::ServerChange const change = [&](mcp::McpServer& row) -> Result<void> {
        row.name = "renamed";
        row.config.filter.methods = {"write"};
        row.integrations = {};
        row.expires_at.reset();
        wanted = row;
        return {};
    };
    expect_all(must(test::run(store_.servers().update(of.environment, of.id, made.id, change, {}, soon()))));
    expect_all(must(test::run(store_.servers().find(of.environment, of.id, made.id, soon()))));
    expect_all(must(test::run(store_.servers().remove(of.environment, of.id, made.id, {}, soon()))));
    EXPECT_EQ(test::run(store_.servers().find(of.environment, of.id, made.id, soon())).error().code(),
              ErrorCode::not_found);
}

TEST_F(GrantRoundTripTest, ATokenThatWasReplacedLeadsToItsServerUntilItsEnd)
{
    auto const of = account(environment("t", "e"));
    auto const made = server(of);
    auto const first = last_hash_;
    auto const end = in(std::chrono::hours(1));
    must(test::run(store_.servers().rotate_token(of.environment, of.id, made.id, hash("second"), end, {}, soon())));
    auto const by_first = must(test::run(store_.servers().resolve({first}, soon())));
    EXPECT_EQ(by_first.server.id, made.id);
    EXPECT_EQ(by_first.token_ends_at, end);
    EXPECT_FALSE(must(test::run(store_.servers().resolve({hash("second")}, soon()))).token_ends_at);
    must(test::run(store_.servers().rotate_token(of.environment, of.id, made.id, hash("third"),
                                                 in(-std::chrono::seconds(1)), {}, soon())));
    EXPECT_FALSE(test::run(store_.servers().resolve({first}, soon())));
    EXPECT_FALSE(test::run(store_.servers().resolve({hash("second")}, soon())));
    EXPECT_EQ(must(test::run(store_.servers().resolve({hash("third")}, soon()))).server.id, made.id);
}

TEST_F(GrantRoundTripTest, AServerOfATenantHasItsAccountsAndIsThereWithoutAny)
{
    auto const environment_id = environment("t", "e");
    auto const made = tenant_server(environment_id, "token");
    auto const without = must(test::run(store_.servers().resolve({hash("token")}, soon())));
    EXPECT_EQ(without.server.id, made.id);
    EXPECT_EQ(without.server.environment, environment_id);
    EXPECT_EQ(without.server.tenant_id, "acme");
    EXPECT_FALSE(without.server.account);
    EXPECT_TRUE(without.accounts.empty());
    auto const first = account(environment_id, "acme");
    account(environment_id, "other");
    auto const second = account(environment_id, "acme");
    EXPECT_EQ(must(test::run(store_.servers().accounts_of(made, soon()))),
              (std::vector<IntegratedAccountId>{first.id, second.id}));
    auto chosen = made;
    chosen.integrations = {"another"};
    EXPECT_TRUE(must(test::run(store_.servers().accounts_of(chosen, soon()))).empty());
    EXPECT_EQ(must(test::run(store_.servers().accounts_of(server(second), soon()))), std::vector{second.id});
    auto const with = must(test::run(store_.servers().resolve({hash("token")}, soon())));
    ASSERT_EQ(with.accounts.size(), 2U);
    expect_equal(with.accounts[0].account, first);
    expect_equal(with.accounts[1].account, second);
    EXPECT_EQ(with.server.tenant_id, "acme");
}

TEST_F(GrantRoundTripTest, AnApprovalComesBackAsAskedFor)
{
    auto const of = account(environment("t", "e"));
    safeguards::WriteCallKey const key{of.environment, server(of).id, crypto::sha256("call")};
    safeguards::Approval wanted;
    wanted.id = ApprovalId{uuid_v7(clock_.now())};
    wanted.environment = of.environment;
    wanted.server = key.server;
    wanted.account = of.id;
    wanted.tool = "close_ticket";
    wanted.request = {{"tenant_id", "acme"}, {"arguments", json::object{{"id", 1}}}};
    wanted.code = "ABCDEFGH";
    wanted.ends_at = in(std::chrono::hours(1));
    auto const asked = must(test::run(store_.write_calls().ask(key, wanted, soon())));
    EXPECT_EQ(asked.id, wanted.id);
    EXPECT_EQ(asked.state, safeguards::WriteCall::State::pending);
    EXPECT_EQ(asked.ends_at, wanted.ends_at);
    expect_recent(asked.changed_at);
    auto const expect_all = [&](safeguards::Approval const& read) {
        EXPECT_EQ(read.id, wanted.id);
        EXPECT_EQ(read.environment, wanted.environment);
        EXPECT_EQ(read.server, wanted.server);
        EXPECT_EQ(read.account, wanted.account);
        EXPECT_EQ(read.tool, wanted.tool);
        EXPECT_EQ(read.state, wanted.state);
        EXPECT_EQ(read.request, wanted.request);
        EXPECT_EQ(read.code, wanted.code);
        EXPECT_EQ(read.decided_by, wanted.decided_by);
        EXPECT_EQ(read.decided_at.has_value(), !wanted.decided_by.empty());
        EXPECT_EQ(read.ends_at, wanted.ends_at);
        expect_recent(read.created_at);
    };
    auto const expect_everywhere = [&] {
        expect_all(must(test::run(store_.write_calls().find(of.environment, wanted.id, soon()))));
        expect_all(must(test::run(store_.write_calls().list(of.environment, {}, soon()))).items.at(0));
    };
    expect_everywhere();
    expect_all(must(test::run(store_.write_calls().open(of.environment, wanted.id, "ABCDEFGH", soon()))));
    wanted.state = safeguards::WriteCall::State::declined;
    wanted.decided_by = "tok_1";
    expect_all(must(test::run(store_.write_calls().decide(of.environment, wanted.id, false, "tok_1", {}, soon()))));
    expect_everywhere();
}

} // namespace
} // namespace sluice::store
