// Quotas on a real PostgreSQL: the triggers keep the numbers, and a row beyond the quota is refused.
#include "quota_fixture.hpp"

#include <future>
#include <vector>

#include <pqxx/connection>
#include <pqxx/transaction>

namespace sluice::store {
namespace {

class EachQuota : public QuotaTest, public ::testing::WithParamInterface<tenancy::QuotaTraits> {};

TEST_P(EachQuota, AllowsSoManyRowsAndNotOneMore)
{
    auto const quota = GetParam().quota;
    if (quota == Quota::approvals)
        allow(Quota::write_calls, 100); // A call that waits counts there too.
    auto const refused = fill(quota);
    auto const expected = tenancy::quota_reached({quota, kMost, kMost, false});
    EXPECT_EQ(refused.code(), expected.code());
    EXPECT_EQ(refused.public_detail(), expected.public_detail());
    EXPECT_EQ(used(quota), kMost) << "nothing is left of the row that was refused";
    EXPECT_EQ(miscounted(), "");

    allow(quota, kMost + 1);
    EXPECT_TRUE(make(quota)) << "the operator allows this environment more";
    EXPECT_EQ(fill(quota).public_detail(), tenancy::quota_reached({quota, kMost + 1, kMost + 1, true}).public_detail());
    EXPECT_TRUE(use_of(quota).is_own);
    allow(quota, std::nullopt);
    EXPECT_EQ(use_of(quota).limit, kMost);
    EXPECT_FALSE(use_of(quota).is_own);
    EXPECT_EQ(fill(quota).public_detail(), tenancy::quota_reached({quota, kMost + 1, kMost, false}).public_detail());
}

INSTANTIATE_TEST_SUITE_P(Quotas, EachQuota, ::testing::ValuesIn(tenancy::kQuotas),
                         [](auto const& quota) { return std::string(quota.param.name); });

TEST_F(QuotaTest, ARowThatIsDeletedMakesRoom)
{
    fill(Quota::accounts);
    must(test::run(store_.accounts().remove(in_, account_.id, {}, soon())));
    EXPECT_EQ(used(Quota::mcp_servers), 0) << "its servers went with it";
    EXPECT_TRUE(make_account());
    fill(Quota::webhooks);
    auto const webhooks = must(test::run(store_.webhooks().list(in_, {}, soon()))).items;
    must(test::run(store_.webhooks().remove(in_, webhooks.front().id, {}, soon())));
    EXPECT_TRUE(make_webhook());
    EXPECT_FALSE(make_webhook());
    EXPECT_EQ(miscounted(), "");
}

TEST_F(QuotaTest, ADecidedCallWaitsNoLonger)
{
    auto const asked = must(ask("call"));
    EXPECT_EQ(used(Quota::approvals), 1);
    must(test::run(store_.write_calls().decide(in_, asked.id, true, "link", {}, soon())));
    EXPECT_EQ(used(Quota::approvals), 0);
    EXPECT_EQ(used(Quota::write_calls), 1) << "it is remembered";
    EXPECT_EQ(miscounted(), "");
}

TEST_F(QuotaTest, WhatIsThereIsNeverRefused)
{
    fill(Quota::accounts);
    fill(Quota::mcp_servers);
    Account again = account_;
    again.status = accounts::Status::connecting;
    EXPECT_TRUE(test::run(limited_.connections().store_account({}, {}, again, {{}, {{"api_key", "y"}}}, {}, soon())))
        << "an account is connected again";
    accounts::AccountChange const change = [](Account& row, Context&) {
        row.is_blocked = true;
        return Result<void>{};
    };
    EXPECT_TRUE(test::run(limited_.accounts().update(in_, account_.id, false, change, {}, soon())));

    EXPECT_TRUE(make_request("known"));
    fill(Quota::keyed_requests);
    EXPECT_EQ(must(make_request("known")).state, safeguards::KeyedRequest::State::running);
    EXPECT_TRUE(ask("known"));
    fill(Quota::approvals);
    EXPECT_EQ(must(ask("known")).state, safeguards::WriteCall::State::pending);
    EXPECT_TRUE(make_document("known"));
    fill(Quota::documents);
    EXPECT_NE(make_document("known").error().public_detail().find("PATCH"), std::string::npos);

    auto const hash = next_hash();
    must(test::run(limited_.api_tokens().create(in_, {.name = "known"}, hash, {}, soon())));
    fill(Quota::api_tokens);
    allow(Quota::api_tokens, 1);
    EXPECT_TRUE(test::run(limited_.api_tokens().replace_secret(in_, "known", next_hash(), {}, soon())));
}

TEST_F(QuotaTest, ACustomerIsNotToldWhatOnlyAnOperatorCanUse)
{
    fill(Quota::accounts);
    Account another = account_;
    another.id = {};
    auto const refused =
        test::run(limited_.connections().store_account({}, {}, another, {{}, {{"api_key", "y"}}}, {}, soon())).error();
    EXPECT_EQ(refused.code(), ErrorCode::forbidden);
    EXPECT_EQ(refused.public_detail().find("sluice environment quota"), std::string::npos);
    EXPECT_NE(refused.log_message().find("`accounts` allows 3"), std::string::npos);
}

TEST_F(QuotaTest, WhatHasEndedIsForgottenBeforeSomethingIsRefused)
{
    fill(Quota::approvals);
    fill(Quota::keyed_requests);
    fill(Quota::streams);
    database_.execute("UPDATE write_calls SET ends_at = now(); UPDATE keyed_requests SET ends_at = now(); "
                      "UPDATE mcp_streams SET seen_at = now() - interval '91 seconds'");
    for (auto const quota : {Quota::approvals, Quota::keyed_requests, Quota::streams}) {
        EXPECT_EQ(used(quota), kMost);
        EXPECT_TRUE(make(quota)) << tenancy::traits_of(quota).name;
        EXPECT_EQ(used(quota), 1) << tenancy::traits_of(quota).name;
    }
    fill(Quota::write_calls);
    database_.execute("UPDATE write_calls SET ends_at = now()");
    EXPECT_TRUE(make(Quota::write_calls));
    EXPECT_EQ(miscounted(), "");
}

TEST_F(QuotaTest, ManyWritersAtOnceKeepTheNumbersRight)
{
    pg::Pool wide({.url = database_.url("sluice_app"), .connections = 8}, metrics_, log_);
    Store store(wide, keyring_, clock_, no_caches_);
    auto const work = [&](int writer) {
        for (int i = 0; i < 10; ++i) {
            Account row = account_;
            row.id = {};
            auto const made = must(test::run(store.accounts().create(row, {{}, {{"api_key", "x"}}}, {}, soon())));
            auto of = server_;
            of.id = {};
            of.account = made.id;
            auto const hash = crypto::hash_token(keyring_, fmt::format("{} {}", writer, i));
            must(test::run(store.servers().create(of, hash, {}, soon())));
            if (i % 2 == 0)
                must(test::run(store.accounts().remove(in_, made.id, {}, soon())));
        }
    };
    std::vector<std::future<void>> writers;
    for (int writer = 0; writer < 8; ++writer)
        writers.push_back(std::async(std::launch::async, work, writer));
    for (auto& writer : writers)
        writer.get();
    EXPECT_EQ(used(Quota::accounts), 1 + 8 * 5);
    EXPECT_EQ(used(Quota::mcp_servers), 1 + 8 * 5);
    EXPECT_EQ(miscounted(), "");
    EXPECT_EQ(
        database_.value("SELECT max(slots) <= 16 FROM (SELECT count(*) AS slots FROM row_counts GROUP BY kind) k"),
        "t");
}

TEST_F(QuotaTest, NobodyWaitsForAWriterThatHasNotCommitted)
{
    must(make_webhook());
    pqxx::connection connection(database_.url("").reveal());
    pqxx::work slow(connection);
    slow.exec(fmt::format("INSERT INTO webhooks SELECT (r).* FROM (SELECT jsonb_populate_record(w, "
                          "jsonb_build_object('id', gen_random_uuid())) AS r FROM webhooks w) copies"));
    EXPECT_TRUE(make_webhook());
    EXPECT_EQ(used(Quota::webhooks), 2);
    EXPECT_TRUE(make_webhook());
    slow.commit();
    EXPECT_EQ(used(Quota::webhooks), 4) << "what was made at the same moment exceeds the quota together";
    EXPECT_FALSE(make_webhook());
    EXPECT_EQ(miscounted(), "");
}

TEST_F(QuotaTest, UninstallingMakesRoom)
{
    fill(Quota::accounts);
    fill(Quota::approvals);
    fill(Quota::keyed_requests);
    fill(Quota::account_tokens);
    fill(Quota::connections);
    auto const installation = account_.environment_integration;
    must(test::run(store_.installations().remove(in_, installation, {}, soon())));
    while (must(test::run(worker_.installations().remove_rest(in_, installation, soon()))))
        ;
    for (auto const quota : {Quota::accounts, Quota::mcp_servers, Quota::approvals, Quota::write_calls,
                             Quota::keyed_requests, Quota::account_tokens, Quota::connections})
        EXPECT_EQ(used(quota), 0) << tenancy::traits_of(quota).name;
    EXPECT_EQ(miscounted(), "");
}

TEST_F(QuotaTest, RetentionMakesRoom)
{
    fill(Quota::link_tokens);
    fill(Quota::approvals);
    database_.execute("UPDATE link_tokens SET expires_at = now() - interval '31 days'; "
                      "UPDATE write_calls SET ends_at = now() - interval '1 second'");
    must(test::run(worker_.upkeep().retention.sweep(in_, soon())));
    EXPECT_EQ(used(Quota::link_tokens), 0);
    EXPECT_EQ(used(Quota::approvals), 0);
    EXPECT_EQ(miscounted(), "");
}

TEST_F(QuotaTest, AnotherEnvironmentsNumbersAreNotSeen)
{
    auto const theirs = environment("t", "theirs");
    allow(Quota::webhooks, 7);
    must(make_webhook());
    auto const seen = use_of(Quota::webhooks, theirs);
    EXPECT_EQ(seen.used, 0);
    EXPECT_EQ(seen.limit, kMost);

    pqxx::connection connection(database_.url("sluice_app").reveal());
    pqxx::work transaction(connection);
    transaction.exec(fmt::format("SELECT set_config('sluice.environment_id', '{}', true)", to_hex(theirs.uuid())));
    for (auto const* table : {"row_counts", "environment_quotas"})
        EXPECT_EQ(transaction.exec1(fmt::format("SELECT count(*) FROM {}", table))[0].as<int>(), 0) << table;
    EXPECT_THROW(transaction.exec("UPDATE row_counts SET rows = 0"), pqxx::sql_error);
}

TEST_F(QuotaTest, WhatIsRemovedAsAWholeIsCountedNoMore)
{
    must(make_webhook());
    database_.execute("TRUNCATE webhooks");
    EXPECT_EQ(used(Quota::webhooks), 0);
    EXPECT_EQ(miscounted(), "");
    auto const gone = environment("t", "gone");
    must(test::run(store_.api_tokens().create(gone, {.name = "token"}, next_hash(), {}, soon())));
    must(test::run(store_.tenancy().set_quota(gone, Quota::webhooks, 7, {}, soon())));
    auto const of = fmt::format("'{}'", to_hex(gone.uuid()));
    database_.execute(fmt::format("DELETE FROM api_tokens WHERE environment_id = {0}; "
                                  "DELETE FROM data_keys WHERE environment_id = {0}; "
                                  "DELETE FROM environments WHERE id = {0}",
                                  of));
    EXPECT_EQ(database_.value("SELECT count(*) FROM row_counts WHERE environment_id = " + of), "0");
    EXPECT_EQ(database_.value("SELECT count(*) FROM environment_quotas WHERE environment_id = " + of), "0");
}

TEST_F(QuotaTest, StreamsOfAnOlderReplicaDoNotCount)
{
    database_.execute("INSERT INTO mcp_streams (id, mcp_server_id, replica) VALUES (gen_random_uuid(), "
                      "gen_random_uuid(), gen_random_uuid())");
    EXPECT_EQ(miscounted(), "");
    database_.execute("DELETE FROM mcp_streams");
    EXPECT_EQ(miscounted(), "");
}

} // namespace
} // namespace sluice::store
