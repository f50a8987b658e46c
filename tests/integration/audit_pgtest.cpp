// Every change that somebody makes has one entry in the audit log, without a secret. A new function needs a line here.
#include "connecting/connection.hpp"
#include "core/changes.hpp"
#include "store_fixture.hpp"
#include "tenancy/audit.hpp"

#include <functional>

namespace sluice::store {
namespace {

using tenancy::Actor;
using tenancy::Author;

/// Where something secret is planted, no entry may have it.
constexpr char kPlanted[] = "planted-secret";

class AuditTest : public StoreTest {
protected:
    [[nodiscard]] static Author author(std::string request_id)
    {
        return {{Actor::Kind::api_token, "tok_1", "ci"}, "192.0.2.7", std::move(request_id)};
    }
    [[nodiscard]] std::string entries(std::string const& request_id) const
    {
        return database_.value(fmt::format(
            "SELECT coalesce(string_agg(concat_ws(' ', action, target_id, actor_kind, actor_id, actor_name, "
            "client_address, team_id, coalesce(environment_id::text, 'team')), E'\\n'), '') FROM audit_log "
            "WHERE request_id = '{}'",
            request_id));
    }
    [[nodiscard]] std::string number_of_entries() const { return database_.value("SELECT count(*) FROM audit_log"); }
    /// Makes the change as somebody. There must be one entry of it, which concerns `of`: the environment, or "team".
    void expect(std::string const& action, std::function<std::string(Author)> const& change, std::string const& of)
    {
        auto const request = fmt::format("request-{}", ++requests_);
        auto const before = std::stoi(number_of_entries());
        auto const target = change(author(request));
        EXPECT_EQ(entries(request), fmt::format("{} {} api_token tok_1 ci 192.0.2.7 {} {}", action, target, team_, of))
            << action;
        EXPECT_EQ(std::stoi(number_of_entries()), before + 1) << action;
    }
    void expect(std::string const& action, std::function<std::string(Author)> const& change)
    {
        expect(action, change, uuid_in_);
    }
    crypto::TokenHash hash() { return crypto::hash_token(keyring_, fmt::format("token {}", ++hashes_)); }
    safeguards::Approval pending(std::string const& call)
    {
        safeguards::Approval approval;
        approval.id = ApprovalId{uuid_v7(clock_.now())};
        approval.code = "PLANTEDC";
        approval.environment = in_;
        approval.server = server_.id;
        approval.account = account_.id;
        approval.tool = "tool";
        approval.request = {{"arguments", json::object{{"note", kPlanted}}}};
        approval.ends_at = clock_.now() + std::chrono::hours(1);
        must(test::run(store_.write_calls().ask({in_, server_.id, crypto::sha256(call)}, approval, soon())));
        return approval;
    }
    events::Webhook webhook()
    {
        events::Webhook made;
        made.environment = in_;
        made.target_url = "https://receiver.example/";
        return made;
    }
    events::Destination destination()
    {
        events::Destination made;
        made.environment = in_;
        made.label = "Operators";
        made.masked_url = "https://chat.example/…/abcd";
        return made;
    }
    connecting::LinkToken link()
    {
        connecting::LinkToken made;
        made.environment = in_;
        made.tenant_id = "acme";
        made.context = {{"api_key", kPlanted}};
        made.expires_at = clock_.now() + std::chrono::hours(1);
        return made;
    }
    connecting::Connection connection()
    {
        connecting::Connection made;
        made.environment = in_;
        made.tenant_id = "acme";
        made.environment_integration = account_.environment_integration;
        made.authentication_method = "oauth2";
        made.context = {{"api_key", kPlanted}};
        made.verifier = kPlanted;
        made.expires_at = clock_.now() + std::chrono::hours(1);
        return made;
    }
    accounts::DocumentationRow document()
    {
        accounts::DocumentationRow made;
        made.environment = in_;
        made.entity_type = "integration";
        made.entity_id = catalog::builtin_id("gorgias").uuid();
        made.resource = "tickets";
        made.method = "list";
        made.type = "description";
        made.format = "text";
        made.value = "Ours.";
        return made;
    }
    /// Edits the public part and a secret.
    static accounts::AccountChange edit(std::string secret)
    {
        return [secret = std::move(secret)](Account& row, Context& context) -> Result<void> {
            row.is_blocked = !row.is_blocked;
            context.visible["subdomain"] = row.is_blocked ? "other" : "acme";
            context.secret["api_key"] = secret;
            return {};
        };
    }
    /// The text of all that is in the log.
    [[nodiscard]] std::string log() const
    {
        return database_.value("SELECT coalesce(string_agg(audit_log::text, E'\\n'), '') FROM audit_log");
    }
    [[nodiscard]] std::string after_of(std::string const& action) const
    {
        return database_.value(
            fmt::format("SELECT after FROM audit_log WHERE action = '{}' ORDER BY id DESC LIMIT 1", action));
    }

