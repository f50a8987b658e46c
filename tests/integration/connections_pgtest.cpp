// What connecting and events store: inside its environment, sealed for its place.
#include "connecting/connector.hpp"
#include "connection_fixture.hpp"
#include "events/signature.hpp"

#include <algorithm>
#include <future>
#include <pqxx/connection>
#include <pqxx/notification>

namespace sluice::store {
namespace {

TEST_F(ConnectionStoreTest, NoSealOpensInAnotherRowColumnOrEnvironment)
{
    auto const mine = environment("mine");
    auto const theirs = environment("theirs");
    auto const installation = installed(mine);
    installed(theirs);
    webhook(mine, "one");
    webhook(mine, "two");
    auto const hash = crypto::hash_token(keyring_, "link");
    link(mine, hash);
    account(mine);

    // Another column: an account's credentials where the app's secret should be.
    database_.execute("UPDATE environment_integrations e SET sealed = a.sealed FROM integrated_accounts a "
                      "WHERE e.environment_id = a.environment_id");
    auto const state = must(test::run(store_.installations().load(mine, installation.id, soon())));
    EXPECT_FALSE(state.app_secret->key.open(state.app_secret->place, state.app_secret->sealed));

    // Another row.
    database_.execute("UPDATE webhooks SET sealed = (SELECT sealed FROM webhooks ORDER BY id LIMIT 1)");
    auto const hooks = must(test::run(store_.webhooks().list(mine, {}, soon()))).items;
    for (auto const& hook : hooks)
        must(test::run(store_.webhooks().send_test(mine, hook.id, {}, soon())));
    auto const jobs = must(test::run(store_.jobs().take(wish(), soon()))).jobs;
    std::size_t opened = 0;
    for (auto const& job : jobs)
        opened += test::run(store_.webhooks().load_delivery(mine, DeliveryId{job.id}, soon())) ? 1 : 0;
    EXPECT_EQ(jobs.size(), 4U) << "the first event of the account and a test, for each webhook";
    EXPECT_EQ(opened, 2U) << "only those of the webhook it was sealed for";

    // Another environment's key.
    database_.execute("UPDATE link_tokens SET sealed = (SELECT sealed FROM integrated_accounts LIMIT 1)");
    EXPECT_FALSE(test::run(store_.connections().resolve_link({hash}, soon())));
}

TEST_F(ConnectionStoreTest, EventsOfOneAccountComeOneAfterTheOther)
{
    auto const mine = environment("mine");
    installed(mine);
    webhook(mine, "one");
    account(mine); // Two events: created, active.
    auto const take = [&] { return must(test::run(store_.jobs().take(wish(), soon()))).jobs; };
    auto const end = [&](jobs::Job const& job, events::DeliveryStatus outcome) {
        auto state = must(test::run(store_.webhooks().load_delivery(mine, DeliveryId{job.id}, soon())));
        auto const type = state.event.type;
        events::Attempt attempt;
        attempt.outcome = outcome;
        EXPECT_TRUE(test::run(worker_.webhooks().record_attempt(std::move(state), attempt, soon())));
        return type;
    };
    auto const first = take();
    ASSERT_EQ(first.size(), 1U) << "the second waits";
    EXPECT_EQ(end(first.front(), events::DeliveryStatus::delivered), "integrated_account:created");
    auto const second = take();
    ASSERT_EQ(second.size(), 1U);
    // One that nobody takes lets the others pass, too.
    EXPECT_EQ(end(second.front(), events::DeliveryStatus::dead), "integrated_account:active");
    EXPECT_TRUE(take().empty());
}

TEST_F(ConnectionStoreTest, NothingPlantedLiesInClear)
{
    auto const in = environment("mine");
    account(in);
    link(in, crypto::hash_token(keyring_, "link"));
    webhook(in, "planted-webhook-secret");
    for (auto const* table : {"environment_integrations", "integrated_accounts", "link_tokens", "webhooks", "events"})
        EXPECT_EQ(database_.value(fmt::format("SELECT count(*) FROM {0} WHERE {0}::text LIKE '%planted%'", table)), "0")
            << table;
}

TEST_F(ConnectionStoreTest, ShowsNothingOfAnotherEnvironment)
{
    auto const mine = environment("mine");
    auto const theirs = environment("theirs");
    auto const their_account = account(theirs);
    auto const their_webhook = webhook(theirs, "x");
    connecting::Connection connection;
    connection.environment = theirs;
    connection.environment_integration = their_account.environment_integration;
    connection.tenant_id = "acme";
    connection.authentication_method = "oauth2";
    connection.expires_at = clock_.now() + std::chrono::minutes(10);
    auto const their_connection =
        must(test::run(store_.connections().create(connection, crypto::hash_token(keyring_, "state"), {}, soon())));
    auto const not_found = [](auto const& result) { return !result && result.error().code() == ErrorCode::not_found; };

    EXPECT_TRUE(not_found(test::run(store_.connections().find(mine, their_connection.id, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.installations().load(mine, their_account.environment_integration, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.webhooks().find(mine, their_webhook.id, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.webhooks().send_test(mine, their_webhook.id, {}, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.webhooks().replay(mine, their_webhook.id, {}, {}, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.webhooks().rotate_secret(mine, their_webhook.id, Secret{"x"}, {}, soon()))));
    EXPECT_TRUE(not_found(test::run(store_.webhooks().remove(mine, their_webhook.id, {}, soon()))));
    EXPECT_TRUE(must(test::run(store_.webhooks().list(mine, {}, soon()))).items.empty());
    EXPECT_TRUE(must(test::run(store_.webhooks().log(mine, {}, soon()))).items.empty());
    EXPECT_TRUE(not_found(test::run(
        store_.accounts().lease_refresh(mine, their_account.id, 1, Uuid{}, std::chrono::seconds(5), soon()))));
    EXPECT_TRUE(not_found(test::run(store_.account_tokens().create({mine, their_account.id, clock_.now()},
                                                                   crypto::hash_token(keyring_, "t"), {}, soon()))));
    EXPECT_EQ(must(test::run(store_.upkeep().keys.shred(mine, {}, soon()))), 0U);
    EXPECT_TRUE(test::run(store_.accounts().load_state(theirs, their_account.id, soon())));

    pqxx::connection serving(database_.url("sluice_app").reveal());
    pqxx::work transaction(serving);
    for (auto const* table :
         {"link_tokens", "connections", "account_tokens", "events", "webhooks", "deliveries", "delivery_attempts"})
        EXPECT_EQ(transaction.exec1(fmt::format("SELECT count(*) FROM {}", table))[0].as<int>(), 0) << table;
}

TEST_F(ConnectionStoreTest, AChangeWritesOnlyWhatChanged)
{
    auto const in = environment("mine");
    auto const made = account(in);
    database_.execute("UPDATE integrated_accounts SET refresh_due_at = now() + interval '1 hour'");
    database_.execute("INSERT INTO jobs (partition, kind, environment_id, id, due, lease_until) "
                      "SELECT 0, 'account_refresh', environment_id, id, now(), now() + interval '1 hour' "
                      "FROM integrated_accounts");
    auto const seal = [&] { return database_.value("SELECT encode(sealed, 'hex') FROM integrated_accounts"); };
    auto const jobs = [&] { return database_.value("SELECT string_agg(j::text, ',' ORDER BY j::text) FROM jobs j"); };
    auto const old_seal = seal();
    auto const old_jobs = jobs();
    accounts::AccountChange const note = [](Account& row, Context& context) -> Result<void> {
        row.last_forbidden_error = json::object{{"message", "no"}};
        context.visible["seen"] = true;
        return {};
    };
    auto const changed = must(test::run(store_.accounts().update(in, made.id, false, note, {}, soon())));
    EXPECT_EQ(seal(), old_seal);
    EXPECT_EQ(jobs(), old_jobs);
    auto const stored = must(test::run(store_.accounts().find(in, made.id, soon())));
    EXPECT_EQ(stored.context.at("seen"), true);
    EXPECT_EQ(stored.last_forbidden_error, changed.last_forbidden_error);
    EXPECT_EQ(stored.updated_at, changed.updated_at);
    EXPECT_EQ(stored.generation, changed.generation);
    accounts::AccountChange const replace = [](Account&, Context& context) -> Result<void> {
        context.secret["api_key"] = "new";
        return {};
    };
    must(test::run(store_.accounts().update(in, made.id, false, replace, {}, soon())));
    EXPECT_NE(seal(), old_seal);
    auto const state = must(test::run(store_.accounts().load_state(in, made.id, soon())));
    EXPECT_EQ(must(accounts::open_context(state.account, state.key)).secret.at("api_key"), "new");
}

TEST_F(ConnectionStoreTest, AnEventIsWrittenWithItsChangeOrNotAtAll)
{
    auto const in = environment("mine");
    webhook(in, "x");
    auto const made = account(in);
    EXPECT_EQ(count("events"), "2") << "created and active";
    EXPECT_EQ(count("deliveries"), "2");
    accounts::AccountChange const refused = [](Account& row, Context&) -> Result<void> {
        row.status = accounts::Status::needs_reauth;
        return invalid("x", "is refused");
    };
    EXPECT_FALSE(test::run(store_.accounts().update(in, made.id, false, refused, {}, soon())));
    EXPECT_EQ(count("events"), "2");
    must(test::run(store_.accounts().remove(in, made.id, {}, soon())));
    EXPECT_EQ(database_.value("SELECT count(*) FROM events WHERE type = 'integrated_account:deleted'"), "1");
}

TEST_F(ConnectionStoreTest, AReceiverThatFailsAgainAndAgainPausesUntilItWorksOrIsChanged)
{
    auto const in = environment("mine");
    auto const hook = webhook(in, "x");
    must(test::run(store_.webhooks().send_test(in, hook.id, {}, soon())));
    auto const id = DeliveryId{must(test::run(store_.jobs().take(wish(), soon()))).jobs.at(0).id};
    auto const load = [&] { return must(test::run(store_.webhooks().load_delivery(in, id, soon()))); };
    auto const attempt = [&](events::Attempt made) {
        if (made.outcome == events::DeliveryStatus::pending)
            made.next = clock_.now() + std::chrono::seconds(5);
        must(test::run(worker_.webhooks().record_attempt(load(), made, soon())));
    };
    for (int i = 0; i < events::WebhookRepository::kFailuresUntilPause; ++i) {
        EXPECT_FALSE(load().paused_until);
        attempt({});
    }
    EXPECT_GT(load().paused_until, clock_.now() + std::chrono::seconds(10));
    EXPECT_LT(load().paused_until, clock_.now() + std::chrono::seconds(20));
    attempt({});
    EXPECT_GT(load().paused_until, clock_.now() + std::chrono::seconds(25));
    must(test::run(store_.webhooks().update(must(test::run(store_.webhooks().find(in, hook.id, soon()))), {}, soon())));
    EXPECT_FALSE(load().paused_until);
    events::Attempt asked;
    asked.not_before = std::chrono::floor<std::chrono::milliseconds>(clock_.now()) + std::chrono::minutes(2);
    attempt(asked);
    EXPECT_EQ(load().paused_until, asked.not_before);
    events::Attempt delivered;
    delivered.outcome = events::DeliveryStatus::delivered;
    attempt(delivered);
    EXPECT_FALSE(load().paused_until);
}

TEST_F(ConnectionStoreTest, AReceiverThatIsGoneSwitchesItsWebhookOff)
{
    auto const in = environment("mine");
    auto const hook = webhook(in, "x");
    must(test::run(store_.webhooks().send_test(in, hook.id, {}, soon())));
    auto const id = DeliveryId{must(test::run(store_.jobs().take(wish(), soon()))).jobs.at(0).id};
    events::Attempt gone;
    gone.outcome = events::DeliveryStatus::dead;
    gone.is_gone = true;
    must(test::run(worker_.webhooks().record_attempt(must(test::run(store_.webhooks().load_delivery(in, id, soon()))),
                                                     gone, soon())));
    EXPECT_FALSE(must(test::run(store_.webhooks().find(in, hook.id, soon()))).is_active);
}

} // namespace
} // namespace sluice::store
