// Every call that changes what replicas cache names it: in a NOTIFY of its transaction, and to this process's caches
// before it returns.
#include "catalog/integration.hpp"
#include "crypto/token.hpp"
#include "store/store.hpp"
#include "support/database.hpp"
#include "support/must.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/notification>

#include <algorithm>
#include <functional>

#include <unistd.h>

namespace sluice::store {
namespace {

using test::must;
using test::soon;

using accounts::Account;
using accounts::Context;
using snapshots::Change;
using Kind = Change::Kind;

class Heard final : public pqxx::notification_receiver {
public:
    explicit Heard(pqxx::connection_base& connection)
        : notification_receiver(connection, snapshots::kChangeChannel)
    {
    }
    void operator()(std::string const& payload, int) override
    {
        if (auto const change = Change::parse(payload))
            changes.push_back(*change);
    }
    std::vector<Change> changes;
};

/// What this process was told to drop.
class Dropped final : public snapshots::Announcer {
public:
    Task<void> announce(std::vector<Change> dropped) override
    {
        changes.insert(changes.end(), dropped.begin(), dropped.end());
        co_return;
    }
    std::vector<Change> changes;
};

class AnnouncementTest : public ::testing::Test {
protected:
    AnnouncementTest()
    {
        must(test::run(store_.tenancy().ensure_team("t", {}, soon())));
        in_ = must(test::run(store_.tenancy().ensure_environment("t", "e", {}, soon()))).value.id;
        accounts::EnvironmentIntegration row;
        row.environment = in_;
        row.integration = catalog::builtin_id("gorgias");
        installation_ = must(test::run(store_.installations().ensure(row, {}, soon()))).row;
        account_ = account("acme");
    }

    Account account(std::string const& tenant)
    {
        Account made;
        made.environment = in_;
        made.environment_integration = installation_.id;
        made.tenant_id = tenant;
        made.status = accounts::Status::active;
        made.authentication_method = "api_key";
        return must(test::run(store_.accounts().create(made, Context{{}, {{"api_key", "k"}}}, {}, soon())));
    }
    mcp::McpServer server(mcp::ServerOwner owner, std::optional<Timestamp> expires_at = std::nullopt)
    {
        mcp::McpServer made;
        made.environment = in_;
        made.account = owner;
        made.tenant_id = owner ? "" : "acme";
        made.name = "agent";
        made.created_by = "test";
        made.expires_at = expires_at;
        return must(test::run(store_.servers().create(made, new_hash(), {}, soon())));
    }
    accounts::DocumentationRow document()
    {
        accounts::DocumentationRow row;
        row.environment = in_;
        row.entity_type = "environment_integration";
        row.entity_id = installation_.id.uuid();
        row.resource = "tickets";
        row.method = "list";
        row.type = "description";
        row.format = "text";
        row.value = "Lists.";
        return row;
    }
    crypto::TokenHash new_hash()
    {
        return crypto::hash_token(keyring_, crypto::mint_token(keyring_, crypto::TokenKind::mcp).reveal());
    }
    /// Waits for all that was announced so far: NOTIFY arrives in the order of commits.
    void catch_up()
    {
        Change const mark{Kind::api_token, {}, uuid_of_name("mark")};
        database_.execute("NOTIFY " + std::string(snapshots::kChangeChannel) + ", '" + mark.str() + "'");
        while (std::ranges::find(heard_.changes, mark) == heard_.changes.end() &&
               listener_.await_notification(10, 0) > 0) {
        }
        std::erase(heard_.changes, mark);
    }
    /// What is announced while `action` runs.
    std::vector<Change> heard(std::function<void()> const& action)
    {
        catch_up();
        heard_.changes.clear();
        dropped_.changes.clear();
        action();
        catch_up();
        return heard_.changes;
    }
    void expect(std::string const& call, Change const& change, std::function<void()> const& action)
    {
        auto const changes = heard(action);
        EXPECT_NE(std::ranges::find(changes, change), changes.end()) << call << " does not announce " << change.str();
        EXPECT_EQ(dropped_.changes, changes) << call << " tells this process something else";
    }
    [[nodiscard]] Change account_change() const { return {Kind::account, in_, account_.id.uuid()}; }
    [[nodiscard]] Change tenant_change(std::string_view tenant) const
    {
        return {Kind::tenant, in_, snapshots::tenant_key(tenant)};
    }
    [[nodiscard]] Change environment_change() const { return {Kind::environment, in_, {}}; }