    EnvironmentId const in_ = environment("t", "e");
    Account const account_ = account(in_);
    mcp::McpServer const server_ = server(account_);
    std::string const uuid_in_ = database_.value("SELECT id FROM environments WHERE name = 'e'");
    std::string const team_ = database_.value("SELECT id FROM teams WHERE name = 't'");
    int requests_ = 0;
    int hashes_ = 0;
};

TEST_F(AuditTest, HasEveryChangeOfAnAccount)
{
    auto& rows = store_.accounts();
    auto const id = account_.id;
    expect("integrated_account.create", [&](Author author) {
        Account made = account_;
        made.id = {};
        return must(test::run(rows.create(made, {{}, {{"api_key", kPlanted}}}, author, soon()))).id.str();
    });
    expect("integrated_account.update", [&](Author author) {
        return must(test::run(rows.update(in_, id, false, edit("planted-secret 1"), author, soon()))).id.str();
    });
    EXPECT_EQ(after_of("integrated_account.update"),
              R"({"context": {"subdomain": "other"}, "is_blocked": true, "new_secrets": ["api_key"]})");
    expect("integrated_account.credentials", [&](Author author) {
        return must(test::run(rows.update(in_, id, true, edit("planted-secret 2"), author, soon()))).id.str();
    });
    expect("integrated_account.update", [&](Author author) {
        return must(test::run(rows.store_answers(in_, id, edit("planted-secret 3"), author, soon()))).id.str();
    });
    expect("integrated_account.renew", [&](Author author) {
        must(test::run(rows.ask_renewal(in_, id, author, soon())));
        return id.str();
    });
    must(test::run(store_.account_schemas().spend(in_, id, 1, 100, soon())));
    expect("integrated_account.refresh_schema", [&](Author author) {
        must(test::run(store_.account_schemas().store(in_, id, {{}, "m", clock_.now()}, author, soon())));
        return id.str();
    });
    expect("account_token.create", [&](Author author) {
        must(test::run(store_.account_tokens().create({in_, id, clock_.now()}, hash(), author, soon())));
        return id.str();
    });
    expect("integrated_account.delete", [&](Author author) {
        must(test::run(rows.remove(in_, id, author, soon())));
        return id.str();
    });
    auto const one = account(in_).id;
    auto const two = account(in_).id;
    expect("integrated_account.bulk_delete", [&](Author author) {
        EXPECT_EQ(must(test::run(rows.remove_all(in_, {two, id, one}, author, soon()))).size(), 2U);
        return in_.str();
    });
    EXPECT_EQ(log().find("planted"), std::string::npos);
}

TEST_F(AuditTest, HasEveryStepOfConnectingThatSomebodyMakes)
{
    auto& rows = store_.connections();
    expect("link_token.create",
           [&](Author author) { return must(test::run(rows.create_link(link(), hash(), author, soon()))).id.str(); });
    expect("connection.create",
           [&](Author author) { return must(test::run(rows.create(connection(), hash(), author, soon()))).id.str(); });
    Account made = account_;
    made.id = {};
    made.status = accounts::Status::connecting;
    expect("integrated_account.connect", [&](Author author) {
        made = must(test::run(rows.store_account({}, {}, made, {{}, {{"api_key", kPlanted}}}, author, soon())));
        return made.id.str();
    });
    expect("integrated_account.connect", [&](Author author) {
        must(test::run(rows.store_account({}, {}, made, {{}, {{"api_key", "planted again"}}}, author, soon())));
        return made.id.str();
    });
    auto const before = number_of_entries();
    must(test::run(rows.settle(in_, {}, {}, made.id, accounts::Status::active, nullptr, soon())));
    must(test::run(store_.accounts().note(in_, made.id, edit("planted note"), soon())));
    EXPECT_EQ(number_of_entries(), before) << "what Sluice finds out by itself";
    EXPECT_EQ(log().find("planted"), std::string::npos);
}

TEST_F(AuditTest, HasEveryChangeOfAnMcpServerAndEveryDecision)
{
    auto& rows = store_.servers();
    mcp::ServerChange const rename = [](mcp::McpServer& row) -> Result<void> {
        row.name += " again";
        return {};
    };
    for (auto const& owner : {mcp::ServerOwner(account_.id), mcp::ServerOwner()}) {
        mcp::McpServer made;
        made.environment = in_;
        made.account = owner;
        made.tenant_id = owner ? "" : "acme";
        made.name = "agent";
        expect("mcp_server.create", [&](Author author) {
            made.id = must(test::run(rows.create(made, hash(), author, soon()))).id;
            return made.id.str();
        });
        expect("mcp_server.update", [&](Author author) {
            return must(test::run(rows.update(in_, owner, made.id, rename, author, soon()))).id.str();
        });
        EXPECT_EQ(after_of("mcp_server.update"), R"({"name": "agent again"})");
        expect("mcp_server.rotate_token", [&](Author author) {
            must(test::run(rows.rotate_token(in_, owner, made.id, hash(), clock_.now(), author, soon())));
            return made.id.str();
        });
        expect("mcp_server.delete", [&](Author author) {
            return must(test::run(rows.remove(in_, owner, made.id, author, soon()))).id.str();
        });
    }
    for (auto const is_approved : {true, false})
        expect(is_approved ? "approval.approve" : "approval.decline", [&](Author author) {
            auto const id = pending(is_approved ? "a" : "b").id;
            return must(test::run(store_.write_calls().decide(in_, id, is_approved, "tok_1", author, soon()))).id.str();
        });
    auto const before = number_of_entries();
    must(test::run(store_.write_calls().open(in_, pending("c").id, "PLANTEDC", soon())));
    EXPECT_EQ(number_of_entries(), before) << "who only looks changes nothing";
    EXPECT_EQ(log().find("planted"), std::string::npos);
    EXPECT_EQ(log().find("PLANTEDC"), std::string::npos);
}

TEST_F(AuditTest, HasEveryChangeOfAReceiver)
{
    auto& hooks = store_.webhooks();
    auto hook = webhook();
    expect("webhook.create", [&](Author author) {
        hook = must(test::run(hooks.create(hook, Secret{kPlanted}, author, soon())));
        return hook.id.str();
    });
    hook.is_active = false;
    expect("webhook.update",
           [&](Author author) { return must(test::run(hooks.update(hook, author, soon()))).id.str(); });
    EXPECT_EQ(after_of("webhook.update"), R"({"is_active": false})");
    expect("webhook.rotate_secret", [&](Author author) {
        return must(test::run(hooks.rotate_secret(in_, hook.id, Secret{"planted again"}, author, soon()))).id.str();
    });
    expect("webhook.test", [&](Author author) {
        must(test::run(hooks.send_test(in_, hook.id, author, soon())));
        return hook.id.str();
    });
    expect("webhook.replay", [&](Author author) {
        must(test::run(hooks.replay(in_, hook.id, {}, author, soon())));
        return hook.id.str();
    });
    expect("webhook.delete", [&](Author author) {
        must(test::run(hooks.remove(in_, hook.id, author, soon())));
        return hook.id.str();
    });
    auto& chats = store_.destinations();
    auto chat = destination();
    expect("notification_destination.create", [&](Author author) {
        chat = must(test::run(chats.create(chat, Secret{"https://chat.example/planted-secret"}, author, soon())));
        return chat.id.str();
    });
    expect("notification_destination.update", [&](Author author) {
        return must(test::run(chats.update(chat, Secret{"https://chat.example/planted-other"}, author, soon())))
            .id.str();
    });
    EXPECT_EQ(after_of("notification_destination.update"), R"({"new_secrets": ["config.url"]})");
    expect("notification_destination.test", [&](Author author) {
        must(test::run(chats.load_test(in_, chat.id, author, soon())));
        return chat.id.str();
    });
    expect("notification_destination.delete", [&](Author author) {
        must(test::run(chats.remove(in_, chat.id, author, soon())));
        return chat.id.str();
    });
    EXPECT_EQ(log().find("planted"), std::string::npos);
}

TEST_F(AuditTest, HasEveryChangeOfWhatIsInstalled)
{
    auto& rows = store_.installations();
    accounts::EnvironmentIntegration row = installed(in_);
    expect("environment_integration.confirm",
           [&](Author author) { return must(test::run(rows.ensure(row, author, soon()))).row.id.str(); });
    row.override = {{"credentials", json::object{{"oauth2", json::object{{"client_id", "app"}}}}}};
    row.app_secret = Secret{kPlanted};
    expect("environment_integration.update",
           [&](Author author) { return must(test::run(rows.update(row, author, soon()))).id.str(); });
    EXPECT_NE(after_of("environment_integration.update").find("credentials.oauth2.client_secret"), std::string::npos);
    expect("environment_integration.delete", [&](Author author) {
        must(test::run(rows.remove(in_, row.id, author, soon())));
        return row.id.str();
    });
    while (must(test::run(worker_.installations().remove_rest(in_, row.id, soon())))) {
    }
    row.override = {{"tls", json::object{{"certificate", "theirs"}}}};
    row.app_secret.reset();
    row.tls_key = Secret{kPlanted};
    expect("environment_integration.create",
           [&](Author author) { return must(test::run(rows.ensure(row, author, soon()))).row.id.str(); });
    accounts::DocumentationRow made;
    expect("documentation.create", [&](Author author) {
        made = must(test::run(store_.documentation().create(document(), author, soon())));
        return made.id.str();
    });
    made.value = "Others.";
    expect("documentation.update", [&](Author author) {
        return must(test::run(store_.documentation().update(made, author, soon()))).id.str();
    });
    EXPECT_EQ(after_of("documentation.update"), R"({"value": "Others."})");
    expect("documentation.delete", [&](Author author) {
        must(test::run(store_.documentation().remove(in_, made.id, author, soon())));
        return made.id.str();
    });
    EXPECT_EQ(log().find("planted"), std::string::npos);
}

TEST_F(AuditTest, HasEveryChangeOfATeamAndItsEnvironments)
{
    auto& rows = store_.tenancy();
    auto const team = must(test::run(rows.find_team("t", soon())));
    auto const of_team = [&](std::string const& action, std::function<std::string(Author)> const& change) {
        expect(action, change, "team");
    };
    of_team("team.confirm",
            [&](Author author) { return must(test::run(rows.ensure_team("t", author, soon()))).value.id.str(); });
    of_team("team.update", [&](Author author) {
        return must(test::run(rows.rename_team(team.id, "renamed", author, soon()))).id.str();
    });
    expect("environment.confirm", [&](Author author) {
        return must(test::run(rows.ensure_environment("renamed", "e", author, soon()))).value.id.str();
    });
    tenancy::EnvironmentChange themed;
    themed.theme = json::object{{"name", "Acme"}};
    expect("environment.update", [&](Author author) {
        return must(test::run(rows.update_environment(in_, themed, author, soon()))).id.str();
    });
    EXPECT_EQ(after_of("environment.update"), R"({"theme": {"name": "Acme"}})");
    expect("quota.update", [&](Author author) {
        must(test::run(rows.set_quota(in_, tenancy::Quota::webhooks, 7, author, soon())));
        return in_.str();
    });
    expect("keys.rotate", [&](Author author) {
        must(test::run(store_.upkeep().keys.rewrap(in_, author, soon())));
        return in_.str();
    });
    of_team("keys.rotate", [&](Author author) {
        must(test::run(store_.upkeep().keys.rewrap(team.id, author, soon())));
        return team.id.str();
    });
    expect("keys.shred", [&](Author author) {
        must(test::run(store_.upkeep().keys.shred(in_, author, soon())));
        return in_.str();
    });
    accounts::StoredIntegration definition =
        must(test::run(store_.integrations().load(catalog::builtin_id("gorgias"), soon())));
    definition.id = IntegrationId{uuid_of_name("ours")};
    definition.team = team.id;
    definition.name = "ours";
    for (auto const* const action : {"integration.publish", "integration.confirm"})
        of_team(action, [&](Author author) {
            must(test::run(store_.integrations().publish(definition, author, soon())));
            return definition.id.str();
        });
    of_team("integration.delete", [&](Author author) {
        must(test::run(store_.integrations().remove(team.id, definition.id, author, soon())));
        return definition.id.str();
    });
    must(test::run(rows.ensure_team("new", author("new-team"), soon())));
    auto const made = must(test::run(rows.ensure_environment("new", "e", author("new"), soon()))).value;
    EXPECT_TRUE(entries("new-team").starts_with("team.create team_")) << entries("new-team");
    EXPECT_TRUE(entries("new").starts_with("environment.create env_"));
    must(test::run(rows.remove_environment(made.id, author("gone"), soon())));
    EXPECT_TRUE(entries("gone").starts_with("environment.delete " + made.id.str()));
    must(test::run(rows.remove_team(made.team_id, author("over"), soon())));
    EXPECT_TRUE(entries("over").starts_with("team.delete " + made.team_id.str()));
}

TEST_F(AuditTest, HasEveryChangeOfAnApiToken)
{
    auto& rows = store_.api_tokens();
    ApiTokenId id;
    expect("api_token.create", [&](Author author) {
        id = must(test::run(rows.create(in_, {.name = "ci"}, hash(), author, soon()))).id;
        return id.str();
    });
    expect("api_token.update", [&](Author author) {
        return must(test::run(rows.update(in_, id, {.name = "cd"}, author, soon()))).id.str();
    });
    expect("api_token.replace_secret", [&](Author author) {
        auto const old = std::exchange(id, must(test::run(rows.replace_secret(in_, "cd", hash(), author, soon()))).id);
        return old.str();
    });
    expect("api_token.delete", [&](Author author) {
        must(test::run(rows.remove(in_, id, author, soon())));
        return id.str();
    });
}

TEST_F(AuditTest, HasNothingOfAChangeThatFails)
{
    accounts::AccountChange const refuse = [](Account&, Context&) -> Result<void> {
        return Error{ErrorCode::conflict, "no"};
    };
    auto const before = number_of_entries();
    WebhookId const nobodys{Uuid{9}};
    EXPECT_FALSE(test::run(store_.accounts().update(in_, account_.id, true, refuse, author("x"), soon())));
    EXPECT_FALSE(test::run(store_.accounts().remove(in_, IntegratedAccountId{Uuid{9}}, author("x"), soon())));
    EXPECT_FALSE(test::run(store_.webhooks().remove(in_, nobodys, author("x"), soon())));
    EXPECT_FALSE(test::run(store_.webhooks().send_test(in_, nobodys, author("x"), soon())));
    EXPECT_FALSE(test::run(store_.tenancy().ensure_environment("nobody", "e", author("x"), soon())));
    EXPECT_EQ(number_of_entries(), before);
}

TEST_F(AuditTest, CannotBeForgottenByAChange)
{
    Backend const backend{pool_, keyring_, clock_, no_caches_, {}};
    for (int const entries : {0, 1, 2}) {
        ChangingQuery<bool> query = [entries](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            transaction.exec("INSERT INTO teams (id, name) VALUES (gen_random_uuid(), 'made')");
            for (int i = 0; i < entries; ++i)
                changes.audit({"team.create", "x"});
            return true;
        };
        auto const made = test::run(transact_change<bool>(backend, in_, author("x"), soon(), std::move(query)));
        EXPECT_EQ(made.has_value(), entries == 1);
        EXPECT_EQ(database_.value("SELECT count(*) FROM teams WHERE name = 'made'"), entries == 1 ? "1" : "0");
        database_.execute("DELETE FROM teams WHERE name = 'made'");
    }
}

TEST_F(AuditTest, CannotBeWrittenChangedOrEmptiedByAServingRole)
{
    static constexpr char kRights[] =
        "SELECT count(*) FROM pg_class c, unnest(ARRAY['insert', 'update', 'delete', 'truncate', "
        "'references', 'trigger']) p WHERE c.relname LIKE 'audit_log%' AND c.relkind IN ('r', 'p') "
        "AND has_table_privilege('{}', c.oid, p)";
    for (auto const* const role : {"sluice_app", "sluice_worker"})
        EXPECT_EQ(database_.value(fmt::format(kRights, role)), "0") << role;
    EXPECT_EQ(database_.value("SELECT count(*) > 7 FROM pg_class WHERE relname LIKE 'audit_log_2%'"), "t");
    for (auto const* const sql :
         {"INSERT INTO audit_log SELECT * FROM audit_log", "UPDATE audit_log SET action = 'a.b'",
          "DELETE FROM audit_log", "TRUNCATE audit_log", "SELECT * FROM audit_log_rest"})
        for (auto const* const role : {"sluice_app", "sluice_worker"})
            EXPECT_THROW(test::Database::run(database_.url(role).reveal(), sql), pqxx::insufficient_privilege) << sql;
}

TEST_F(AuditTest, ShowsATeamItsOwnEntriesAndAConfinedReaderThoseOfTheirEnvironments)
{
    auto const other = environment("other", "e");
    auto const staging = environment("t", "staging");
    auto const mine = must(test::run(store_.tenancy().find_team("t", soon()))).id;
    auto const theirs = must(test::run(store_.tenancy().find_team("other", soon()))).id;
    must(test::run(store_.tenancy().set_quota(other, tenancy::Quota::webhooks, 1, author("theirs"), soon())));
    must(test::run(store_.tenancy().set_quota(in_, tenancy::Quota::webhooks, 1, author("mine"), soon())));
    must(test::run(store_.tenancy().set_quota(staging, tenancy::Quota::webhooks, 1, author("staging"), soon())));
    auto const read = [&](TeamId team, std::optional<std::vector<EnvironmentId>> of, std::string const& request) {
        tenancy::ListQuery query;
        query.conditions.push_back({"request_id", tenancy::Condition::Operator::eq, {request}});
        return must(test::run(store_.people().audit.list(team, std::move(of), std::move(query), soon()))).items;
    };
    ASSERT_EQ(read(mine, {}, "mine").size(), 1U);
    EXPECT_TRUE(read(theirs, {}, "mine").empty());
    EXPECT_TRUE(read(mine, {}, "theirs").empty());
    EXPECT_EQ(read(mine, std::vector{staging}, "staging").size(), 1U);
    EXPECT_TRUE(read(mine, std::vector{staging}, "mine").empty());
    EXPECT_TRUE(read(mine, std::vector<EnvironmentId>{}, "mine").empty());
    auto const entry = read(mine, {}, "mine").front();
    EXPECT_EQ(entry.action, "quota.update");
    EXPECT_EQ(entry.actor_kind, "api_token");
    EXPECT_EQ(entry.environment, in_);
    EXPECT_EQ(entry.client_address, "192.0.2.7");
    EXPECT_EQ(boost::json::serialize(*entry.after), R"({"webhooks":1})");
}

} // namespace
} // namespace sluice::store
