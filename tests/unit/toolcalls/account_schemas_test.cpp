#include "toolcalls/account_schemas.hpp"

#include "fake_schemas.hpp"
#include "support/clock.hpp"
#include "support/desk.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::toolcalls {
namespace {

using namespace std::chrono_literals;
using When = AccountSchemas::When;
using proxy::VendorCalls;

/// A desk with two lists of its own, and one that tells of changes of the first.
std::string manifest(std::string const& changes)
{
    auto text = catalog::test::replaced(
        catalog::test::kManifest, "tool_tags: {tickets: [tickets]}\n",
        "dynamic: {lifetime_s: 60, calls_per_hour: 40, sources: {fields: {method: fields.list, record: {id: id, name: "
        "label}}, teams: {method: teams.list, record: {id: id, name: name}}}, places: []" +
            changes + "}\n");
    for (auto const* resource : {"fields", "teams", "events"})
        text += std::string("  ") + resource +
                ": {methods: {list: {operation: list-tickets, paginated: true, name: list_" + resource + "}}}\n";
    return text;
}
constexpr auto kChanges = ", changes: {method: events.list, marker: at, sources: [fields]}";

class AccountSchemasTest : public ::testing::Test {
protected:
    explicit AccountSchemasTest(std::string const& changes = kChanges)
    {
        auto compiled = catalog::test::compile_text(manifest(changes), catalog::test::kDocument);
        EXPECT_TRUE(compiled) << compiled.error().public_detail();
        auto made = std::make_shared<accounts::CallableAccount>();
        made->account.environment = EnvironmentId{Uuid{7}};
        made->account.id = IntegratedAccountId{Uuid{9}};
        made->installed =
            std::make_shared<accounts::InstalledIntegration>(accounts::InstalledIntegration{*compiled, nullptr});
        account_ = std::move(made);
        say("fields", R"([{"id":1,"label":"Size"}])");
        say("teams", R"([{"id":5,"name":"A"}])");
        say("events", R"([{"at":"monday"}])");
    }

    void say(std::string const& list, std::string_view items, bool is_whole = true)
    {
        vendor_.lists[list] = VendorCalls::Listed{json::parse(items)->as_array(), is_whole};
    }
    Result<AccountSchemas::Update> update(When when)
    {
        vendor_.asked.clear();
        return test::run(schemas_.update(account_, when, {}, Deadline::after(1h)));
    }
    [[nodiscard]] std::string asked() const
    {
        std::string names;
        for (auto const& [name, most] : vendor_.asked)
            names += (names.empty() ? "" : " ") + name;
        return names;
    }

