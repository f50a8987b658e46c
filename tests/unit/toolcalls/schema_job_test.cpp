#include "toolcalls/schema_job.hpp"

#include "fake_schemas.hpp"
#include "support/desk_calls.hpp"

#include <gtest/gtest.h>

namespace sluice::toolcalls {
namespace {

using namespace std::chrono_literals;

constexpr auto kDynamic = "dynamic: {calls_per_hour: 40, sources: {all: {method: tickets.list, record: {id: id, name: "
                          "subject}}}, places: []}\n";

class SchemaJobTest : public ::testing::Test {
protected:
    explicit SchemaJobTest(std::string const& part = kDynamic)
        : desk_(catalog::test::replaced(catalog::test::kManifest, "tool_tags: {tickets: [tickets]}\n", part))
    {
        vendor_.lists["tickets"] = proxy::VendorCalls::Listed{json::parse(R"([{"id":1,"subject":"A"}])")->as_array()};
    }

    Result<jobs::Next> run(Uuid id)
    {
        jobs::Job job;
        job.kind = kSchemaJob;
        job.environment = desk_.environment;
        job.id = id;
        return test::run_on(desk_.io, job_.run(job));
    }
    Result<jobs::Next> run() { return run(account_.uuid()); }
    accounts::Account& row() { return desk_.rows.rows.at({desk_.environment, account_}).account; }

    test::DeskCalls desk_;
    FakeSchemas rows_;
    FakeLists vendor_;
    AccountSchemas schemas_{rows_, vendor_, desk_.clock};
    SchemaJob job_{desk_.rows, rows_, desk_.integrations, schemas_, desk_.clock, 10min};
    IntegratedAccountId const account_ = desk_.connect();
};

TEST_F(SchemaJobTest, AsksTheAccountAndComesBack)
{
    EXPECT_EQ(run().value(), jobs::Next(desk_.clock.now() + 10min));
    EXPECT_EQ(rows_.known.records.at("all").as_array().size(), 1U);
}

TEST_F(SchemaJobTest, ComesBackAlsoWhereTheVendorDidNotAnswer)
{
    vendor_.lists["tickets"] = Error{ErrorCode::upstream_failed, "Down."};
    EXPECT_EQ(run().value(), jobs::Next(desk_.clock.now() + 10min));
    EXPECT_EQ(rows_.stores, 0);
}

TEST_F(SchemaJobTest, EndsWhereNobodySeesTheTools)
{
    rows_.shown = false;
    EXPECT_EQ(run().value(), jobs::Next());
    EXPECT_TRUE(vendor_.asked.empty());
    EXPECT_EQ(run(Uuid{99}).value(), jobs::Next()) << "the account is gone";
}

TEST_F(SchemaJobTest, AsksNoAccountThatCannotBeCalled)
{
    row().is_blocked = true;
    EXPECT_TRUE(run().value());
    row().is_blocked = false;
    row().status = accounts::Status::needs_reauth;
    EXPECT_TRUE(run().value());
    row().status = accounts::Status::active;
    desk_.rows.installations[row().environment_integration].is_enabled = false;
    EXPECT_TRUE(run().value());
    EXPECT_TRUE(vendor_.asked.empty());
}

TEST_F(SchemaJobTest, FailsWithTheDatabase)
{
    rows_.failure = Error{ErrorCode::unavailable, "down"};
    EXPECT_EQ(run().error().code(), ErrorCode::unavailable);
    desk_.rows.before = [](std::string_view) { return std::optional(Error{ErrorCode::unavailable, "down"}); };
    EXPECT_EQ(run().error().code(), ErrorCode::unavailable);
}

/// A definition whose tools are the same for all accounts.
class PlainJobTest : public SchemaJobTest {
protected:
    PlainJobTest()
        : SchemaJobTest("")
    {
    }
};

TEST_F(PlainJobTest, Ends)
{
    EXPECT_EQ(run().value(), jobs::Next());
}

} // namespace
} // namespace sluice::toolcalls
