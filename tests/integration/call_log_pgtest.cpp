#include "calllog/pipe.hpp"
#include "calllog/recorder.hpp"
#include "calllog/sum_job.hpp"
#include "store_fixture.hpp"
#include "support/clock.hpp"

#include <gtest/gtest.h>

namespace sluice::store {
namespace {

using calllog::LogType;
using tenancy::Condition;
using test::must;
using test::soon;

class CallLogTest : public StoreTest {
protected:
    /// The row of a call as a recorder writes it, and its id.
    std::string row(EnvironmentId environment, calllog::Ended const& call, LogEntryId& id)
    {
        asio::io_context io(1);
        calllog::Pipe pipe(io, {.ring_bytes = 1UL << 16, .gather = std::chrono::milliseconds(0)});
        std::uint64_t taken = 0;
        calllog::Recorder recorder(&pipe.add(taken), nullptr, recorded_, log_);
        auto of_environment = call;
        of_environment.environment = environment;
        id = recorder.record(of_environment);
        pipe.close();
        auto batch = test::run_on(io, pipe.next());
        day_ = batch->day;
        return batch->rows;
    }
    LogEntryId add(EnvironmentId environment, calllog::Ended const& call)
    {
        LogEntryId id;
        auto rows = row(environment, call, id);
        must(test::run(log_rows_->append(std::move(rows), day_, soon())));
        return id;
    }
    std::vector<calllog::LogEntry> list(LogType type, std::vector<Condition> conditions, EnvironmentId environment)
    {
        tenancy::ListQuery query;
        query.conditions = std::move(conditions);
        return must(test::run(log_rows_->list(environment, type, std::move(query), soon()))).items;
    }
    std::vector<calllog::LogEntry> list(LogType type, std::vector<Condition> conditions = {})
    {
        return list(type, std::move(conditions), environment_);
    }

    EnvironmentId const environment_ = environment("t", "e");
    EnvironmentId const other_ = environment("t", "other");
    calllog::Origin const origin_{.type = calllog::RequestType::proxy, .request_id = "req_1"};
    test::FakeClock recorded_{to_rfc3339(clock_.now())};
    std::unique_ptr<calllog::LogRepository> const log_rows_ = call_log_on(pool_, keyring_, clock_, no_caches_);
    std::unique_ptr<calllog::LogRepository> const worker_log_ = call_log_on(worker_pool_, keyring_, clock_, no_caches_);
    calllog::Day day_ = 0;
};

TEST_F(CallLogTest, EntriesOfManyEnvironmentsAreStoredTogetherAndReadApart)
{
    LogEntryId mine;
    LogEntryId theirs;
    calllog::Ended const call{.origin = origin_, .tenant_id = "acme", .resource = "tickets", .error = "no\tway\n\\N"};
    auto rows = row(environment_, call, mine) + row(other_, call, theirs);
    must(test::run(log_rows_->append(std::move(rows), day_, soon())));
    auto const found = list(LogType::vendor);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].id, mine);
    EXPECT_EQ(found[0].request_id, "req_1");
    EXPECT_EQ(found[0].tenant_id, "acme");
    EXPECT_EQ(found[0].error, "no\tway\n\\N");
    EXPECT_FALSE(found[0].tool);
    EXPECT_EQ(list(LogType::vendor, {}, other_).at(0).id, theirs);
    EXPECT_FALSE(test::run(log_rows_->find(environment_, theirs, soon())));
    EXPECT_TRUE(list(LogType::mcp).empty());
}

TEST_F(CallLogTest, RowsThatAreStoredAlreadyAreNoError)
{
    LogEntryId id;
    auto const rows = row(environment_, {.origin = origin_}, id);
    must(test::run(log_rows_->append(rows, day_, soon())));
    must(test::run(log_rows_->append(rows, day_, soon())));
    EXPECT_EQ(list(LogType::vendor).size(), 1U);
}

TEST_F(CallLogTest, ADayThatIsNotThereIsKeptInTheRest)
{
    recorded_.advance(std::chrono::days(40));
    auto const id = add(environment_, {.origin = origin_});
    EXPECT_EQ(list(LogType::vendor).at(0).id, id);
    EXPECT_EQ(database_.value("SELECT count(*) FROM call_log_rest"), "1");
}

TEST_F(CallLogTest, FindsByEveryFilter)
{
    calllog::Origin origin{.type = calllog::RequestType::tool,
                           .request_id = "req_2",
                           .server = McpServerId{Uuid{5}},
                           .token = ApiTokenId{Uuid{6}},
                           .tool = "get_x"};
    auto const id = add(environment_, {.origin = origin,
                                       .account = IntegratedAccountId{Uuid{9}},
                                       .tenant_id = "acme",
                                       .integration = "desk",
                                       .resource = "tickets",
                                       .method = "get",
                                       .status = 404,
                                       .error = "Ticket not found"});
    add(environment_, {.origin = origin_, .status = 200});
    using Operator = Condition::Operator;
    std::vector<Condition> const filters{
        {"id", Operator::eq, {id.str()}},
        {"request_id", Operator::eq, {"req_2"}},
        {"integrated_account_id", Operator::eq, {IntegratedAccountId{Uuid{9}}.str()}},
        {"tenant_id", Operator::eq, {"acme"}},
        {"mcp_server_id", Operator::eq, {McpServerId{Uuid{5}}.str()}},
        {"api_token_id", Operator::eq, {ApiTokenId{Uuid{6}}.str()}},
        {"tool_name", Operator::eq, {"get_x"}},
        {"http_status_code", Operator::eq, {"404"}},
        {"http_status_code", Operator::gte, {"400"}},
        {"error", Operator::like, {"%NOT FOUND%"}},
        {"error", Operator::exist, {"true"}},
        {"integration", Operator::eq, {"desk"}},
        {"resource", Operator::eq, {"tickets"}},
        {"method", Operator::eq, {"get"}},
        {"request_type", Operator::eq, {"tool"}},
    };
    for (auto const& filter : filters) {
        auto const found = list(LogType::vendor, {filter});
        ASSERT_EQ(found.size(), 1U) << filter.field;
        EXPECT_EQ(found[0].id, id) << filter.field;
    }
    EXPECT_EQ(list(LogType::vendor).size(), 2U);
}