    test::FakeClock clock_;
    FakeSchemas rows_;
    FakeLists vendor_;
    AccountSchemas schemas_{rows_, vendor_, clock_};
    accounts::CallableAccountPtr account_;
};

TEST_F(AccountSchemasTest, AskForEverythingOfWhichNothingIsKnown)
{
    auto const updated = update(When::missing);
    ASSERT_TRUE(updated);
    EXPECT_TRUE(updated->is_changed);
    EXPECT_EQ(json::value(rows_.known.records),
              *json::parse(R"({"fields":[{"id":1,"name":"Size"}],"teams":[{"id":5,"name":"A"}]})"));
    EXPECT_EQ(rows_.known.marker, "\"monday\"");
    EXPECT_EQ(rows_.known.loaded_at, clock_.now());
    EXPECT_EQ(asked(), "events fields teams") << "what changes meanwhile is read again";
    EXPECT_EQ(vendor_.asked[0].second, 1U);
    EXPECT_EQ(vendor_.asked[1].second, 100U);
    EXPECT_EQ(rows_.left, 97);
    EXPECT_FALSE(update(When::missing)->is_changed);
    EXPECT_EQ(asked(), "");
}

TEST_F(AccountSchemasTest, ReadOnlyWhatTheVendorSaysHasChanged)
{
    ASSERT_TRUE(update(When::missing));
    EXPECT_FALSE(update(When::due)->is_changed);
    EXPECT_EQ(asked(), "events");
    say("events", R"([{"at":"tuesday"}])");
    say("fields", R"([{"id":1,"label":"Weight"}])");
    say("teams", R"([{"id":6,"name":"B"}])");
    clock_.advance(59s);
    auto const updated = update(When::due);
    ASSERT_TRUE(updated);
    EXPECT_TRUE(updated->is_changed);
    EXPECT_EQ(asked(), "events fields");
    EXPECT_EQ(rows_.known.records.at("fields").at(0).at("name"), "Weight");
    EXPECT_EQ(rows_.known.records.at("teams").at(0).at("name"), "A");
    EXPECT_EQ(rows_.known.marker, "\"tuesday\"");
    EXPECT_EQ(rows_.known.loaded_at, clock_.now() - 59s) << "the rest is as old as it was";
}

TEST_F(AccountSchemasTest, ReadEverythingAgainOnceItIsTooOldOrSomebodyAsks)
{
    ASSERT_TRUE(update(When::missing));
    clock_.advance(60s);
    ASSERT_TRUE(update(When::due));
    EXPECT_EQ(asked(), "events fields teams");
    ASSERT_TRUE(update(When::now));
    EXPECT_EQ(asked(), "events fields teams");
    EXPECT_EQ(rows_.stores, 3);
}

TEST_F(AccountSchemasTest, KeepWhatIsKnownWhereTheVendorDoesNotAnswer)
{
    ASSERT_TRUE(update(When::missing));
    auto const before = rows_.known.records;
    vendor_.lists["teams"] = Error{ErrorCode::upstream_timeout, "Too slow."};
    say("fields", "[]");
    EXPECT_EQ(update(When::now).error().code(), ErrorCode::upstream_timeout);
    EXPECT_EQ(rows_.known.records, before);
    vendor_.lists["events"] = Error{ErrorCode::upstream_failed, "Down."};
    EXPECT_EQ(update(When::due).error().code(), ErrorCode::upstream_failed);
    EXPECT_EQ(asked(), "events");
}

TEST_F(AccountSchemasTest, TakeAListThatTheAccountMayNotReadForEmpty)
{
    vendor_.lists["fields"] = Error{ErrorCode::forbidden, "Not yours."};
    vendor_.lists["events"] = Error{ErrorCode::forbidden, "Not yours."};
    ASSERT_TRUE(update(When::missing));
    EXPECT_EQ(rows_.known.records.at("fields"), json::value(json::array{}));
    EXPECT_EQ(rows_.known.marker, "");
    EXPECT_EQ(rows_.known.records.at("teams").as_array().size(), 1U);
}

TEST_F(AccountSchemasTest, TakeAListThatIsLongerThanAPageForNone)
{
    say("teams", R"([{"id":5,"name":"A"}])", false);
    ASSERT_TRUE(update(When::missing));
    EXPECT_TRUE(rows_.known.records.at("teams").as_array().empty()) << "half of it would refuse the other half";
}

TEST_F(AccountSchemasTest, AskNoMoreOftenThanTheAccountMay)
{
    rows_.left = 2;
    EXPECT_EQ(update(When::missing).error().code(), ErrorCode::rate_limited);
    EXPECT_EQ(asked(), "");
    rows_.left = 3;
    ASSERT_TRUE(update(When::missing));
    rows_.left = 1;
    say("events", R"([{"at":"tuesday"}])");
    EXPECT_EQ(update(When::due).error().code(), ErrorCode::rate_limited);
    EXPECT_EQ(rows_.known.marker, "\"monday\"") << "the change is still to be read";
}

TEST_F(AccountSchemasTest, FailWithTheirRepository)
{
    rows_.failure = Error{ErrorCode::unavailable, "down"};
    EXPECT_EQ(update(When::now).error().code(), ErrorCode::unavailable);
    EXPECT_EQ(asked(), "");
}

/// The vendor does not tell of changes.
class SilentTest : public AccountSchemasTest {
protected:
    SilentTest()
        : AccountSchemasTest("")
    {
    }
};

TEST_F(SilentTest, IsAskedOnceInALifetime)
{
    ASSERT_TRUE(update(When::missing));
    EXPECT_EQ(asked(), "fields teams");
    clock_.advance(59s);
    ASSERT_TRUE(update(When::due));
    EXPECT_EQ(asked(), "");
    clock_.advance(1s);
    ASSERT_TRUE(update(When::due));
    EXPECT_EQ(asked(), "fields teams");
}

TEST(PlainDefinition, HasNothingToAskFor)
{
    test::FakeClock clock;
    FakeSchemas rows;
    FakeLists vendor;
    AccountSchemas schemas(rows, vendor, clock);
    auto plain = std::make_shared<accounts::CallableAccount>();
    plain->installed = std::make_shared<accounts::InstalledIntegration>(
        accounts::InstalledIntegration{catalog::test::desk(), nullptr});
    auto const updated = test::run(schemas.update(plain, When::now, {}, Deadline::after(1h)));
    ASSERT_TRUE(updated);
    EXPECT_FALSE(updated->is_changed);
    EXPECT_EQ(rows.stores, 0);
}

} // namespace
} // namespace sluice::toolcalls
