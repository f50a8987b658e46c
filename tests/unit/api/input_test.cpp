// What the areas of the API read: every mistake at once, each with its path.
#include "areas/accounts/input.hpp"
#include "areas/approvals/input.hpp"
#include "areas/documentation/input.hpp"
#include "areas/environments/input.hpp"
#include "areas/installations/input.hpp"
#include "areas/links/input.hpp"
#include "areas/notification_destinations/input.hpp"
#include "areas/webhooks/input.hpp"
#include "support/clock.hpp"
#include "support/fake_client.hpp"
#include "support/fake_destinations.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::api {
namespace {

EnvironmentId const kEnvironment{Uuid{7}};

template <class T>
std::vector<std::string> paths_of(Result<T> const& read)
{
    std::vector<std::string> paths;
    if (!read)
        for (auto const& failure : read.error().failures())
            paths.push_back(failure.path);
    std::ranges::sort(paths);
    return paths;
}

using Paths = std::vector<std::string>;

TEST(AccountInput, SaysWhatIsMissingWrongAndUnknown)
{
    EXPECT_EQ(
        paths_of(read_account({{"tenant_id", ""}, {"is_sandbox", "yes"}, {"colour", 1}}, kEnvironment)),
        (Paths{"authentication_method", "colour", "context", "environment_integration_id", "is_sandbox", "tenant_id"}));
}

TEST(AccountInput, TakesTheCallersOwnEnvironmentOnly)
{
    json::object body{{"tenant_id", "a"},
                      {"environment_integration_id", EnvironmentIntegrationId{Uuid{1}}.str()},
                      {"authentication_method", "api_key"},
                      {"context", json::object{}},
                      {"environment_id", kEnvironment.str()}};
    auto const read = read_account(body, kEnvironment);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->environment, kEnvironment);
    EXPECT_FALSE(read->region);
    body["environment_id"] = EnvironmentId{Uuid{8}}.str();
    EXPECT_EQ(paths_of(read_account(body, kEnvironment)), Paths{"environment_id"});
}

TEST(AccountInput, OfAPatchClearsWhatMayBeEmptyAlone)
{
    auto const cleared = read_account_patch({{"region", nullptr}});
    ASSERT_TRUE(cleared);
    ASSERT_TRUE(cleared->region);
    EXPECT_FALSE(*cleared->region);
    EXPECT_FALSE(read_account_patch({})->region);
    EXPECT_EQ(paths_of(read_account_patch({{"tenant_id", nullptr}, {"context", nullptr}, {"is_blocked", nullptr}})),
              (Paths{"context", "is_blocked", "tenant_id"}));
}

TEST(AccountInput, OfManyIdsNamesEachThatIsNone)
{
    auto const good = IntegratedAccountId{Uuid{1}}.str();
    EXPECT_EQ(read_account_ids({{"ids", json::array{good}}})->size(), 1U);
    EXPECT_EQ(paths_of(read_account_ids({{"ids", json::array{good, "ia_x", WebhookId{Uuid{1}}.str()}}})),
              (Paths{"ids[1]", "ids[2]"}));
    EXPECT_EQ(paths_of(read_account_ids({{"ids", json::array{}}})), Paths{"ids"});
    EXPECT_EQ(paths_of(read_account_ids({{"ids", json::array(101, json::value(good))}})), Paths{"ids"});
}

TEST(ApprovalInput, TakesTheTwoDecisionsThereAre)
{
    EXPECT_EQ(*read_decision({{"decision", "approve"}}), safeguards::Decision::approve);
    EXPECT_EQ(*read_decision({{"decision", "decline"}}), safeguards::Decision::decline);
    EXPECT_EQ(paths_of(read_decision({{"decision", "maybe"}})), Paths{"decision"});
    EXPECT_EQ(paths_of(read_decision({})), Paths{"decision"});
}

TEST(ApprovalInput, ReadsACodeAsPeopleTypeIt)
{
    json::object body{
        {"environment_id", kEnvironment.str()}, {"approval_id", ApprovalId{Uuid{1}}.str()}, {"code", " abcd-efgh "}};
    auto const read = read_code(body);
    ASSERT_TRUE(read) << read.error().public_detail();
    EXPECT_EQ(read->code, "ABCDEFGH");
    EXPECT_FALSE(read->decision);
    body["code"] = "short";
    EXPECT_EQ(paths_of(read_code(body)), Paths{"code"});
}

TEST(DocumentationInput, TakesJsonForSchemasAndTextForTheRest)
{
    json::object body{{"entity_type", "integration"}, {"entity_id", IntegrationId{Uuid{1}}.str()},
                      {"resource", "tickets"},        {"method", "list"},
                      {"type", "query_schema"},       {"value", json::object{{"type", "object"}}}};
    EXPECT_EQ(read_documentation(body, kEnvironment)->format, "json");
    EXPECT_EQ(read_documentation(body, kEnvironment)->value, R"({"type":"object"})");
    body["type"] = "description";
    EXPECT_EQ(read_documentation(body, kEnvironment)->format, "markdown");
    body["entity_id"] = EnvironmentIntegrationId{Uuid{1}}.str();
    EXPECT_EQ(paths_of(read_documentation(body, kEnvironment)), Paths{"entity_id"}) << "of the other kind";
}

