#include "accounts/demo.hpp"

#include "directory_fixture.hpp"
#include "support/must.hpp"

namespace sluice::accounts {
namespace {

constexpr char kOffer[] = R"({"integration": "acme", "tenant_id": "demo", "authentication_method": "api_key",
    "override": {"base_url": "https://sim.example"}, "context": {"email": "me@acme.example", "api_key": "key-123456"}})";

class DemoTest : public DirectoryFixture {
protected:
    DemoTest() { definitions_.stored.id = catalog::builtin_id("acme"); }

    Result<Demo::Connected> connect(Secret const* offer)
    {
        Demo demo(offer, installer_, directory_, rows_);
        EXPECT_EQ(demo.is_offered(), offer != nullptr);
        return test::run(demo.connect(environment_, {}, Deadline::after(std::chrono::hours(1))));
    }

    http::EgressPolicy const egress_ = http::EgressPolicy::anywhere();
    Installer installer_{installations_, definitions_, integrations_, egress_, clock_};
    Secret const offer_{kOffer};
};

TEST_F(DemoTest, InstallsTheIntegrationAndConnectsTheAccountOnce)
{
    auto const connected = test::must(connect(&offer_));
    EXPECT_TRUE(connected.is_new);
    auto const& account = connected.account;
    EXPECT_EQ(account.tenant_id, "demo");
    EXPECT_EQ(account.status, Status::active);
    EXPECT_EQ(rows_.context_of(environment_, account.id)->secret.at("api_key"), "key-123456");
    ASSERT_EQ(installations_.rows.size(), 1U);
    EXPECT_EQ(installations_.rows.begin()->second.override.at("base_url"), "https://sim.example");
}

TEST_F(DemoTest, LeavesAnIntegrationOfOtherAccountsAsItIs)
{
    EnvironmentIntegration theirs;
    theirs.id = EnvironmentIntegrationId{Uuid{8}};
    theirs.environment = environment_;
    theirs.integration = definitions_.stored.id;
    installations_.put(theirs);
    EXPECT_EQ(connect(&offer_).error().code(), ErrorCode::conflict);
    EXPECT_TRUE(rows_.rows.empty());
    EXPECT_FALSE(installations_.rows.begin()->second.override.contains("base_url"));
}

TEST_F(DemoTest, IsNotThereWithoutAnOffer)
{
    EXPECT_EQ(connect(nullptr).error().code(), ErrorCode::not_found);
    EXPECT_TRUE(installations_.rows.empty());
}

TEST(DemoFile, IsCheckedAtTheStart)
{
    EXPECT_TRUE(Demo::check(Secret(kOffer)));
    for (auto const* text :
         {"", "{}", "[]", R"({"integration": "acme"})",
          R"({"integration": "acme", "tenant_id": "t", "authentication_method": "k", "override": 1})"})
        EXPECT_FALSE(Demo::check(Secret(text))) << text;
}

} // namespace
} // namespace sluice::accounts
