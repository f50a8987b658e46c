#include "mcp/mint.hpp"

#include "../toolcalls/fake_schemas.hpp"
#include "support/desk_calls.hpp"
#include "support/fake_servers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::mcp {
namespace {

using namespace std::chrono_literals;

/// The desk, whose accounts have records of their own.
std::string manifest()
{
    return catalog::test::replaced(catalog::test::kManifest, "tool_tags: {tickets: [tickets]}\n",
                                   "tool_tags: {tickets: [tickets]}\ndynamic: {calls_per_hour: 40, sources: {all: "
                                   "{method: tickets.list, record: {id: "
                                   "id, name: subject}}}, places: []}\n");
}

class MintTest : public ::testing::Test {
protected:
    MintTest()
    {
        desk_.changes.on_change = [this](snapshots::Change const& change) { callable_.apply(change); };
        vendor_.lists["tickets"] = proxy::VendorCalls::Listed{};
    }

    McpServer draft() const
    {
        McpServer made;
        made.environment = desk_.environment;
        made.account = account_;
        made.name = "agent";
        return made;
    }
    McpServer tenants(std::vector<std::string> integrations = {}) const
    {
        auto made = draft();
        made.account.reset();
        made.tenant_id = "acme";
        made.integrations = std::move(integrations);
        return made;
    }
    Result<MintedServer> create(McpServer server, std::string preset = {})
    {
        return test::run_on(desk_.io, mint_.create(std::move(server), std::move(preset), {}, Deadline::after(1h)));
    }
    Result<McpServer> change(McpServer const& server, ServerPatch patch)
    {
        return test::run_on(desk_.io, mint_.change(server.environment, server.account, server.id, std::move(patch), {},
                                                   Deadline::after(1h)));
    }
    ExplainedTool explained(McpServer const& server, std::string tool)
    {
        return test::must(test::run_on(desk_.io, mint_.explain(server.environment, server.account, server.id,
                                                               std::move(tool), Deadline::after(1h))));
    }
    static std::string path_of(Error const& error) { return error.failures().empty() ? "" : error.failures()[0].path; }