TEST(EnvironmentInput, TakesOriginsColoursAndPagesAsBrowsersWriteThem)
{
    EXPECT_TRUE(read_environment_patch({{"link_origins", json::array{"https://app.example", "http://localhost:3000"}},
                                        {"theme", json::object{{"color", "#3451d1"}}},
                                        {"reconnect_url", "https://app.example/reconnect"}}));
    EXPECT_EQ(paths_of(read_environment_patch({{"link_origins", json::array{"https://app.example/", "app.example"}},
                                               {"theme", json::object{{"color", "blue"}, {"logo_url", "http://a"}}},
                                               {"reconnect_url", "http://app.example"}})),
              (Paths{"link_origins[0]", "link_origins[1]", "reconnect_url", "theme.color", "theme.logo_url"}));
    EXPECT_EQ(read_environment_patch({{"reconnect_url", nullptr}})->reconnect_url, "") << "taken away";
}

TEST(InstallationInput, IsEnabledAndShownUnlessItSaysOtherwise)
{
    auto const read = read_installation({{"integration_id", IntegrationId{Uuid{1}}.str()}}, kEnvironment);
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->is_enabled);
    EXPECT_TRUE(read->show_in_catalog);
    EXPECT_EQ(paths_of(read_installation_patch({{"override", nullptr}, {"is_enabled", 1}})),
              (Paths{"is_enabled", "override"}));
}

TEST(LinkInput, IsForANewAccountOrForOneThatIsThere)
{
    auto const account = IntegratedAccountId{Uuid{1}}.str();
    EXPECT_TRUE(read_target({{"tenant_id", "a"}}));
    EXPECT_TRUE(read_target({{"integrated_account_id", account}, {"persist_previous_context", true}}));
    EXPECT_EQ(paths_of(read_target({})), Paths{"tenant_id"});
    EXPECT_EQ(paths_of(read_target({{"tenant_id", "a"}, {"integrated_account_id", account}})),
              Paths{"integrated_account_id"});
    EXPECT_EQ(paths_of(read_target({{"tenant_id", "a"}, {"persist_previous_context", true}, {"redirect_uri", "/x"}})),
              (Paths{"persist_previous_context", "redirect_uri"}));
}

TEST(LinkInput, OfAConnectionNamesWhatIsConnected)
{
    EXPECT_EQ(paths_of(read_connection({{"tenant_id", "a"}})), Paths{"integration"});
    EXPECT_EQ(read_connection({{"tenant_id", "a"}, {"integration", "acme"}})->authentication_method, "oauth2");
}

TEST(LinkInput, WaitsForAtMostHalfAMinute)
{
    auto const wait = [](std::string const& text) { return read_wait(*http::Query::parse(text)); };
    EXPECT_EQ(wait("")->count(), 0);
    EXPECT_EQ(wait("wait_s=30")->count(), 30);
    for (auto const* wrong : {"wait_s=31", "wait_s=-1", "wait_s=1s", "wait_s="})
        EXPECT_FALSE(wait(wrong)) << wrong;
}

class DestinationInput : public ::testing::Test {
protected:
    Result<events::DestinationPatch> read(json::object const& body)
    {
        return read_destination(body, EnvironmentId{Uuid{1}}, destinations_);
    }
    Result<events::DestinationPatch> read_patch(json::object const& body)
    {
        return read_destination_patch(body, destinations_);
    }

    http::EgressPolicy egress_;
    test::FakeClient client_;
    test::FakeClock clock_;
    test::FakeDestinations rows_;
    events::Destinations destinations_{rows_, egress_, client_, clock_};
    json::object const config_{{"url", "https://hooks.slack.com/services/T/B/x"}};
};

TEST_F(DestinationInput, NamesWhatIsMissingOrWrong)
{
    EXPECT_EQ(paths_of(read({})), (Paths{"config", "label", "type"}));
    EXPECT_EQ(paths_of(read({{"type", "slack"}, {"label", "x"}, {"config", json::object{}}})), Paths{"config.url"});
    EXPECT_EQ(paths_of(read({{"type", "slack"},
                             {"label", "x"},
                             {"config", json::object{{"url", "https://10.0.0.1/"}, {"channel", "#x"}}}})),
              (Paths{"config.channel", "config.url"}));
    auto const good = read({{"type", "slack"}, {"label", "x"}, {"config", config_}});
    ASSERT_TRUE(good);
    EXPECT_FALSE(good->event_types) << "the room knows the default";
}

TEST_F(DestinationInput, SaysWhatIsPossibleInPlaceOfEmail)
{
    auto const refused = read({{"type", "email"}, {"label", "x"}, {"config", config_}});
    EXPECT_EQ(paths_of(refused), Paths{"type"});
    EXPECT_NE(refused.error().public_detail().find("must be slack: an incoming webhook"), std::string::npos);
}

TEST_F(DestinationInput, OfAPatchMayBeAnyMemberButTheType)
{
    EXPECT_TRUE(read_patch({}));
    EXPECT_TRUE(read_patch({{"config", config_}}));
    EXPECT_EQ(paths_of(read_patch({{"type", "slack"}})), Paths{"type"});
    EXPECT_EQ(paths_of(read_patch(
                  {{"label", nullptr}, {"event_types", nullptr}, {"config", nullptr}, {"is_active", nullptr}})),
              (Paths{"config", "event_types", "is_active", "label"}));
}

TEST(WebhookInput, OfAReplayIsOneEventOrASpan)
{
    auto const event = EventId{Uuid{1}}.str();
    EXPECT_TRUE(read_replay({{"event_id", event}}));
    EXPECT_TRUE(read_replay({{"from", "2026-01-01T00:00:00Z"}}));
    EXPECT_EQ(paths_of(read_replay({})), Paths{"event_id"});
    EXPECT_EQ(paths_of(read_replay({{"event_id", event}, {"to", "2026-01-01T00:00:00Z"}})), Paths{"to"});
    EXPECT_EQ(paths_of(read_replay({{"from", "2026-01-02T00:00:00Z"}, {"to", "2026-01-01T00:00:00Z"}})), Paths{"to"});
}

} // namespace
} // namespace sluice::api
