#include "help_desk.hpp"

namespace sluice::simulator::testing {
namespace {

class SimulatorBucketTest : public HelpDesk {
protected:
    Reply spend(int calls)
    {
        Reply last;
        for (int i = 0; i < calls; ++i)
            last = get("/api/account");
        return last;
    }
};

constexpr std::string_view kLevel = "x-gorgias-account-api-call-limit";

TEST_F(SimulatorBucketTest, CountsEachCall)
{
    EXPECT_EQ(spend(1).header(kLevel), "1/40");
    EXPECT_EQ(spend(13).header(kLevel), "14/40");
}

TEST_F(SimulatorBucketTest, RefusesTheForty1stCallAndDoesNotRunIt)
{
    EXPECT_EQ(spend(40).status(), 200);

    auto const refused = post("/api/tags", R"({"name":"never made"})");

    EXPECT_EQ(refused.status(), 429);
    EXPECT_EQ(refused.header("retry-after"), "1");
    EXPECT_EQ(refused.header(kLevel), "40/40");
    EXPECT_FALSE(refused.text("/error/msg").empty());
    drain();
    EXPECT_TRUE(get("/api/tags?search=never+made").data().empty());
}

TEST_F(SimulatorBucketTest, DrainsWithTheClock)
{
    spend(40);

    control("/clock", R"({"advance_s":0.5})");
    EXPECT_EQ(spend(1).status(), 200);
    EXPECT_EQ(spend(1).status(), 429);
    advance(10);
    EXPECT_EQ(spend(1).header(kLevel), "21/40");
    advance(20);
    EXPECT_EQ(spend(1).header(kLevel), "1/40");
}

TEST_F(SimulatorBucketTest, HasAnotherBucketForOauth)
{
    spend(40);
    credential = bearer("account:read");

    EXPECT_EQ(spend(1).header(kLevel), "1/80");
    EXPECT_EQ(spend(79).status(), 200);
    EXPECT_EQ(spend(1).status(), 429);
}

TEST_F(SimulatorBucketTest, DrainsTwiceAsFastForEnterprise)
{
    control("/accounts",
            R"({"subdomain":"big","email":"casey@acme.example","api_key":"k3y","tickets":0,"enterprise":true})");
    for (int i = 0; i < 40; ++i)
        send(http::Method::get, "/big/api/account");

    advance(5);

    EXPECT_EQ(send(http::Method::get, "/big/api/account").header(kLevel), "21/40");
}

TEST_F(SimulatorBucketTest, DoesNotCountCallsWithBadCredentials)
{
    for (int i = 0; i < 50; ++i)
        send(http::Method::get, "/acme/api/account", {}, basic("casey@acme.example", "wrong"));

    EXPECT_EQ(spend(1).header(kLevel), "1/40");
    EXPECT_EQ(state().id("/accounts/acme/throttled"), 0);
}

} // namespace
} // namespace sluice::simulator::testing
