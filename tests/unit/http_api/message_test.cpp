#include "http_api/error_body.hpp"
#include "http_api/message.hpp"
#include "http_api/outgoing_url.hpp"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

TEST(Headers, AreFoundInAnyCase)
{
    Headers headers;
    headers.add("X-A", "1");
    headers.add("x-b", "2");
    headers.add("x-a", "3");
    EXPECT_EQ(headers.find("x-A"), "1");
    EXPECT_EQ(headers.find_last("X-a"), "3");
    EXPECT_EQ(headers.find("x-c"), std::nullopt);
    EXPECT_EQ(headers.find_last("x-c"), std::nullopt);
    EXPECT_TRUE(headers.contains("X-B"));
}

TEST(Headers, KeepTheirOrder)
{
    Headers headers;
    headers.reserve(3, 32);
    headers.add("b", "1");
    headers.add("a", "");
    headers.add("b", "2");
    std::string text;
    for (auto const& [name, value] : headers)
        text += std::string(name) + '=' + std::string(value) + ';';
    EXPECT_EQ(text, "b=1;a=;b=2;");
}

TEST(Headers, AreReplacedAndRemovedWithAllOfTheirName)
{
    Headers headers;
    headers.add("b", "1");
    headers.add("a", "x");
    headers.add("B", "2");
    headers.set("b", "3");
    EXPECT_EQ(headers.size(), 2U);
    EXPECT_EQ(headers[0].value, "x");
    EXPECT_EQ(headers[1].value, "3");
    headers.remove("A");
    headers.remove("b");
    EXPECT_TRUE(headers.empty());
}

TEST(Methods, HaveNames)
{
    for (auto const* name : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
        EXPECT_EQ(name_of(method_of(name)), name);
    EXPECT_EQ(method_of("get"), Method::other) << "methods have a case";
    EXPECT_EQ(name_of(Method::other), "OTHER");
    EXPECT_TRUE(is_safe(Method::get));
    EXPECT_TRUE(is_safe(Method::head));
    EXPECT_FALSE(is_safe(Method::options));
}

TEST(RequestTarget, IsAPathAndAQuery)
{
    Request request;
    request.target = "/a/b?c=d?e";
    EXPECT_EQ(request.path(), "/a/b");
    EXPECT_EQ(request.query(), "c=d?e");
    request.target = "/a";
    EXPECT_EQ(request.path(), "/a");
    EXPECT_EQ(request.query(), "");
}

TEST(Bearer, IsTheTokenOfItsSchemeOnly)
{
    auto const of = [](std::string_view value) {
        Request request;
        request.headers.add("authorization", value);
        return std::string(bearer_of(request));
    };
    EXPECT_EQ(of("Bearer abc"), "abc");
    EXPECT_EQ(of("bEARER a b"), "a b");
    EXPECT_EQ(of("Bearer "), "");
    EXPECT_EQ(of("Basic abc"), "");
    EXPECT_EQ(of(""), "");
    EXPECT_EQ(bearer_of(Request{}), "");
}

TEST(Reasons, AreThoseOfTheirStatusOrItsClass)
{
    EXPECT_EQ(reason_of(200), "OK");
    EXPECT_EQ(reason_of(404), "Not Found");
    EXPECT_EQ(reason_of(429), "Too Many Requests");
    EXPECT_EQ(reason_of(503), "Service Unavailable");
    EXPECT_EQ(reason_of(299), "Success");
    EXPECT_EQ(reason_of(399), "Redirection");
    EXPECT_EQ(reason_of(499), "Client Error");
    EXPECT_EQ(reason_of(599), "Server Error");
}

TEST(JsonResponse, SaysThatItIsJson)
{
    auto const answer = json_response(201, json::value(json::object{{"a", 1}}));
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.headers.find("content-type"), "application/json");
    EXPECT_EQ(answer.body, R"({"a":1})");
}

TEST(ErrorBodies, NameStatusReasonAndMistakes)
{
    EXPECT_EQ(error_body(404, "No."), *json::parse(R"({"statusCode":404,"error":"Not Found","message":"No."})"));
    auto const body = error_body(Error{{{"a", "is wrong"}}});
    EXPECT_EQ(body.at("statusCode"), 400);
    EXPECT_EQ(body.at("details"), *json::parse(R"({"failures":[{"path":"a","message":"is wrong"}]})"));
    EXPECT_FALSE(body.contains("is_remote_error"));
    EXPECT_EQ(error_body(Error{ErrorCode::reauth_needed, "Dead."}).at("is_remote_error"), true);
    EXPECT_FALSE(error_body(Error{ErrorCode::conflict, "Twice."}).contains("details"));
}

TEST(OutgoingUrl, MayBeCalledOverTlsOrWhereTheOperatorAllowsIt)
{
    EgressPolicy const strict;
    auto const open = *EgressPolicy::allowing({"127.0.0.1:8090"});
    auto const is_fine = [](std::string_view url, EgressPolicy const& egress) {
        return !fault_of_outgoing_url(url, egress);
    };
    EXPECT_TRUE(is_fine("https://vendor.example/a", strict));
    EXPECT_FALSE(is_fine("http://vendor.example/a", strict));
    EXPECT_FALSE(is_fine("http://localhost:8090/a", strict)) << "that it cannot be called is known already";
    EXPECT_FALSE(is_fine("http://me.localhost:8090/a", strict));
    EXPECT_TRUE(is_fine("https://localhost/a", strict)) << "the name is checked once it is resolved";
    EXPECT_TRUE(is_fine("http://localhost:8090/a", open));
    EXPECT_FALSE(is_fine("http://localhost:8091/a", open));
    EXPECT_TRUE(is_fine("https://8.8.8.8/", strict));
    EXPECT_FALSE(is_fine("http://8.8.8.8/", strict));
    EXPECT_FALSE(is_fine("https://127.0.0.1:8090/", strict));
    EXPECT_TRUE(is_fine("https://127.0.0.1:8090/", open));
    EXPECT_TRUE(is_fine("http://127.0.0.1:8090/", open));
    EXPECT_FALSE(is_fine("http://127.0.0.1:8091/", open));
    EXPECT_FALSE(is_fine("https://[fe80::1]/", open));
    EXPECT_FALSE(is_fine("vendor.example", strict));
}

} // namespace
} // namespace sluice::http
