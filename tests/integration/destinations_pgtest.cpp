// Notification destinations: webhooks of another kind, in the same table and with the same deliveries.
#include "connection_fixture.hpp"

namespace sluice::store {
namespace {

using events::Destination;

constexpr char kUrl[] = "https://hooks.slack.com/services/T0001/B0001/planted-secret-abcd";

class DestinationStoreTest : public ConnectionStoreTest {
protected:
    Destination destination(EnvironmentId in, std::vector<std::string> event_types = {"approval:requested"})
    {
        Destination made;
        made.environment = in;
        made.label = "Operators";
        made.masked_url = "https://hooks.slack.com/services/…/abcd";
        made.event_types = std::move(event_types);
        return must(test::run(store_.destinations().create(made, Secret{kUrl}, {}, soon())));
    }
    Destination found(Destination const& of)
    {
        return must(test::run(store_.destinations().find(of.environment, of.id, soon())));
    }
    /// The deliveries that are due.
    std::vector<jobs::Job> due() { return must(test::run(store_.jobs().take(wish(), soon()))).jobs; }
    events::DeliveryState load(jobs::Job const& job)
    {
        return must(test::run(store_.webhooks().load_delivery(job.environment, DeliveryId{job.id}, soon())));
    }
    void record(jobs::Job const& job, events::Attempt attempt)
    {
        must(test::run(worker_.webhooks().record_attempt(load(job), std::move(attempt), soon())));
    }
    static events::Attempt failed(int status, Timestamp next)
    {
        events::Attempt attempt;
        attempt.status = status;
        attempt.next = next;
        return attempt;
    }
    static events::Attempt delivered()
    {
        events::Attempt attempt;
        attempt.status = 200;
        attempt.outcome = events::DeliveryStatus::delivered;
        return attempt;
    }
    template <class T>
    static bool is_absent(Result<T> const& result)
    {
        return !result && result.error().code() == ErrorCode::not_found;
    }
};

TEST_F(DestinationStoreTest, ComesBackAsWrittenAndIsNeverInClear)
{
    auto const in = environment("mine");
    auto wanted = destination(in, {"approval:requested", "integrated_account:deleted"});
    auto const expect_all = [&](Destination const& read) {
        EXPECT_EQ(read.id, wanted.id);
        EXPECT_EQ(read.environment, in);
        EXPECT_EQ(read.kind, events::ReceiverKind::slack);
        EXPECT_EQ(read.label, wanted.label);
        EXPECT_EQ(read.masked_url, wanted.masked_url);
        EXPECT_EQ(read.event_types, wanted.event_types);
        EXPECT_EQ(read.is_active, wanted.is_active);
        EXPECT_FALSE(read.last_failure);
        EXPECT_EQ(read.created_at, wanted.created_at);
    };
    expect_all(found(wanted));
    expect_all(must(test::run(store_.destinations().list(in, {}, soon()))).items.at(0));
    auto const url = [&] {
        return must(test::run(store_.destinations().load_test(in, wanted.id, {}, soon()))).secrets.at(0).reveal();
    };
    EXPECT_EQ(url(), kUrl);
    wanted.label = "Others";
    wanted.event_types = {};
    wanted.is_active = false;
    expect_all(must(test::run(store_.destinations().update(wanted, std::nullopt, {}, soon()))));
    EXPECT_EQ(url(), kUrl) << "as before";
    wanted.masked_url = "https://chat.example/hooks/…/efgh";
    expect_all(must(test::run(
        store_.destinations().update(wanted, Secret{"https://chat.example/hooks/planted-secret-efgh"}, {}, soon()))));
    EXPECT_EQ(url(), "https://chat.example/hooks/planted-secret-efgh");
    EXPECT_EQ(database_.value("SELECT count(*) FROM webhooks w WHERE w::text LIKE '%planted%' OR "
                              "position('planted'::bytea IN sealed) > 0"),
              "0");
    must(test::run(store_.destinations().remove(in, wanted.id, {}, soon())));
    EXPECT_TRUE(is_absent(test::run(store_.destinations().find(in, wanted.id, soon()))));
    EXPECT_TRUE(is_absent(test::run(store_.destinations().remove(in, wanted.id, {}, soon()))));
}

TEST_F(DestinationStoreTest, IsNoWebhookAndNoWebhookIsADestination)
{
    auto const in = environment("mine");
    auto const hook = webhook(in, "x");
    auto const made = destination(in);
    WebhookId const as_hook{made.id.uuid()};
    NotificationDestinationId const as_destination{hook.id.uuid()};
    EXPECT_EQ(must(test::run(store_.webhooks().list(in, {}, soon()))).items.size(), 1U);
    EXPECT_EQ(must(test::run(store_.destinations().list(in, {}, soon()))).items.size(), 1U);
    EXPECT_TRUE(is_absent(test::run(store_.webhooks().find(in, as_hook, soon()))));
    EXPECT_TRUE(is_absent(test::run(store_.webhooks().rotate_secret(in, as_hook, Secret{"x"}, {}, soon()))));
    EXPECT_TRUE(is_absent(test::run(store_.webhooks().send_test(in, as_hook, {}, soon()))));
    EXPECT_TRUE(is_absent(test::run(store_.webhooks().replay(in, as_hook, {}, {}, soon()))));
    EXPECT_TRUE(is_absent(test::run(store_.webhooks().remove(in, as_hook, {}, soon()))));
    auto changed_hook = hook;
    changed_hook.id = as_hook;
    EXPECT_TRUE(is_absent(test::run(store_.webhooks().update(changed_hook, {}, soon()))));
    EXPECT_TRUE(is_absent(test::run(store_.destinations().find(in, as_destination, soon()))));
    EXPECT_TRUE(is_absent(test::run(store_.destinations().load_test(in, as_destination, {}, soon()))));
    EXPECT_TRUE(is_absent(test::run(store_.destinations().remove(in, as_destination, {}, soon()))));
    auto changed = made;
    changed.id = as_destination;
    EXPECT_TRUE(is_absent(test::run(store_.destinations().update(changed, std::nullopt, {}, soon()))));
    EXPECT_EQ(must(test::run(store_.destinations().load_test(in, made.id, {}, soon()))).secrets.at(0).reveal(), kUrl);
}

TEST_F(DestinationStoreTest, HearsOfWhatItWantsInTheSameDeliveriesAsWebhooks)
{
    auto const in = environment("mine");
    webhook(in, "x");
    destination(in);
    auto const all = destination(in, {});
    account(in);
    auto const jobs = due();
    ASSERT_EQ(jobs.size(), 2U) << "the new account, for the webhook and for one of the destinations";
    std::size_t to_chat = 0;
    for (auto const& job : jobs) {
        auto const state = load(job);
        if (state.webhook.kind == events::ReceiverKind::slack) {
            ++to_chat;
            EXPECT_EQ(state.webhook.id.uuid(), all.id.uuid());
            EXPECT_EQ(state.secrets.at(0).reveal(), kUrl);
        }
        record(job, delivered());
    }
    EXPECT_EQ(to_chat, 1U);
    auto const of_webhooks = must(test::run(store_.webhooks().log(in, {}, soon()))).items;
    ASSERT_EQ(of_webhooks.size(), 1U);
    EXPECT_EQ(of_webhooks[0].kind, events::ReceiverKind::webhook);
    auto const of_destinations = must(test::run(store_.destinations().log(in, {}, soon()))).items;
    ASSERT_EQ(of_destinations.size(), 1U);
    EXPECT_EQ(of_destinations[0].kind, events::ReceiverKind::slack);
    EXPECT_EQ(of_destinations[0].webhook.uuid(), all.id.uuid());
}

TEST_F(DestinationStoreTest, ShowsWhyTheLastAttemptFailedUntilOneSucceeds)
{
    auto const in = environment("mine");
    auto const made = destination(in, {});
    account(in);
    auto const job = due().at(0);
    for (int i = 0; i < events::WebhookRepository::kFailuresUntilPause; ++i)
        record(job, failed(404, clock_.now()));
    auto const failure = found(made).last_failure;
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->status, 404);
    EXPECT_EQ(failure->error, "");
    EXPECT_LT(clock_.now() - failure->occurred_at, std::chrono::minutes(1));
    EXPECT_TRUE(load(job).paused_until) << "like any receiver";
    must(test::run(store_.destinations().record_works(in, made.id, soon())));
    EXPECT_FALSE(found(made).last_failure);
    EXPECT_FALSE(load(job).paused_until);
    events::Attempt unanswered;
    unanswered.error = "hooks.slack.com did not answer in time.";
    unanswered.next = clock_.now();
    record(job, unanswered);
    EXPECT_EQ(found(made).last_failure->error, unanswered.error);
    EXPECT_FALSE(found(made).last_failure->status);
    must(test::run(store_.destinations().update(found(made), std::nullopt, {}, soon())));
    EXPECT_FALSE(found(made).last_failure) << "not held against what was changed";
    record(job, failed(500, clock_.now()));
    record(job, delivered());
    EXPECT_FALSE(found(made).last_failure);
}

TEST_F(DestinationStoreTest, IsSwitchedOffWhenItsChannelIsGone)
{
    auto const in = environment("mine");
    auto const made = destination(in, {});
    account(in);
    events::Attempt gone;
    gone.status = 410;
    gone.is_gone = true;
    gone.outcome = events::DeliveryStatus::dead;
    record(due().at(0), gone);
    EXPECT_FALSE(found(made).is_active);
    EXPECT_EQ(found(made).last_failure->status, 410);
}

TEST_F(DestinationStoreTest, OnlySoManyAreMadeBesideAllWebhooks)
{
    auto const in = environment("mine");
    webhook(in, "x");
    for (int i = 0; i < tenancy::QuotaConfig().of(tenancy::Quota::notification_destinations); ++i)
        destination(in);
    Destination more;
    more.environment = in;
    more.label = "x";
    more.masked_url = "…";
    EXPECT_EQ(test::run(store_.destinations().create(more, Secret{kUrl}, {}, soon())).error().code(),
              ErrorCode::conflict);
    webhook(in, "y");
    destination(environment("theirs"));
}

TEST_F(DestinationStoreTest, OfAnotherEnvironmentIsNotThere)
{
    auto const mine = environment("mine");
    auto const theirs = destination(environment("theirs"));
    EXPECT_TRUE(is_absent(test::run(store_.destinations().find(mine, theirs.id, soon()))));
    EXPECT_TRUE(is_absent(test::run(store_.destinations().load_test(mine, theirs.id, {}, soon()))));
    EXPECT_TRUE(is_absent(test::run(store_.destinations().remove(mine, theirs.id, {}, soon()))));
    auto stolen = theirs;
    stolen.environment = mine;
    EXPECT_TRUE(
        is_absent(test::run(store_.destinations().update(stolen, Secret{"https://thief.example/"}, {}, soon()))));
    must(test::run(store_.destinations().record_works(mine, theirs.id, soon())));
    EXPECT_TRUE(must(test::run(store_.destinations().list(mine, {}, soon()))).items.empty());
    EXPECT_TRUE(must(test::run(store_.destinations().log(mine, {}, soon()))).items.empty());
    EXPECT_EQ(
        must(test::run(store_.destinations().load_test(theirs.environment, theirs.id, {}, soon()))).secrets[0].reveal(),
        kUrl);
}

} // namespace
} // namespace sluice::store
