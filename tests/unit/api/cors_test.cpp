#include "cors.hpp"

#include "areas/areas.hpp"

#include <gtest/gtest.h>

namespace sluice::api {
namespace {

class CorsTest : public ::testing::Test {
protected:
    CorsTest()
    {
        for (std::size_t i = 0; i < all_routes().size(); ++i)
            router_.add(all_routes()[i].method, all_routes()[i].path, i);
    }
    static http::Request request(http::Method method, std::string target, http::Headers headers)
    {
        http::Request made;
        made.method = method;
        made.target = std::move(target);
        made.headers = std::move(headers);
        return made;
    }
    std::optional<http::Response> asked(std::string target, std::string wanted)
    {
        http::Headers headers;
        headers.add("origin", "https://app.example");
        headers.add("access-control-request-method", wanted);
        headers.add("access-control-request-headers", "authorization");
        return preflight(request(http::Method::options, std::move(target), std::move(headers)), router_, all_routes(),
                         index_);
    }

    http::Router router_;
    std::size_t index_ = http::Router::kNone;
};

TEST_F(CorsTest, APreflightIsAnsweredForRoutesThatTakeAccountTokens)
{
    for (auto const& [target, method] : {std::pair{"/proxy/tickets?limit=1", "GET"},
                                         {"/proxy/tickets/7", "DELETE"},
                                         {"/custom/api/account", "PUT"},
                                         {"/integrated-account/me", "PATCH"}}) {
        auto const answer = asked(target, method);
        ASSERT_TRUE(answer) << target;
        EXPECT_EQ(answer->status, 204);
        EXPECT_EQ(http::name_of(all_routes().at(index_).method), method) << "it is counted there";
        EXPECT_EQ(answer->headers.find("access-control-allow-origin"), "*");
        EXPECT_EQ(answer->headers.find("access-control-allow-methods"), method);
        EXPECT_EQ(answer->headers.find("access-control-allow-headers"), "authorization");
    }
}

TEST_F(CorsTest, NothingElseIsForPagesOfOtherSites)
{
    EXPECT_FALSE(asked("/integrated-account", "GET"));
    EXPECT_FALSE(asked("/api-token", "POST"));
    EXPECT_FALSE(asked("/session", "POST"));
    EXPECT_FALSE(asked("/nowhere", "GET"));
    EXPECT_FALSE(asked("/proxy/tickets", "PROPFIND"));
    EXPECT_FALSE(preflight(request(http::Method::options, "/proxy/tickets", {}), router_, all_routes(), index_));
}

TEST_F(CorsTest, AnAnswerIsReadableForThePageOnlyWithAnAccountToken)
{
    auto const allowed = [](std::string const& authorization) {
        http::Headers headers;
        headers.add("origin", "https://app.example");
        headers.add("authorization", authorization);
        http::Response response;
        add_cors(request(http::Method::get, "/proxy/tickets", std::move(headers)), response);
        return std::string(response.headers.find("access-control-allow-origin").value_or(""));
    };
    EXPECT_EQ(allowed("Bearer slx_acct_whatever"), "https://app.example");
    EXPECT_EQ(allowed("Bearer slx_api_whatever"), "");
    http::Headers headers;
    headers.add("authorization", "Bearer slx_acct_whatever");
    http::Response response;
    add_cors(request(http::Method::get, "/proxy/tickets", headers), response);
    EXPECT_FALSE(response.headers.contains("vary")) << "not of a page";
    headers.add("origin", "https://app.example");
    response.headers.add("access-control-allow-origin", "*");
    add_cors(request(http::Method::get, "/openapi.yaml", headers), response);
    EXPECT_EQ(response.headers.find("access-control-allow-origin"), "*") << "browsers refuse two values";
}

} // namespace
} // namespace sluice::api
