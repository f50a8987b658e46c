#include "connecting/connect_form.hpp"

#include "connecting_fixture.hpp"
#include "support/desk_calls.hpp"

#include <gtest/gtest.h>

namespace sluice::connecting {
namespace {

using namespace std::chrono_literals;

/// A form that asks for a team, for tickets of that team, and for a note.
std::string manifest()
{
    return catalog::test::replaced(
        catalog::test::kManifest, "tool_tags:",
        "actions: {post_connect_user_form: {title: T, fields: {team: {label: Team, type: select, required: true, "
        "options: [{value: 1, label: One}, {value: 2, label: Two}]}, tickets: {label: Tickets, type: multi_select, "
        "options: {method: tickets.list, arguments: {cursor: \"{{form.team}}\"}, value: id, label: about.name}}, note: "
        "{label: Note}}}}\ntool_tags:");
}

class ConnectFormTest : public ::testing::Test {
protected:
    ConnectFormTest()
    {
        vendor_.answer = json::parse(R"([{"id":7,"about":{"name":"Seven"}},{"id":"8","about":{"name":"Eight"}},
            {"id":9.5,"about":{"name":"A half"}},{"id":10},{"about":{"name":"None"}},{"id":11,"about":{"name":5}},1])");
    }
    Result<std::optional<std::string>> token()
    {
        return test::run_on(desk_.io, form_.token_for(desk_.environment, account_, test::soon()));
    }
    Result<accounts::CallableAccountPtr> open(std::string_view token)
    {
        return test::run_on(desk_.io, form_.open(token, test::soon()));
    }
    Result<std::vector<catalog::FormField::Option>> options(std::string field, json::object answers = {})
    {
        return test::run_on(
            desk_.io, form_.options(desk_.callable(account_), std::move(field), std::move(answers), test::soon()));
    }
    Result<void> submit(std::string_view values)
    {
        return test::run_on(
            desk_.io, form_.submit(desk_.callable(account_), json::parse(values)->get_object(), {}, test::soon()));
    }
    static std::string path_of(Error const& error) { return error.failures().empty() ? "" : error.failures()[0].path; }

    test::DeskCalls desk_{manifest()};
    ScriptedVendor vendor_;
    ConnectForm form_{desk_.rows, desk_.integrations, vendor_, desk_.sealer};
    IntegratedAccountId const account_ = desk_.connect();
};

TEST_F(ConnectFormTest, IsOpenedByATokenForADay)
{
    auto const given = test::must(token());
    ASSERT_TRUE(given);
    EXPECT_EQ(test::must(open(*given))->account.id, account_);
    auto forged = *given;
    forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
    EXPECT_EQ(open(forged).error().code(), ErrorCode::unauthenticated);
    EXPECT_EQ(open("").error().code(), ErrorCode::unauthenticated);
    desk_.clock.advance(24h + 1min);
    EXPECT_EQ(open(*given).error().code(), ErrorCode::unauthenticated);
}

TEST_F(ConnectFormTest, IsOverWithItsAccount)
{
    auto const given = test::must(token());
    desk_.rows.before = [](std::string_view) {
        return Error{ErrorCode::unavailable, "The database is not available."};
    };
    EXPECT_EQ(open(*given).error().code(), ErrorCode::unavailable);
    desk_.rows.before = nullptr;
    desk_.rows.rows.clear();
    EXPECT_EQ(open(*given).error().code(), ErrorCode::unauthenticated);
    EXPECT_EQ(token().error().code(), ErrorCode::not_found);
}

TEST_F(ConnectFormTest, IsNotShownWhereTheDefinitionHasNone)
{
    auto const given = test::must(token());
    desk_.definitions.stored.manifest.as_object().erase("actions");
    desk_.definitions.stored.version = 2;
    desk_.rows.installations[EnvironmentIntegrationId{Uuid{8}}].integration_version = 2;
    EXPECT_EQ(test::must(token()), std::nullopt);
    EXPECT_EQ(open(*given).error().code(), ErrorCode::unauthenticated) << "the definition had one";
}

TEST_F(ConnectFormTest, OffersWhatTheVendorHas)
{
    auto const offered = test::must(options("tickets", {{"team", 2}}));
    ASSERT_EQ(offered.size(), 2U) << "items without a value or a label are left out";
    EXPECT_EQ(offered[0].value, 7);
    EXPECT_EQ(offered[0].label, "Seven");
    EXPECT_EQ(offered[1].value, "8");
    EXPECT_EQ(vendor_.calls.back(), (json::object{{"cursor", 2}}));
    vendor_.answer = json::value("no list");
    EXPECT_TRUE(test::must(options("tickets", {{"team", 2}})).empty());
    vendor_.answer = Error{ErrorCode::upstream_failed, "Not now."};
    EXPECT_EQ(options("tickets", {{"team", 2}}).error().code(), ErrorCode::upstream_failed);
}

TEST_F(ConnectFormTest, AsksTheVendorOnlyOnceWhatIsNeededIsKnown)
{
    EXPECT_EQ(test::must(options("team")).size(), 2U);
    EXPECT_EQ(path_of(options("other").error()), "field");
    EXPECT_EQ(path_of(options("tickets").error()), "values.team");
    EXPECT_EQ(path_of(options("tickets", {{"team", nullptr}}).error()), "values.team");
    EXPECT_TRUE(vendor_.calls.empty());
}

TEST_F(ConnectFormTest, PutsTheAnswersIntoTheContext)
{
    test::must(submit(R"({"team":1,"tickets":[7,"8"],"note":"Hello"})"));
    auto const context = test::must(desk_.rows.context_of(desk_.environment, account_));
    EXPECT_EQ(context.visible.at("team"), 1);
    EXPECT_EQ(context.visible.at("tickets"), (json::array{7, "8"}));
    EXPECT_EQ(context.visible.at("note"), "Hello");
    EXPECT_EQ(context.visible.at("subdomain"), "acme") << "what was there stays";
}

TEST_F(ConnectFormTest, TakesOnlyAnswersThatAreOffered)
{
    EXPECT_EQ(path_of(submit(R"({"team":3})").error()), "values.team");
    EXPECT_EQ(path_of(submit(R"({"note":"no team"})").error()), "values.team");
    auto const refused = submit(R"({"team":1,"tickets":[7,8]})");
    EXPECT_EQ(path_of(refused.error()), "values.tickets") << "8 is offered as a text";
    vendor_.answer = Error{ErrorCode::upstream_timeout, "Too slow."};
    EXPECT_EQ(submit(R"({"team":1,"tickets":[7]})").error().code(), ErrorCode::upstream_timeout);
    EXPECT_FALSE(desk_.rows.rows.at({desk_.environment, account_}).account.context.contains("team"));
}

TEST_F(ConnectFormTest, SaysWhatCouldNotBeStored)
{
    desk_.rows.before = [](std::string_view method) -> std::optional<Error> {
        if (method == "store_answers")
            return Error{ErrorCode::unavailable, "The database is not available."};
        return std::nullopt;
    };
    EXPECT_EQ(submit(R"({"team":1})").error().code(), ErrorCode::unavailable);
}

} // namespace
} // namespace sluice::connecting