    test::DeskCalls desk_{manifest()};
    test::FakeServers rows_{desk_.changes, desk_.rows};
    toolcalls::FakeSchemas schema_rows_;
    toolcalls::FakeLists vendor_;
    toolcalls::AccountSchemas schemas_{schema_rows_, vendor_, desk_.clock};
    toolcalls::ToolSets tool_sets_;
    accounts::CallableAccounts callable_{desk_.rows, desk_.integrations, {}};
    http::Behind behind_{desk_.io, 10, desk_.log_file.log()};
    MintConfig config_;
    Mint mint_{config_, rows_, callable_, schemas_, tool_sets_, behind_, desk_.keyring, desk_.clock};
    IntegratedAccountId const account_ = desk_.connect();
};

TEST_F(MintTest, GivesASecretOfWhichOnlyAHashIsKept)
{
    auto const minted = create(draft());
    ASSERT_TRUE(minted);
    EXPECT_EQ(crypto::form_of(desk_.keyring, crypto::TokenKind::mcp, minted->token.reveal()), crypto::TokenForm::keyed);
    ASSERT_EQ(rows_.rows.size(), 1U);
    EXPECT_EQ(rows_.rows[0].server.id, minted->server.id);
    EXPECT_EQ(rows_.rows[0].tokens[0].first, crypto::hash_token(desk_.keyring, minted->token.reveal()));
}

TEST_F(MintTest, SaysWhatItsListCostsAModel)
{
    auto const minted = create(draft());
    ASSERT_TRUE(minted);
    auto const tools = desk_.callable(account_)->tools;
    toolcalls::ToolSet const all(tools, {});
    EXPECT_EQ(minted->tool_count, 6);
    EXPECT_EQ(minted->list_bytes, all.list_json().size());
    EXPECT_EQ(minted->estimated_tokens, static_cast<std::int64_t>(all.list_json().size() / 4));
    EXPECT_TRUE(minted->warnings.empty());
    auto narrow = draft();
    narrow.config.exposure = Exposure::discovery;
    EXPECT_EQ(create(narrow)->tool_count, 3);
}

TEST_F(MintTest, WarnsOfWhatAModelOrClientBearsBadly)
{
    config_.tool_warning = 5;
    config_.token_warning = 10;
    auto server = draft();
    server.config.require_api_token_auth = true;
    server.config.approval_tags = {"deletes"};
    auto const minted = create(server);
    ASSERT_TRUE(minted);
    ASSERT_EQ(minted->warnings.size(), 3U);
    EXPECT_NE(minted->warnings[0].find("more than 10"), std::string::npos) << minted->warnings[0];
    EXPECT_NE(minted->warnings[1].find("has 6 tools"), std::string::npos) << minted->warnings[1];
    EXPECT_NE(minted->warnings[2].find("--mcp-only"), std::string::npos) << minted->warnings[2];
}

TEST_F(MintTest, WarnsOfAnAccountWhoseCallsAreRefused)
{
    auto& row = desk_.rows.rows.at({desk_.environment, account_}).account;
    row.status = accounts::Status::needs_reauth;
    auto const warnings = test::must(create(draft())).warnings;
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(warnings[0],
              "Every call of this account is refused as it is now: " + account_.str() + " (needs_reauth).");
    row.status = accounts::Status::active;
    row.is_blocked = true;
    callable_.apply({snapshots::Change::Kind::account, desk_.environment, account_.uuid()});
    EXPECT_NE(test::must(create(draft())).warnings.at(0).find("(blocked)"), std::string::npos);
}

TEST_F(MintTest, RefusesWhatNoToolFits)
{
    auto server = draft();
    server.config.filter.methods = {"reed"};
    auto const refused = create(server);
    ASSERT_FALSE(refused);
    EXPECT_EQ(path_of(refused.error()), "config.methods[0]");
    server = draft();
    server.account = IntegratedAccountId{Uuid{99}};
    EXPECT_FALSE(create(server));
    EXPECT_TRUE(rows_.rows.empty());
}

TEST_F(MintTest, RefusesATimeThatIsNearlyOver)
{
    auto server = draft();
    server.expires_at = desk_.clock.now() + 59s;
    auto const refused = create(server);
    ASSERT_FALSE(refused);
    EXPECT_EQ(path_of(refused.error()), "expires_at");
    server.expires_at = desk_.clock.now() + 60s;
    auto const minted = create(server);
    ASSERT_TRUE(minted);
    ServerPatch patch;
    patch.expires_at = desk_.clock.now() + 1s;
    EXPECT_EQ(path_of(change(minted->server, patch).error()), "expires_at");
    patch.expires_at = std::optional<Timestamp>();
    EXPECT_FALSE(change(minted->server, patch)->expires_at) << "null: it does not end";
}

TEST_F(MintTest, AsksANewAccountAboutItselfAndWaitsForItNoLongerThanAMoment)
{
    vendor_.lists["tickets"] = proxy::VendorCalls::Listed{json::parse(R"([{"id":1,"subject":"A"}])")->as_array()};
    ASSERT_TRUE(create(draft()));
    EXPECT_EQ(vendor_.asked.size(), 1U);
    EXPECT_EQ(schema_rows_.known.records.at("all").as_array().size(), 1U);
    ASSERT_TRUE(create(draft()));
    EXPECT_EQ(vendor_.asked.size(), 1U) << "known already";
    schema_rows_.known = {};
    vendor_.lists["tickets"] = Error{ErrorCode::upstream_timeout, "Too slow."};
    EXPECT_TRUE(create(draft())) << "the URL is there whatever the vendor says";
}

TEST_F(MintTest, OfATenantServesItsAccountsAndThoseItNames)
{
    desk_.connect("acme", "other");
    desk_.connect("another", "third");
    auto const minted = create(tenants());
    ASSERT_TRUE(minted);
    EXPECT_EQ(minted->tool_count, 6);
    auto none = tenants();
    none.tenant_id = "nobody";
    auto const refused = create(none);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::not_found);
    EXPECT_NE(refused.error().public_detail().find("connect one first"), std::string::npos);
}

