// What is written is what every way of reading gives back: no two columns of a table change places.
#include "round_trip_fixture.hpp"

namespace sluice::store {
namespace {

TEST_F(RoundTripTest, AnEnvironmentComesBackAsWritten)
{
    auto const team = must(test::run(store_.tenancy().ensure_team("Acme", {}, soon()))).value;
    EXPECT_EQ(team.name, "Acme");
    expect_recent(team.created_at);
    auto const made = must(test::run(store_.tenancy().ensure_environment("Acme", "staging", {}, soon()))).value;
    EXPECT_EQ(made.team_id, team.id);
    EXPECT_EQ(made.name, "staging");
    EXPECT_FALSE(made.reconnect_url);
    tenancy::EnvironmentChange change;
    change.theme = json::object{{"color", "#123456"}};
    change.link_origins = {"https://one.example", "https://two.example"};
    change.reconnect_url = "https://acme.example/reconnect";
    auto const changed = must(test::run(store_.tenancy().update_environment(made.id, change, {}, soon())));
    auto const expect_all = [&](tenancy::Environment const& read) {
        EXPECT_EQ(read.id, made.id);
        EXPECT_EQ(read.team_id, team.id);
        EXPECT_EQ(read.name, "staging");
        EXPECT_EQ(read.theme, *change.theme);
        EXPECT_EQ(read.link_origins, *change.link_origins);
        EXPECT_EQ(read.reconnect_url, change.reconnect_url);
        EXPECT_EQ(read.created_at, made.created_at);
    };
    expect_all(changed);
    expect_all(must(test::run(store_.tenancy().load_environment(made.id, soon()))));
    expect_all(must(test::run(store_.tenancy().find_environment("Acme", "staging", soon()))));
    expect_all(must(test::run(store_.tenancy().find_environment(team.id.str(), made.id.str(), soon()))));
    expect_all(must(test::run(store_.tenancy().ensure_environment("Acme", "staging", {}, soon()))).value);
    EXPECT_EQ(test::run(store_.tenancy().find_environment("Acme", "other", soon())).error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(test::run(store_.tenancy().load_environment(EnvironmentId{uuid_v7(clock_.now())}, soon())).error().code(),
              ErrorCode::not_found);
}

TEST_F(RoundTripTest, AnEnvironmentKeepsWhatAChangeLeavesOut)
{
    auto const environment_id = environment("t", "e");
    tenancy::EnvironmentChange change;
    change.theme = json::object{{"name", "Acme"}};
    change.reconnect_url = "https://acme.example/reconnect";
    must(test::run(store_.tenancy().update_environment(environment_id, change, {}, soon())));
    tenancy::EnvironmentChange without_page;
    without_page.reconnect_url = "";
    auto const changed = must(test::run(store_.tenancy().update_environment(environment_id, without_page, {}, soon())));
    EXPECT_EQ(changed.theme, *change.theme);
    EXPECT_FALSE(changed.reconnect_url);
}

TEST_F(RoundTripTest, AnApiTokenComesBackAsWritten)
{
    auto const environment_id = environment("t", "e");
    auto const end = in(std::chrono::hours(1));
    auto const made = must(test::run(store_.api_tokens().create(
        environment_id, {.name = "agent", .expires_at = end, .is_mcp_only = true}, hash("secret"), {}, soon())));
    auto const expect_all = [&](tenancy::ApiToken const& read) {
        EXPECT_EQ(read.id, made.id);
        EXPECT_EQ(read.environment, environment_id);
        EXPECT_EQ(read.name, "agent");
        EXPECT_TRUE(read.is_mcp_only);
        EXPECT_EQ(read.expires_at, end);
        EXPECT_EQ(read.created_at, made.created_at);
    };
    expect_recent(made.created_at);
    expect_all(made);
    expect_all(must(test::run(store_.api_tokens().find(environment_id, made.id, soon()))));
    expect_all(must(test::run(store_.api_tokens().find_by_name(environment_id, "agent", soon()))));
    expect_all(must(test::run(store_.api_tokens().list(environment_id, {}, soon()))).items.at(0));
    expect_all(must(test::run(store_.api_tokens().resolve({hash("secret")}, soon()))));
    EXPECT_EQ(
        test::run(store_.api_tokens().create(environment_id, {.name = "agent"}, hash("x"), {}, soon())).error().code(),
        ErrorCode::conflict);
    EXPECT_EQ(test::run(store_.api_tokens().find_by_name(environment_id, "other", soon())).error().code(),
              ErrorCode::not_found);
}

TEST_F(RoundTripTest, AnApiTokenWithAnotherSecretIsAnotherRowThatMayDoTheSame)
{
    auto const environment_id = environment("t", "e");
    auto const end = in(std::chrono::hours(1));
    auto const old = must(test::run(store_.api_tokens().create(
        environment_id, {.name = "agent", .expires_at = end, .is_mcp_only = true}, hash("old"), {}, soon())));
    auto const made =
        must(test::run(store_.api_tokens().replace_secret(environment_id, "agent", hash("new"), {}, soon())));
    EXPECT_NE(made.id, old.id);
    EXPECT_EQ(made.name, "agent");
    EXPECT_TRUE(made.is_mcp_only);
    EXPECT_EQ(made.expires_at, end);
    EXPECT_EQ(must(test::run(store_.api_tokens().resolve({hash("new")}, soon()))).id, made.id);
    EXPECT_EQ(test::run(store_.api_tokens().resolve({hash("old")}, soon())).error().code(), ErrorCode::not_found);
    EXPECT_EQ(
        test::run(store_.api_tokens().replace_secret(environment_id, "other", hash("x"), {}, soon())).error().code(),
        ErrorCode::not_found);
}

TEST_F(RoundTripTest, AnAccountTokenComesBackAsWritten)
{
    auto const of = account(environment("t", "e"));
    auto const end = in(std::chrono::minutes(15));
    must(test::run(store_.account_tokens().create({of.environment, of.id, end}, hash("token"), {}, soon())));
    auto const read = must(test::run(store_.account_tokens().resolve({hash("other"), hash("token")}, soon())));
    EXPECT_EQ(read.environment, of.environment);
    EXPECT_EQ(read.account, of.id);
    EXPECT_EQ(read.expires_at, end);
    EXPECT_EQ(test::run(store_.account_tokens().resolve({hash("other")}, soon())).error().code(), ErrorCode::not_found);
}

TEST_F(RoundTripTest, AnAccountTokenThatIsOverGoesWithTheNextOne)
{
    auto const of = account(environment("t", "e"));
    auto const create = [&](Timestamp end, std::string const& secret) {
        must(test::run(store_.account_tokens().create({of.environment, of.id, end}, hash(secret), {}, soon())));
    };
    create(in(-std::chrono::seconds(1)), "over");
    create(in(std::chrono::minutes(1)), "lasting");
    create(in(std::chrono::minutes(1)), "next");
    EXPECT_EQ(database_.value("SELECT count(*) FROM account_tokens"), "2");
    EXPECT_EQ(test::run(store_.account_tokens().resolve({hash("over")}, soon())).error().code(), ErrorCode::not_found);
}

TEST_F(RoundTripTest, AnIntegrationComesBackAsPublishedToItsTeamOnly)
{
    auto const mine = environment("mine", "e");
    auto const theirs = environment("theirs", "e");
    accounts::StoredIntegration wanted;
    wanted.id = IntegrationId{uuid_v7(clock_.now())};
    wanted.team = must(test::run(store_.tenancy().ensure_team("mine", {}, soon()))).value.id;
    wanted.name = "shop";
    wanted.label = "A shop";
    wanted.category = "commerce";
    wanted.is_beta = true;
    wanted.sharing = "ask";
    wanted.manifest = json::object{{"name", "shop"}, {"label", "manifest"}};
    wanted.document = json::object{{"openapi", "3.1.0"}, {"info", "document"}};
    EXPECT_TRUE(must(test::run(store_.integrations().publish(wanted, {}, soon()))));
    auto const expect_all = [&](accounts::StoredIntegration const& read, int version) {
        EXPECT_EQ(read.id, wanted.id);
        EXPECT_EQ(read.team, wanted.team);
        EXPECT_EQ(read.name, wanted.name);
        EXPECT_EQ(read.label, wanted.label);
        EXPECT_EQ(read.category, wanted.category);
        EXPECT_EQ(read.is_beta, wanted.is_beta);
        EXPECT_EQ(read.sharing, wanted.sharing);
        EXPECT_EQ(read.version, version);
        expect_recent(read.created_at);
        EXPECT_GE(read.updated_at, read.created_at);
    };
    auto const expect_whole = [&](accounts::StoredIntegration const& read, int version) {
        expect_all(read, version);
        EXPECT_EQ(read.manifest, wanted.manifest);
        EXPECT_EQ(read.document, wanted.document);
    };
    auto const listed = [&](EnvironmentId environment_id) {
        std::vector<accounts::StoredIntegration> found;
        for (auto& item : must(test::run(store_.integrations().list(environment_id, soon()))))
            if (item.name == "shop")
                found.push_back(std::move(item));
        return found;
    };
    expect_whole(must(test::run(store_.integrations().find(mine, wanted.id, soon()))), 1);
    ASSERT_EQ(listed(mine).size(), 1U);
    expect_all(listed(mine)[0], 1);
    EXPECT_TRUE(listed(mine)[0].manifest.is_null()) << "a list is read without documents";

    EXPECT_FALSE(must(test::run(store_.integrations().publish(wanted, {}, soon())))) << "it says the same";
    wanted.label = "Another label";
    wanted.manifest = json::object{{"name", "shop"}, {"label", "changed"}};
    EXPECT_TRUE(must(test::run(store_.integrations().publish(wanted, {}, soon()))));
    expect_whole(must(test::run(store_.integrations().load(wanted.id, soon()))), 2);

    EXPECT_TRUE(listed(theirs).empty());
    EXPECT_EQ(test::run(store_.integrations().find(theirs, wanted.id, soon())).error().code(), ErrorCode::not_found);
    EXPECT_EQ(test::run(store_.integrations().load(IntegrationId{uuid_v7(clock_.now())}, soon())).error().code(),
              ErrorCode::not_found);
}

TEST_F(RoundTripTest, AnEnvironmentIntegrationComesBackAsWritten)
{
    accounts::EnvironmentIntegration wanted;
    wanted.environment = environment("t", "e");
    wanted.integration = catalog::builtin_id("gorgias");
    wanted.override = json::object{{"credentials", json::object{{"oauth2", json::object{{"client_id", "app"}}}}}};
    wanted.is_enabled = false;
    wanted.show_in_catalog = false;
    auto const made = must(test::run(store_.installations().ensure(wanted, {}, soon())));
    EXPECT_TRUE(made.created);
    wanted.id = made.row.id;
    auto const expect_all = [&](accounts::EnvironmentIntegration const& read) {
        EXPECT_EQ(read.id, wanted.id);
        EXPECT_EQ(read.environment, wanted.environment);
        EXPECT_EQ(read.integration, wanted.integration);
        EXPECT_EQ(read.override, wanted.override);
        EXPECT_EQ(read.is_enabled, wanted.is_enabled);
        EXPECT_EQ(read.show_in_catalog, wanted.show_in_catalog);
        EXPECT_TRUE(read.last_error.is_null());
        EXPECT_EQ(read.created_at, made.row.created_at);
        EXPECT_GE(read.updated_at, read.created_at);
    };
    auto const expect_everywhere = [&] {
        expect_all(must(test::run(store_.installations().find(wanted.environment, wanted.id, soon()))));
        expect_all(must(test::run(store_.installations().load(wanted.environment, wanted.id, soon()))).row);
        expect_all(must(test::run(store_.installations().list(wanted.environment, {}, soon()))).items.at(0));
    };
    expect_recent(made.row.created_at);
    expect_all(made.row);
    expect_everywhere();
    auto const again = must(test::run(store_.installations().ensure(wanted, {}, soon())));
    EXPECT_FALSE(again.created);
    expect_all(again.row);
    wanted.override["base_url"] = "https://elsewhere.example";
    wanted.is_enabled = true;
    expect_all(must(test::run(store_.installations().update(wanted, {}, soon()))));
    expect_everywhere();
    wanted.id = EnvironmentIntegrationId{uuid_v7(clock_.now())};
    EXPECT_EQ(test::run(store_.installations().update(wanted, {}, soon())).error().code(), ErrorCode::not_found);
}

TEST_F(RoundTripTest, TheSecretOfAnAppStaysAsLongAsThereIsAnApp)
{
    accounts::EnvironmentIntegration row;
    row.environment = environment("t", "e");
    row.integration = catalog::builtin_id("gorgias");
    row.override = json::object{{"credentials", json::object{{"oauth2", json::object{{"client_id", "app"}}}}}};
    row.app_secret = Secret{"first"};
    row.id = must(test::run(store_.installations().ensure(row, {}, soon()))).row.id;
    auto const secret = [&] {
        auto const sealed = must(test::run(store_.installations().load(row.environment, row.id, soon()))).app_secret;
        return sealed ? std::string(must(sealed->key.open(sealed->place, sealed->sealed)).reveal()) : "none";
    };
    auto const update = [&] { must(test::run(store_.installations().update(row, {}, soon()))); };
    EXPECT_EQ(secret(), "first");
    row.app_secret.reset();
    row.show_in_catalog = false;
    update();
    EXPECT_EQ(secret(), "first");
    row.app_secret = Secret{"second"};
    update();
    EXPECT_EQ(secret(), "second");
    row.app_secret.reset();
    row.override = json::object();
    update();
    EXPECT_EQ(secret(), "none");
    row.app_secret = Secret{"of no app"};
    update();
    EXPECT_EQ(secret(), "none");
}

TEST_F(RoundTripTest, DocumentationComesBackAsWritten)
{
    auto const environment_id = environment("t", "e");
    auto const installation = installed(environment_id);
    accounts::DocumentationRow wanted;
    wanted.environment = environment_id;
    wanted.entity_type = "environment_integration";
    wanted.entity_id = installation.id.uuid();
    wanted.resource = "tickets";
    wanted.method = "list";
    wanted.type = "description";
    wanted.format = "markdown";
    wanted.value = "Lists *tickets*.";
    auto const made = must(test::run(store_.documentation().create(wanted, {}, soon())));
    wanted.id = made.id;
    auto const expect_all = [&](accounts::DocumentationRow const& read) {
        EXPECT_EQ(read.id, wanted.id);
        EXPECT_EQ(read.environment, environment_id);
        EXPECT_EQ(read.entity_type, wanted.entity_type);
        EXPECT_EQ(read.entity_id, wanted.entity_id);
        EXPECT_EQ(read.resource, wanted.resource);
        EXPECT_EQ(read.method, wanted.method);
        EXPECT_EQ(read.type, wanted.type);
        EXPECT_EQ(read.format, wanted.format);
        EXPECT_EQ(read.value, wanted.value);
        EXPECT_EQ(read.created_at, made.created_at);
        EXPECT_GE(read.updated_at, read.created_at);
    };
    auto const of_installation = [&] {
        return must(test::run(
            store_.documentation().of_installation(environment_id, installation.id, installation.integration, soon())));
    };
    expect_recent(made.created_at);
    expect_all(made);
    expect_all(must(test::run(store_.documentation().find(environment_id, made.id, soon()))));
    expect_all(must(test::run(store_.documentation().list(environment_id, {}, soon()))).items.at(0));
    expect_all(of_installation().at(0));
    EXPECT_EQ(test::run(store_.documentation().create(wanted, {}, soon())).error().code(), ErrorCode::conflict);
    wanted.format = "text";
    wanted.value = "Lists tickets.";
    expect_all(must(test::run(store_.documentation().update(wanted, {}, soon()))));
    expect_all(must(test::run(store_.documentation().find(environment_id, made.id, soon()))));

    auto general = wanted;
    general.entity_type = "integration";
    general.entity_id = installation.integration.uuid();
    must(test::run(store_.documentation().create(general, {}, soon())));
    auto note = general;
    note.type = "note";
    must(test::run(store_.documentation().create(note, {}, soon())));
    auto const rows = of_installation();
    ASSERT_EQ(rows.size(), 2U) << "a note changes no tool";
    EXPECT_EQ(rows[0].entity_type, "integration");
    EXPECT_EQ(rows[1].entity_type, "environment_integration") << "the most specific last";
    must(test::run(store_.documentation().remove(environment_id, made.id, {}, soon())));
    EXPECT_EQ(of_installation().size(), 1U);
}

TEST_F(RoundTripTest, AWebhookComesBackAsWritten)
{
    events::Webhook wanted;
    wanted.environment = environment("t", "e");
    wanted.target_url = "https://receiver.example/hook";
    wanted.event_types = {"integrated_account:active", "integrated_account:deleted"};
    wanted.is_active = false;
    auto const made = must(test::run(store_.webhooks().create(wanted, Secret{"secret"}, {}, soon())));
    wanted.id = made.id;
    auto const expect_all = [&](events::Webhook const& read) {
        EXPECT_EQ(read.id, wanted.id);
        EXPECT_EQ(read.environment, wanted.environment);
        EXPECT_EQ(read.target_url, wanted.target_url);
        EXPECT_EQ(read.event_types, wanted.event_types);
        EXPECT_EQ(read.is_active, wanted.is_active);
        EXPECT_EQ(read.created_at, made.created_at);
        EXPECT_GE(read.updated_at, read.created_at);
    };
    expect_recent(made.created_at);
    expect_all(made);
    expect_all(must(test::run(store_.webhooks().find(wanted.environment, made.id, soon()))));
    expect_all(must(test::run(store_.webhooks().list(wanted.environment, {}, soon()))).items.at(0));
    wanted.target_url = "https://receiver.example/other";
    wanted.event_types = {};
    wanted.is_active = true;
    expect_all(must(test::run(store_.webhooks().update(wanted, {}, soon()))));
    expect_all(
        must(test::run(store_.webhooks().rotate_secret(wanted.environment, made.id, Secret{"new"}, {}, soon()))));
    must(test::run(store_.webhooks().remove(wanted.environment, made.id, {}, soon())));
    EXPECT_EQ(test::run(store_.webhooks().find(wanted.environment, made.id, soon())).error().code(),
              ErrorCode::not_found);
}

TEST_F(RoundTripTest, ADeliveryAndTheLogOfItsAttemptsComeBackAsWritten)
{
    events::Webhook hook;
    hook.environment = environment("t", "e");
    hook.target_url = "https://receiver.example/";
    hook = must(test::run(store_.webhooks().create(hook, Secret{"first"}, {}, soon())));
    must(test::run(store_.webhooks().rotate_secret(hook.environment, hook.id, Secret{"second"}, {}, soon())));
    auto const event = must(test::run(store_.webhooks().send_test(hook.environment, hook.id, {}, soon())));
    jobs::Wish wish;
    wish.kind = events::kDeliveryJob;
    wish.most = wish.share = 1;
    wish.lease = std::chrono::seconds(60);
    auto const job = must(test::run(store_.jobs().take(wish, soon()))).jobs.at(0);
    EXPECT_EQ(job.environment, hook.environment);
    EXPECT_GT(job.lease_until, clock_.now() + std::chrono::seconds(30));
    auto const load = [&] {
        return must(test::run(store_.webhooks().load_delivery(hook.environment, DeliveryId{job.id}, soon())));
    };
    auto const state = load();
    EXPECT_EQ(state.status, events::DeliveryStatus::pending);
    EXPECT_EQ(state.attempts, 0);
    expect_recent(state.created_at);
    EXPECT_EQ(state.event.id, event);
    EXPECT_EQ(state.event.type, "test");
    EXPECT_EQ(state.event.payload, (json::object{{"message", "This is a test."}}));
    expect_recent(state.event.created_at);
    EXPECT_EQ(state.webhook.id, hook.id);
    ASSERT_EQ(state.secrets.size(), 2U);
    EXPECT_EQ(state.secrets[0].reveal(), "second");
    EXPECT_EQ(state.secrets[1].reveal(), "first");

    events::Attempt unanswered;
    unanswered.error = "timeout";
    unanswered.duration = std::chrono::milliseconds(4321);
    unanswered.next = clock_.now();
    must(test::run(worker_.webhooks().record_attempt(state, unanswered, soon())));
    EXPECT_EQ(load().attempts, 1);
    events::Attempt answered;
    answered.status = 204;
    answered.duration = std::chrono::milliseconds(12);
    answered.outcome = events::DeliveryStatus::delivered;
    must(test::run(worker_.webhooks().record_attempt(load(), answered, soon())));
    EXPECT_EQ(load().status, events::DeliveryStatus::delivered);

    auto const log = must(test::run(store_.webhooks().log(hook.environment, {}, soon()))).items;
    ASSERT_EQ(log.size(), 2U);
    for (auto const& entry : log) {
        EXPECT_EQ(entry.event, event);
        EXPECT_EQ(entry.event_type, "test");
        EXPECT_EQ(entry.webhook, hook.id);
        EXPECT_EQ(entry.delivery, state.id);
        expect_recent(entry.created_at);
    }
    EXPECT_EQ(log[0].attempt, 2);
    EXPECT_EQ(log[0].status, 204);
    EXPECT_FALSE(log[0].error);
    EXPECT_EQ(log[0].duration, answered.duration);
    EXPECT_EQ(log[1].attempt, 1);
    EXPECT_FALSE(log[1].status);
    EXPECT_EQ(log[1].error, "timeout");
    EXPECT_EQ(log[1].duration, unanswered.duration);
}

} // namespace
} // namespace sluice::store
