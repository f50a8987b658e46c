#include "help_desk.hpp"

namespace sluice::simulator::testing {
namespace {

class SimulatorControlTest : public HelpDesk {};

TEST_F(SimulatorControlTest, CountsCallsByOperation)
{
    get("/api/tickets?limit=1");
    get("/api/tickets?limit=2");
    get(path_of("/api/tickets/", first("/api/tickets")));

    auto const shown = state();

    EXPECT_EQ(shown.id("/accounts/acme/calls"), 4);
    auto const& operations = shown.body.at("accounts").at("acme").at("operations").as_object();
    EXPECT_EQ(operations.at("GET /api/tickets"), 3);
    EXPECT_EQ(operations.at("GET /api/tickets/{id}"), 1);
    EXPECT_EQ(shown.id("/accounts/acme/buckets/api_key/used"), 4);
}

TEST_F(SimulatorControlTest, MovesTheClock)
{
    EXPECT_EQ(state().text("/clock/now"), "2026-11-20T12:00:00.000000+00:00");
    advance(90);
    EXPECT_EQ(state().text("/clock/now"), "2026-11-20T12:01:30.000000+00:00");
    EXPECT_EQ(control("/clock", R"({"freeze":true})")["/frozen"], true);
    control("/clock", R"({"now":"2027-01-01T00:00:00Z"})");
    EXPECT_EQ(state().text("/clock/now"), "2027-01-01T00:00:00.000000+00:00");
    EXPECT_EQ(control("/clock", R"({"run":true})")["/frozen"], false);
    EXPECT_EQ(state().text("/clock/now"), "2027-01-01T00:00:00.000000+00:00");
}

TEST_F(SimulatorControlTest, AnswersWithAFaultAsOftenAsAsked)
{
    control("/accounts/acme/faults", R"({"match":"GET /api/tickets","times":2,"status":503,
        "body":{"error":{"msg":"An external service had an issue."}},"headers":{"retry-after":"7"}})");

    EXPECT_EQ(get("/api/account").status(), 200);
    auto const failed = get("/api/tickets");
    EXPECT_EQ(failed.status(), 503);
    EXPECT_EQ(failed.header("retry-after"), "7");
    EXPECT_EQ(failed.text("/error/msg"), "An external service had an issue.");
    EXPECT_EQ(get("/api/tickets").status(), 503);
    EXPECT_EQ(get("/api/tickets").status(), 200);
}

TEST_F(SimulatorControlTest, ReplacesTheFaultsOfAMatch)
{
    control("/accounts/acme/faults", R"({"match":"GET /api/tickets","times":9,"status":503})");
    control("/accounts/acme/faults", R"({"match":"GET /api/account","status":502})");

    control("/accounts/acme/faults", R"({"kind":"replace","match":"GET /api/tickets","status":500})");

    EXPECT_EQ(get("/api/tickets").status(), 500);
    EXPECT_EQ(get("/api/tickets").status(), 200);
    EXPECT_EQ(get("/api/account").status(), 502);
}

TEST_F(SimulatorControlTest, AnswersWithOtherContentTypesAndOnTheTokenEndpoint)
{
    control("/accounts/acme/faults",
            R"({"match":"POST /oauth/token","status":502,"body":"<h1>Bad</h1>","content_type":"text/html"})");
    control("/accounts/acme/faults", R"({"match":"GET /api/tickets/5","status":500})");

    auto const failed = post("/oauth/token", "{}");

    EXPECT_EQ(failed.status(), 502);
    EXPECT_EQ(failed.header("content-type"), "text/html");
    EXPECT_EQ(failed.response.body, "<h1>Bad</h1>");
    EXPECT_EQ(get("/api/tickets/5").status(), 500);
    EXPECT_EQ(get("/api/tickets/5").status(), 404);
}

TEST_F(SimulatorControlTest, TakesCredentialsAway)
{
    auto const token = bearer("account:read");
    control("/accounts/acme/faults", R"({"kind":"revoke_tokens"})");
    EXPECT_EQ(send(http::Method::get, "/acme/api/account", {}, token).status(), 401);
    EXPECT_EQ(get("/api/account").status(), 200);

    control("/accounts/acme/faults", R"({"kind":"reject_credentials"})");
    EXPECT_EQ(get("/api/account").status(), 401);

    control("/accounts/acme/faults", R"({"kind":"clear"})");
    EXPECT_EQ(get("/api/account").status(), 200);
}

TEST_F(SimulatorControlTest, ResetsToTheConfiguration)
{
    auto const before = get("/api/tickets?limit=100").response.body;
    del(path_of("/api/tickets/", first("/api/tickets")));
    control("/accounts", R"({"subdomain":"globex","email":"a@b.example","api_key":"x","tickets":1})");
    advance(100);

    EXPECT_EQ(send(http::Method::post, "/_simulator/reset").status(), 200);

    EXPECT_EQ(get("/api/tickets?limit=100").response.body, before);
    EXPECT_EQ(send(http::Method::get, "/globex/api/account").status(), 404);
    EXPECT_EQ(state().id("/accounts/acme/calls"), 1);
}

TEST_F(SimulatorControlTest, RefusesWhatItDoesNotKnow)
{
    EXPECT_EQ(control("/clock", R"({"forward":1})").status(), 400);
    EXPECT_EQ(control("/accounts/nobody/faults", "{}").status(), 404);
    EXPECT_EQ(control("/accounts/acme/nothing", "{}").status(), 404);
    EXPECT_EQ(control("/nothing", "{}").status(), 404);
    EXPECT_EQ(control("/accounts/acme/tokens", R"({"scopes":["dreams:read"]})").status(), 400);
    EXPECT_EQ(control("/accounts", R"({"subdomain":"x"})").status(), 400);
}

TEST_F(SimulatorControlTest, SeedsAPlausibleAccount)
{
    HelpDesk::control("/accounts", R"({"subdomain":"big","email":"casey@acme.example","api_key":"k3y"})");
    auto const count = [this](std::string_view list) {
        return send(http::Method::get, "/big" + std::string(list)).data().size();
    };
    EXPECT_EQ(count("/api/users?limit=100"), 8U);
    EXPECT_EQ(count("/api/users?roles=bot"), 1U);
    EXPECT_EQ(count("/api/teams"), 4U);
    EXPECT_EQ(count("/api/tags"), 25U);
    EXPECT_EQ(count("/api/views"), 10U);
    EXPECT_EQ(count("/api/macros"), 20U);
    EXPECT_EQ(count("/api/rules"), 6U);
    EXPECT_EQ(count("/api/widgets"), 3U);
    EXPECT_EQ(count("/api/jobs"), 2U);
    EXPECT_EQ(count("/api/phone/voice-calls"), 12U);
    EXPECT_EQ(count("/api/customers?limit=100"), 100U);
    EXPECT_EQ(count("/api/satisfaction-surveys?limit=100"), 50U);
    EXPECT_GE(count("/api/custom-fields?object_type=Ticket"), 6U);
    EXPECT_GE(count("/api/custom-fields?object_type=Customer"), 3U);
    EXPECT_EQ(count("/api/messages?limit=100"), 100U);
}

TEST_F(SimulatorControlTest, SaysHowAnAnswerIsToBeSent)
{
    control("/accounts/acme/faults", R"({"match":"GET /api/account","interim":[103,102],"delay_ms":250,
        "trickle_bytes":3,"trickle_ms":20,"cut_after":10})");