TEST_F(MintTest, OfATenantWithTooManyAccountsHasToChoose)
{
    for (std::size_t i = 0; i < kMostAccounts; ++i)
        desk_.connect("acme", "desk" + std::to_string(i));
    auto const refused = create(tenants());
    ASSERT_FALSE(refused);
    EXPECT_EQ(path_of(refused.error()), "integrations");
}

TEST_F(MintTest, OfATenantLeavesOutAnAccountThatCannotBeUsed)
{
    auto const broken = desk_.connect("acme", "other");
    desk_.rows.rows.at({desk_.environment, broken}).account.integration = IntegrationId{Uuid{99}};
    EXPECT_TRUE(create(tenants()));
}

TEST_F(MintTest, ChangesWhatIsNamedAndChecksItAgainstTheTools)
{
    auto const server = create(draft())->server;
    ServerPatch patch;
    patch.name = "renamed";
    EXPECT_EQ(change(server, patch)->name, "renamed");
    patch.config.emplace();
    patch.config->methods = {"reed"};
    auto const refused = change(server, patch);
    ASSERT_FALSE(refused);
    EXPECT_EQ(path_of(refused.error()), "config.methods[0]");
    patch.config->methods = {"read"};
    EXPECT_EQ(change(server, patch)->config.filter.methods, (std::vector<std::string>{"read"}));
    auto unknown = server;
    unknown.id = McpServerId{Uuid{99}};
    EXPECT_EQ(change(unknown, patch).error().code(), ErrorCode::not_found);
}

TEST_F(MintTest, RotatesATokenWithAnOverlap)
{
    auto const minted = create(draft());
    auto const rotated = test::run_on(
        desk_.io, mint_.rotate_token(desk_.environment, account_, minted->server.id, 1h, {}, Deadline::after(1h)));
    ASSERT_TRUE(rotated);
    EXPECT_NE(rotated->token.reveal(), minted->token.reveal());
    EXPECT_EQ(rotated->old_token_ends_at, desk_.clock.now() + 1h);
    auto const& tokens = rows_.rows[0].tokens;
    ASSERT_EQ(tokens.size(), 2U);
    EXPECT_EQ(tokens[0].second, desk_.clock.now() + 1h);
    EXPECT_FALSE(tokens[1].second);
}

TEST_F(MintTest, ExplainsWhichRuleShowsOrHidesATool)
{
    auto server = draft();
    server.config.filter.methods = {"read"};
    server = create(server)->server;
    using State = toolcalls::Explanation::State;
    EXPECT_EQ(explained(server, "list_all_desk_tickets").explanation.state, State::shown);
    EXPECT_EQ(explained(server, "create_a_desk_ticket").explanation.state, State::hidden);
    auto const near = explained(server, "list_desk_tickets").explanation.near;
    ASSERT_FALSE(near.empty());
    EXPECT_EQ(near.front(), "list_all_desk_tickets");
}

TEST_F(MintTest, BeginsWithAPreset)
{
    auto const minted = create(draft(), "read_only");
    ASSERT_TRUE(minted) << minted.error().public_detail();
    EXPECT_EQ(minted->server.config.filter.methods, std::vector<std::string>{"read"});
    auto own = draft();
    own.config.filter.methods = {"get"};
    EXPECT_EQ(create(own, "read_only")->server.config.filter.methods, std::vector<std::string>{"get"});
    auto const unknown = create(draft(), "everything");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().failures().front().path, "preset");
    EXPECT_NE(unknown.error().public_detail().find("read_only"), std::string::npos);
}

} // namespace
} // namespace sluice::mcp
