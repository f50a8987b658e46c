#include "help_desk.hpp"

namespace sluice::simulator::testing {
namespace {

class SimulatorAuthTest : public HelpDesk {};

TEST_F(SimulatorAuthTest, RefusesBadCredentials)
{
    std::string const bad[] = {basic("casey@acme.example", "wrong"),
                               basic("other@acme.example", "k3y"),
                               "Basic %%%",
                               "Basic",
                               "Bearer unknown",
                               "Digest x",
                               "k3y"};
    for (auto const& authorization : bad) {
        auto const reply = send(http::Method::get, "/acme/api/account", {}, authorization);
        EXPECT_EQ(reply.status(), 401) << authorization;
        EXPECT_FALSE(reply.text("/error/msg").empty()) << authorization;
        EXPECT_EQ(reply.header("x-gorgias-account-api-call-limit").substr(0, 2), "0/") << authorization;
    }
}

TEST_F(SimulatorAuthTest, ActsAsTheOwnerOfTheKey)
{
    auto const me = get("/api/users/0");

    EXPECT_EQ(me.text("/email"), "casey@acme.example");
    EXPECT_EQ(me.text("/role/name"), "admin");
    EXPECT_EQ(me.text("/uri"), path_of("https://acme.gorgias.com/api/users/", me.id(), "/"));
}

TEST_F(SimulatorAuthTest, ActsAsABotWithAToken)
{
    credential = bearer("users:read");

    auto const me = get("/api/users/0");

    EXPECT_EQ(me.text("/email"), "bot@app-1");
    EXPECT_EQ(me.text("/role/name"), "bot");
    EXPECT_EQ(me.text("/client_id"), "app-1");
}

TEST_F(SimulatorAuthTest, AsksForTheScopeOfTheOperation)
{
    struct Case {
        std::string_view scopes;
        http::Method method;
        std::string_view path;
        int status;
    };
    constexpr Case kCases[] = {
        {"tickets:read", http::Method::get, "/api/tickets", 200},
        {"tickets:read", http::Method::get, "/api/views", 200},
        {"tickets:read", http::Method::get, "/api/customers", 403},
        {"tickets:write", http::Method::get, "/api/tickets", 403},
        {"openid email profile offline write:all", http::Method::get, "/api/tickets", 200},
        {"write:all", http::Method::get, "/api/customers", 200},
        {"openid", http::Method::get, "/api/phone/voice-calls", 200},
        {"satisfaction_survey:read", http::Method::get, "/api/satisfaction-surveys", 200},
    };
    for (auto const& one : kCases) {
        credential = bearer(one.scopes);
        EXPECT_EQ(call(one.method, one.path).status(), one.status) << one.scopes << ' ' << one.path;
    }
}

TEST_F(SimulatorAuthTest, NamesTheMissingScope)
{
    credential = bearer("macros:read macros:write");

    auto const reply = put("/api/macros/archive", R"({"ids":[1]})");

    EXPECT_EQ(reply.status(), 403);
    EXPECT_EQ(reply.text("/error/msg"),
              "You do not have enough permissions to perform this action. Missing scope: write:all.");
}

TEST_F(SimulatorAuthTest, LetsOnlyAdministratorsMakeIntegrations)
{
    auto const body = R"({"name":"x","type":"http","http":{"url":"https://x.example","method":"POST",
        "request_content_type":"application/json","response_content_type":"application/json"}})";
    EXPECT_EQ(post("/api/integrations", body).status(), 201);

    put("/api/users/0", R"({"role":{"name":"agent"}})");

    EXPECT_EQ(post("/api/integrations", body).status(), 403);
}

TEST_F(SimulatorAuthTest, EndsAccessTokensAfterADay)
{
    credential = bearer("account:read");
    advance(24 * 3600 - 1);
    EXPECT_EQ(get("/api/account").status(), 200);

    advance(1);

    EXPECT_EQ(get("/api/account").status(), 401);
}

TEST_F(SimulatorAuthTest, ShowsTheStandardHeaders)
{
    auto const reply = get("/api/account");

    EXPECT_FALSE(reply.header("x-request-id").empty());
    EXPECT_FALSE(reply.header("x-gorgias-release").empty());
    EXPECT_NE(reply.header("x-request-id"), get("/api/account").header("x-request-id"));
}

TEST_F(SimulatorAuthTest, KeepsAccountsApart)
{
    control("/accounts", R"({"subdomain":"globex","email":"a@globex.example","api_key":"other","tickets":3})");
    auto const ticket = first("/api/tickets");

    EXPECT_EQ(send(http::Method::get, "/globex/api/account").status(), 401);
    credential = basic("a@globex.example", "other");
    EXPECT_EQ(send(http::Method::get, "/globex/api/account").text("/domain"), "globex");
    EXPECT_EQ(send(http::Method::get, path_of("/globex/api/tickets/", ticket)).status(), 404);
}

} // namespace
} // namespace sluice::simulator::testing