TEST_F(CallLogTest, TimesAreThoseOfTheIds)
{
    auto const first = recorded_.now();
    auto const before = add(environment_, {.origin = origin_});
    recorded_.advance(std::chrono::seconds(2));
    auto const after = add(environment_, {.origin = origin_});
    auto const middle = to_rfc3339(std::chrono::floor<std::chrono::seconds>(first) + std::chrono::seconds(1));
    using Operator = Condition::Operator;
    EXPECT_EQ(list(LogType::vendor, {{"created_at", Operator::gt, {middle}}}).at(0).id, after);
    EXPECT_EQ(list(LogType::vendor, {{"created_at", Operator::lt, {middle}}}).at(0).id, before);
    tenancy::ListQuery wrong;
    wrong.conditions = {{"created_at", Operator::eq, {middle}}};
    EXPECT_FALSE(test::run(log_rows_->list(environment_, LogType::vendor, wrong, soon())));
}

TEST_F(CallLogTest, BodiesAreSealedAndEnd)
{
    auto const id = add(environment_, {.origin = origin_});
    calllog::Bodies const bodies{environment_, id, R"({"q":"planted-request"})", "planted-response",
                                 std::chrono::hours(2)};
    must(test::run(log_rows_->add_bodies({bodies}, soon())));
    auto const found = must(test::run(log_rows_->bodies(environment_, id, soon())));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->request, bodies.request);
    EXPECT_EQ(found->response, bodies.response);
    EXPECT_EQ(database_.value("SELECT count(*) FROM call_log_bodies WHERE position('planted'::bytea IN sealed) > 0"),
              "0");
    EXPECT_FALSE(must(test::run(log_rows_->bodies(other_, id, soon()))));
    database_.execute("UPDATE call_log_bodies SET ends_at = now()");
    EXPECT_FALSE(must(test::run(log_rows_->bodies(environment_, id, soon()))));
}

TEST_F(CallLogTest, AnHourIsSummedUpOnceByAJob)
{
    auto const hour = std::chrono::floor<std::chrono::hours>(recorded_.now());
    for (int i = 1; i <= 20; ++i)
        add(environment_, {.origin = origin_, .status = i == 20 ? 429 : 200, .duration = std::chrono::milliseconds(i)});
    add(other_, {.origin = origin_});
    EXPECT_EQ(database_.value("SELECT count(*) FROM jobs WHERE kind = 'call_sums'"), "2") << "one for each environment";
    jobs::Job const job{.kind = calllog::kSumJob, .environment = environment_, .id = first_id(hour), .lease_until = {}};
    EXPECT_FALSE(must(test::run(calllog::sum_up_hour(*worker_log_, job))));
    EXPECT_FALSE(must(test::run(calllog::sum_up_hour(*worker_log_, job)))) << "twice is the same as once";
    auto const sums = must(test::run(log_rows_->sums(environment_, {}, soon()))).items;
    ASSERT_EQ(sums.size(), 2U);
    for (auto const& sum : sums) {
        EXPECT_EQ(sum.hour, hour);
        EXPECT_EQ(sum.calls, sum.status_class == 2 ? 19 : 1);
        EXPECT_EQ(sum.errors, sum.status_class == 2 ? 0 : 1);
        EXPECT_EQ(sum.throttled, sum.status_class == 2 ? 0 : 1);
        if (sum.status_class == 2) {
            EXPECT_EQ(sum.median, std::chrono::milliseconds(10));
            EXPECT_EQ(sum.p95.count(), 18'100);
        }
    }
}

TEST_F(CallLogTest, RowsThatComeLateAreSummedUpAlsoIfASumIsBeingMade)
{
    recorded_.advance(-std::chrono::hours(2));
    add(environment_, {.origin = origin_});
    database_.execute("UPDATE jobs SET lease_until = now() + interval '1 minute' WHERE kind = 'call_sums'");
    add(environment_, {.origin = origin_});
    EXPECT_EQ(database_.value("SELECT count(*) FROM jobs WHERE kind = 'call_sums' AND lease_until IS NULL"), "1")
        << "whoever sums up now does not end the job";
}

TEST_F(CallLogTest, NoRoleReadsADayPastItsTable)
{
    add(environment_, {.origin = origin_});
    auto const day =
        database_.value("SELECT relname FROM pg_class WHERE relname LIKE 'call_log_2%' AND relkind = 'r' LIMIT 1");
    for (char const* role : {"sluice_app", "sluice_worker"})
        EXPECT_EQ(database_.value("SELECT has_table_privilege('" + std::string(role) + "', '" + day + "', 'SELECT')"),
                  "f");
}

} // namespace
} // namespace sluice::store