    test::Database database_;
    crypto::Keyring const keyring_ = crypto::Keyring::generate();
    SystemClock const clock_;
    telemetry::Log log_{STDERR_FILENO, telemetry::Level::error};
    telemetry::Registry registry_;
    pg::PoolMetrics metrics_{registry_};
    pg::Pool pool_{{.url = database_.url("sluice_app"), .connections = 2}, metrics_, log_};
    pg::Pool owner_pool_{{.url = database_.url("sluice_owner"), .connections = 1}, metrics_, log_};
    Dropped dropped_;
    Store store_{pool_, keyring_, clock_, dropped_};
    pqxx::connection listener_{database_.url("sluice_app").reveal()};
    Heard heard_{listener_};
    EnvironmentId in_;
    accounts::EnvironmentIntegration installation_;
    Account account_;
};

TEST_F(AnnouncementTest, ChangesOfAnAccountNameIt)
{
    auto& rows = store_.accounts();
    accounts::AccountChange const nothing = [](Account&, Context&) -> Result<void> { return {}; };
    accounts::AccountChange const moved = [](Account& row, Context&) -> Result<void> {
        row.tenant_id = "other";
        return {};
    };
    Uuid const owner = uuid_of_name("owner");
    expect("create", tenant_change("new"), [&] { account("new"); });
    expect("update", account_change(),
           [&] { must(test::run(rows.update(in_, account_.id, true, nothing, {}, soon()))); });
    expect("update", tenant_change("other"),
           [&] { must(test::run(rows.update(in_, account_.id, false, moved, {}, soon()))); });
    expect("store_answers", account_change(),
           [&] { must(test::run(rows.store_answers(in_, account_.id, nothing, {}, soon()))); });
    expect("note", account_change(), [&] { must(test::run(rows.note(in_, account_.id, nothing, soon()))); });
    auto const generation = must(test::run(rows.find(in_, account_.id, soon()))).generation;
    must(test::run(rows.lease_refresh(in_, account_.id, generation, owner, std::chrono::seconds(30), soon())));
    expect("finish_refresh", account_change(), [&] {
        must(test::run(
            rows.finish_refresh(in_, account_.id, owner, {accounts::RefreshEnd::Kind::renewed, ""}, nothing, soon())));
    });
    must(test::run(store_.account_schemas().spend(in_, account_.id, 1, 100, soon())));
    expect("account_schemas.store", account_change(), [&] {
        must(test::run(store_.account_schemas().store(
            in_, account_.id, {{{"fields", json::array{json::object{{"id", 1}}}}}, "m", clock_.now()}, {}, soon())));
    });
    expect("remove", account_change(), [&] { must(test::run(rows.remove(in_, account_.id, {}, soon()))); });
    account_ = account("bulk");
    expect("remove_all", account_change(), [&] { must(test::run(rows.remove_all(in_, {account_.id}, {}, soon()))); });
}

TEST_F(AnnouncementTest, ChangesOfAUserAndTheirSessionsNameTheUser)
{
    using namespace identity;
    auto const team = must(test::run(store_.tenancy().find_team("t", soon()))).id;
    auto& users = store_.people().users;
    auto& sessions = store_.people().sessions;
    tenancy::Author const author{{tenancy::Actor::Kind::operator_, "", "op"}, "", ""};
    auto const anything = [] { return UserCheck([](User const&) { return Result<void>{}; }); };
    auto const ann = must(test::run(users.create(team, {"ann@example.com"}, std::nullopt, author, soon()))).user.id;
    Change const change{Kind::user, {}, ann.uuid()};
    auto const begin = [&] {
        NewSession session{SignInMethod::link, new_hash(), "", "", clock_.now() + std::chrono::hours(1)};
        return must(test::run(sessions.begin(team, ann, std::move(session), {}, author, soon()))).who.session;
    };
    expect("update", change, [&] { must(test::run(users.update(team, ann, {}, anything(), author, soon()))); });
    expect("begin", change, [&] { begin(); });
    expect("end", change, [&] { must(test::run(sessions.end(team, ann, begin(), author, soon()))); });
    expect("end_all", change, [&] { must(test::run(sessions.end_all(team, ann, anything(), author, soon()))); });
    expect("set_password", change,
           [&] { must(test::run(users.set_password(team, ann, std::nullopt, "x", {}, author, soon()))); });
    must(test::run(users.begin_second_factor(team, ann, Secret{"x"}, author, soon())));
    expect("confirm_second_factor", change,
           [&] { must(test::run(users.confirm_second_factor(team, ann, 1, {}, {}, author, soon()))); });
    expect("remove_second_factor", change,
           [&] { must(test::run(users.remove_second_factor(team, ann, {.step = 2}, author, soon()))); });
    auto const hash = new_hash();
    NewLink const link{LinkKind::reset, hash, clock_.now() + std::chrono::hours(1)};
    must(test::run(store_.people().links.create(team, ann, link, anything(), author, soon())));
    expect("redeem", change, [&] {
        Redemption redemption;
        redemption.kind = LinkKind::reset;
        redemption.candidates = {hash};
        redemption.password = "y";
        redemption.session = {SignInMethod::password, new_hash(), "", "", clock_.now() + std::chrono::hours(1)};
        must(test::run(store_.people().links.redeem(std::move(redemption), author, soon())));
    });
    auto& providers = store_.people().providers;
    auto const provider =
        must(test::run(providers.create(team, {"P", "https://p.example", "c", Secret{}}, author, soon()))).id;
    auto const sign_in_by_provider = [&] {
        NewSession session{SignInMethod::oidc, new_hash(), "", "", clock_.now() + std::chrono::hours(1), provider};
        must(test::run(sessions.begin(team, ann, std::move(session), {}, author, soon())));
    };
    IdentityProviderChange on;
    on.is_enabled = true;
    IdentityProviderChange off;
    off.is_enabled = false;
    sign_in_by_provider();
    expect("provider off", change, [&] { must(test::run(providers.update(team, provider, off, author, soon()))); });
    must(test::run(providers.update(team, provider, on, author, soon())));
    sign_in_by_provider();
    expect("provider removed", change, [&] { must(test::run(providers.remove(team, provider, author, soon()))); });
    expect("remove", change, [&] { must(test::run(users.remove(team, ann, anything(), author, soon()))); });
}

TEST_F(AnnouncementTest, ChangesOfATeamNameIt)
{
    auto const team = must(test::run(store_.tenancy().find_team("t", soon()))).id;
    Change const change{Kind::team, {}, team.uuid()};
    tenancy::Author const author{{tenancy::Actor::Kind::operator_, "", "op"}, "", ""};
    expect("ensure_environment", change,
           [&] { must(test::run(store_.tenancy().ensure_environment("t", "new", {}, soon()))); });
    expect("remove_environment", change, [&] {
        auto const made = must(test::run(store_.tenancy().find_environment("t", "new", soon()))).id;
        must(test::run(store_.tenancy().remove_environment(made, author, soon())));
    });
    expect("rename_team", change, [&] { must(test::run(store_.tenancy().rename_team(team, "u", author, soon()))); });
}

TEST_F(AnnouncementTest, ChangesOfAnMcpServerNameWhoseItIs)
{
    auto& rows = store_.servers();
    mcp::ServerChange const renamed = [](mcp::McpServer& server) -> Result<void> {
        server.name = "renamed";
        return {};
    };
    for (auto const& owner : {mcp::ServerOwner(account_.id), mcp::ServerOwner()}) {
        auto const whose = owner ? account_change() : tenant_change("acme");
        auto const made = server(owner);
        expect("update", whose, [&] { must(test::run(rows.update(in_, owner, made.id, renamed, {}, soon()))); });
        expect("rotate_token", whose,
               [&] { must(test::run(rows.rotate_token(in_, owner, made.id, new_hash(), clock_.now(), {}, soon()))); });
        expect("remove", whose, [&] { must(test::run(rows.remove(in_, owner, made.id, {}, soon()))); });
        auto const old = server(owner, clock_.now() - std::chrono::seconds(1));
        expect("remove_expired", whose,
               [&] { EXPECT_TRUE(must(test::run(rows.remove_expired(in_, old.id, soon())))); });
    }
}

TEST_F(AnnouncementTest, ChangesOfAnEnvironmentAndWhatIsInstalledInItNameIt)
{
    auto row = installation_;
    expect("installations.update", {Kind::installation, in_, row.id.uuid()},
           [&] { must(test::run(store_.installations().update(row, {}, soon()))); });
    accounts::DocumentationRow made;
    expect("documentation.create", environment_change(),
           [&] { made = must(test::run(store_.documentation().create(document(), {}, soon()))); });
    expect("documentation.update", environment_change(),
           [&] { must(test::run(store_.documentation().update(made, {}, soon()))); });
    expect("documentation.remove", environment_change(),
           [&] { must(test::run(store_.documentation().remove(in_, made.id, {}, soon()))); });
    tenancy::EnvironmentChange themed;
    themed.theme = json::object();
    expect("update_environment", environment_change(),
           [&] { must(test::run(store_.tenancy().update_environment(in_, themed, {}, soon()))); });
    expect("shred", environment_change(), [&] { must(test::run(store_.upkeep().keys.shred(in_, {}, soon()))); });
    expect("installations.remove", environment_change(),
           [&] { must(test::run(store_.installations().remove(in_, row.id, {}, soon()))); });
}

TEST_F(AnnouncementTest, ConnectingNamesTheAccountAndItsTenant)
{
    auto& rows = store_.connections();
    Account made;
    made.environment = in_;
    made.environment_integration = installation_.id;
    made.tenant_id = "connecting";
    made.status = accounts::Status::connecting;
    made.authentication_method = "api_key";
    expect("store_account of a new one", tenant_change("connecting"), [&] {
        made = must(test::run(
            rows.store_account(std::nullopt, std::nullopt, made, Context{{}, {{"api_key", "k"}}}, {}, soon())));
    });
    Change const of_it{Kind::account, in_, made.id.uuid()};
    expect("settle", of_it, [&] {
        must(test::run(
            rows.settle(in_, std::nullopt, std::nullopt, made.id, accounts::Status::active, nullptr, soon())));
    });
    expect("store_account again", of_it, [&] {
        must(test::run(
            rows.store_account(std::nullopt, std::nullopt, made, Context{{}, {{"api_key", "n"}}}, {}, soon())));
    });
}

TEST_F(AnnouncementTest, AChangeThatFailsNamesNothing)
{
    accounts::AccountChange const refused = [](Account&, Context&) -> Result<void> {
        return Error{ErrorCode::conflict, "no"};
    };
    auto const changes =
        heard([&] { EXPECT_FALSE(test::run(store_.accounts().update(in_, account_.id, false, refused, {}, soon()))); });
    EXPECT_TRUE(changes.empty());
    EXPECT_TRUE(dropped_.changes.empty());
}

TEST_F(AnnouncementTest, ReplacedTokensAndNewDefinitionsAreNamed)
{
    auto const token = must(test::run(store_.api_tokens().create(in_, {.name = "token"}, new_hash(), {}, soon())));
    expect("replace_secret", {Kind::api_token, in_, token.id.uuid()},
           [&] { must(test::run(store_.api_tokens().replace_secret(in_, "token", new_hash(), {}, soon()))); });
    auto definition = must(test::run(store_.integrations().load(catalog::builtin_id("gorgias"), soon())));
    definition.manifest.as_object()["label"] = "Changed";
    Store as_owner(owner_pool_, keyring_, clock_, dropped_);
    expect("publish", {Kind::integration, {}, definition.id.uuid()},
           [&] { EXPECT_TRUE(must(test::run(as_owner.integrations().publish(definition, {}, soon())))); });
}

} // namespace
} // namespace sluice::store