    auto const slow = get("/api/account");

    EXPECT_EQ(slow.status(), 200);
    EXPECT_EQ(slow.text("/domain"), get("/api/account").text("/domain"));
    EXPECT_EQ(slow.manner, (Manner{.interim = {103, 102},
                                   .delay = std::chrono::milliseconds(250),
                                   .hangs = false,
                                   .piece_bytes = 3,
                                   .pause = std::chrono::milliseconds(20),
                                   .cut_after = 10}));
    EXPECT_EQ(get("/api/account").manner, Manner{});
}

TEST_F(SimulatorControlTest, SendsAnAnswerOfAFaultInItsManner)
{
    control("/accounts/acme/faults", R"({"match":"POST /oauth/token","status":503,"hang":true})");

    auto const hanging = post("/oauth/token", "{}");

    EXPECT_EQ(hanging.status(), 503);
    EXPECT_TRUE(hanging.manner.hangs);
}

TEST_F(SimulatorControlTest, WhatHangsGoesOnWhenTheFaultsAreCleared)
{
    control("/accounts/acme/faults", R"({"match":"GET /api/account","hang":true,"times":2})");
    auto const first = get("/api/account");
    auto const second = get("/api/account");
    EXPECT_FALSE(*first.is_over || *second.is_over);

    control("/accounts/acme/faults", R"({"kind":"clear"})");

    EXPECT_TRUE(*first.is_over && *second.is_over);
    control("/accounts/acme/faults", R"({"match":"GET /api/account","hang":true})");
    EXPECT_FALSE(*get("/api/account").is_over);
}

TEST_F(SimulatorControlTest, CompressesTheTrueAnswer)
{
    auto const plain = get("/api/account").response.body;
    control("/accounts/acme/faults", R"({"match":"GET /api/account","encoding":"gzip"})");

    auto const packed = get("/api/account");

    EXPECT_EQ(packed.status(), 200);
    EXPECT_EQ(packed.header("content-encoding"), "gzip");
    EXPECT_TRUE(packed.response.body.starts_with("\x1f\x8b"));
    EXPECT_LT(packed.response.body.size(), plain.size());
}

TEST_F(SimulatorControlTest, RefusesMannersThatThereAreNot)
{
    EXPECT_EQ(control("/accounts/acme/faults", R"({"match":"*","interim":[200]})").status(), 400);
    EXPECT_EQ(control("/accounts/acme/faults", R"({"match":"*","encoding":"zip"})").status(), 400);
    EXPECT_EQ(control("/accounts/acme/faults", R"({"match":"*","delay_ms":-1})").status(), 400);
}

} // namespace
} // namespace sluice::simulator::testing
