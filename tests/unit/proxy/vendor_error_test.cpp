// Refusals that come as successes, and that nothing in an error's body gets through unread: no markup, no broken text,
// no secret. The shapes of errors are in tests/unit/toolcalls/vendor_errors_test.cpp.
#include "base/encoding.hpp"
#include "proxy/interpret.hpp"
#include "proxy/kept_outcome.hpp"
#include "proxy/remote_error.hpp"
#include "support/desk.hpp"
#include "support/desk_calls.hpp"
#include "support/must.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <random>
#include <string>
#include <tuple>

namespace sluice::proxy {
namespace {

using catalog::test::kDocument;
using catalog::test::kManifest;
using catalog::test::replaced;

constexpr auto kNotOk = "error_expression: {path: ok, equals: false}\n";

std::string manifest_with(std::string const& lines)
{
    return replaced(kManifest, "tool_tags:", lines + "tool_tags:");
}

Outcome interpreted(std::string const& lines, std::string_view method, int status, std::string body,
                    std::string type = "application/json")
{
    auto const compiled = test::must(catalog::test::compile_text(manifest_with(lines), kDocument));
    http::IncomingResponse response;
    response.status = status;
    response.headers.add("content-type", type);
    response.body = std::move(body);
    return interpret(*compiled, *compiled->find("tickets", method), std::move(response), {});
}

TEST(ErrorInA2xx, IsARefusalWithAStatusOfItsOwn)
{
    for (auto const* method : {"get", "list", "create", "delete"}) {
        auto const outcome = interpreted(kNotOk, method, 200, R"({"ok":false,"error":"cant_update"})");
        EXPECT_EQ(outcome.kind, Outcome::Kind::error) << method;
        EXPECT_EQ(outcome.status, 422);
        EXPECT_EQ(outcome.remote_status, 200);
        EXPECT_EQ(outcome.remote_code, "cant_update");
        auto const body = *json::parse(remote_error_body(outcome));
        EXPECT_EQ(body.at("remote_status"), 200);
        EXPECT_EQ(body.at("raw_response").at("ok"), false);
    }
}

TEST(ErrorInA2xx, IsOnlyWhatTheDefinitionSays)
{
    EXPECT_EQ(interpreted(kNotOk, "get", 200, R"({"ok":true})").kind, Outcome::Kind::object);
    EXPECT_EQ(interpreted("", "get", 200, R"({"ok":false})").kind, Outcome::Kind::object);
    EXPECT_EQ(interpreted(kNotOk, "delete", 204, "").kind, Outcome::Kind::empty);
    EXPECT_EQ(interpreted(kNotOk, "get", 200, "a,b\n", "text/csv").kind, Outcome::Kind::binary);
    EXPECT_EQ(interpreted(kNotOk, "create", 200, R"({"ok":fal)").kind, Outcome::Kind::unread);
    EXPECT_EQ(interpreted(kNotOk, "list", 200, R"({"ok":true,"data":[{"ok":false}]})").kind, Outcome::Kind::list);
}

TEST(ErrorInA2xx, IsSeenInAnswersThatHaveToBeMended)
{
    for (std::string const body : {"\xef\xbb\xbf{\"ok\":false}", "{\"ok\":false,\"a\":\"\xff\"}",
                                   "{\"ok\":false,\"a\":1e400,\"b\":12345678901234567890123}"})
        EXPECT_EQ(interpreted(kNotOk, "get", 200, body).kind, Outcome::Kind::error) << body;
    constexpr auto kZero = "error_expression: {path: code, equals: 0}\n";
    EXPECT_EQ(interpreted(kZero, "get", 200, R"({"code":5,"a":1e400})").kind, Outcome::Kind::object);
}

TEST(ErrorInA2xx, HasTheStatusOfItsCodeThenOfItsBody)
{
    constexpr auto kErrors = "error_expression: {path: error, exists: true}\n"
                             "errors: {status: {codes: {gone: 404, slow: 429}, path: http, default: 409}}\n";
    for (auto const& [body, status] : {std::tuple{R"({"error":"gone","http":500})", 404},
                                       {R"({"error":"broken","http":500})", 500},
                                       {R"({"error":"broken","http":200})", 409},
                                       {R"({"error":"broken"})", 409},
                                       {R"({"error":"slow"})", 429}})
        EXPECT_EQ(interpreted(kErrors, "get", 200, body).status, status) << body;
    EXPECT_TRUE(interpreted(kErrors, "get", 200, R"({"error":"slow"})").limits.throttled);
    EXPECT_EQ(interpreted(kErrors, "get", 400, R"({"error":"gone"})").status, 400) << "the vendor's own is kept";
}

TEST(ErrorInA2xx, OfAWriteHadNoEffectUnlessItIsAFaultOfTheVendor)
{
    constexpr auto kErrors = "error_expression: {path: ok, equals: false}\n"
                             "errors: {status: {codes: {fatal_error: 500}}}\n";
    EXPECT_TRUE(had_no_effect(interpreted(kErrors, "create", 200, R"({"ok":false,"error":"is_archived"})")));
    EXPECT_FALSE(had_no_effect(interpreted(kErrors, "create", 200, R"({"ok":false,"error":"fatal_error"})")));
}

TEST(RemoteError, TellsWhichScopesAndLimitsItIsAbout)
{
    Outcome outcome;
    outcome.kind = Outcome::Kind::error;
    outcome.status = outcome.remote_status = 403;
    outcome.message = "No.";
    EXPECT_EQ(json::parse(remote_error_body(outcome))->at("error_insight"),
              *json::parse(R"({"forbidden_error":{"description":"No.","value":{}}})"));
    outcome.missing_scopes = {"tickets:write"};
    EXPECT_EQ(
        json::parse(remote_error_body(outcome))->at("error_insight"),
        *json::parse(R"({"forbidden_error":{"description":"No.","value":{"missing_scopes":["tickets:write"]}}})"));
    outcome.status = outcome.remote_status = 429;
    outcome.limits = {.limit = 40, .remaining = 0, .retry_after_s = 3, .throttled = true};
    EXPECT_EQ(json::parse(remote_error_body(outcome))->at("error_insight"),
              *json::parse(R"({"rate_limit_error":{"description":"No.",)"
                           R"("value":{"limit":40,"remaining":0,"retry_after":3}}})"));
    outcome.status = 404;
    EXPECT_FALSE(json::parse(remote_error_body(outcome))->as_object().contains("error_insight"));
}

TEST(KeptOutcome, KeepsWhatTheVendorSaid)
{
    Outcome outcome;
    outcome.kind = Outcome::Kind::error;
    outcome.status = outcome.remote_status = 500;
    outcome.remote_code = "fatal";
    outcome.failures = {{"a[0].b", "is wrong"}};
    outcome.missing_scopes = {"x:y"};
    auto const back = test::must(kept_outcome(kept_text(outcome, 100)));
    EXPECT_EQ(remote_error_body(back), remote_error_body(outcome));
    EXPECT_EQ(back.missing_scopes, outcome.missing_scopes);
}

Outcome interpreted_body(std::string body, std::string const& type)
{
    http::IncomingResponse response;
    response.status = 400;
    response.headers.add("content-type", type);
    response.body = std::move(body);
    return interpret(*catalog::test::desk(), *catalog::test::desk()->find("tickets", "get"), std::move(response), {});
}

bool has_markup(std::string_view text)
{
    for (std::size_t at = text.find('<'); at != text.npos; at = text.find('<', at + 1)) {
        auto const next = at + 1 < text.size() ? text[at + 1] : ' ';
        if ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '/' || next == '!' || next == '?')
            return true;
    }
    return false;
}

void expect_readable(Outcome const& outcome, std::string const& body)
{
    auto const check = [&](std::string const& text, std::size_t most) {
        EXPECT_LE(text.size(), most) << body;
        EXPECT_TRUE(is_utf8(text)) << body;
        EXPECT_FALSE(has_markup(text)) << body << "\n" << text;
        EXPECT_EQ(text.find_first_of(std::string_view("\0\n\r\t\x1b", 5)), text.npos) << body;
    };
    EXPECT_FALSE(outcome.message.empty()) << body;
    check(outcome.message, 500);
    check(outcome.remote_code, 200);
    EXPECT_LE(outcome.failures.size(), 20U);
    for (auto const& failure : outcome.failures) {
        EXPECT_FALSE(failure.path.empty() || failure.message.empty()) << body;
        check(failure.path, 300);
        check(failure.message, 2000);
    }
    auto const shown = json::parse(remote_error_body(outcome), {.max_bytes = 4 << 20, .max_depth = 2000});
    EXPECT_TRUE(shown) << body;
}

TEST(VendorErrorText, OfAnyBytesIsReadable)
{
    std::vector<std::string> const parts{"{",
                                         "}",
                                         "[",
                                         "]",
                                         "\"",
                                         ":",
                                         ",",
                                         "<",
                                         ">",
                                         "</",
                                         "<b>",
                                         "<script>",
                                         "</script>",
                                         "<!--",
                                         "-->",
                                         "<![CDATA[",
                                         "]]>",
                                         "&lt;",
                                         "&gt;",
                                         "&#60;",
                                         "&#x3c;",
                                         "&#0;",
                                         "\\u003c",
                                         "\\ud800",
                                         "\\n",
                                         "message",
                                         "errors",
                                         "error",
                                         "detail",
                                         "code",
                                         "loc",
                                         "source",
                                         "pointer",
                                         "/data/0/a",
                                         "#/",
                                         "title",
                                         "html",
                                         "body",
                                         " ",
                                         "\n",
                                         "\t",
                                         std::string(1, '\0'),
                                         "\xff",
                                         "\xc3",
                                         "\xe2\x82",
                                         "\xf0\x9f\x98\x80",
                                         "a",
                                         "5",
                                         "-1e400",
                                         "true",
                                         "null",
                                         "\"message\":\"",
                                         "\"errors\":{\"<i>\":[\"",
                                         "\"]}",
                                         "{\"detail\":[{\"loc\":[\"",
                                         "\xef\xbb\xbf",
                                         "=",
                                         "'",
                                         std::string(700, 'x'),
                                         "<a href=\"x>",
                                         "=\"",
                                         "\xe2\x80\xae"};
    std::mt19937 random(13);
    for (int i = 0; i < 20'000; ++i) {
        std::string body;
        for (auto count = random() % 24; count > 0; --count)
            body += parts[random() % parts.size()];
        auto const* type = i % 3 == 0 ? "application/json" : i % 3 == 1 ? "text/html" : "text/plain";
        expect_readable(interpreted_body(body, type), body);
        if (HasFailure())
            return;
    }
}

TEST(VendorErrorText, OfAHostileBodyTakesLittleTime)
{
    for (std::string const part : {"<", "<a", "<!--", "<message>", "</message>", "<script>", "&", "&#", "[",
                                   "{\"a\":", "{\"errors\":[", "\"", "<message", "a. "}) {
        std::string body;
        while (body.size() < 250'000)
            body += part;
        auto const begin = std::clock(); // Of the processor: other processes do not count.
        expect_readable(interpreted_body(body, "text/html"), part);
        EXPECT_LT(std::clock() - begin, CLOCKS_PER_SEC / 2) << part;
    }
}

TEST(VendorErrorText, NeverEndsInAPartOfASecret)
{
    test::DeskCalls desk;
    auto const account = desk.callable(desk.connect());
    auto const& method = *account->installed->integration->find("tickets", "get");
    auto const call = [&] {
        catalog::CallParts parts;
        parts.path = {{"id", "5"}};
        return test::must(
            test::run_on(desk.io, desk.caller.call(account, method, std::move(parts), nullptr, test::soon())));
    };
    // The key stands where the message is cut.
    for (std::size_t before = 485; before <= 500; ++before) {
        desk.vendor.answer(400, "{\"message\":\"" + std::string(before, '.') + "key-123456 is wrong\"}");
        auto const outcome = call();
        EXPECT_EQ(outcome.message.find("key-"), std::string::npos) << outcome.message;
    }
    desk.vendor.answer(400, R"({"code":"key-123456","errors":{"key-123456":["key-\u0031\u00323456"]}})");
    EXPECT_EQ(remote_error_body(call()).find("key-123456"), std::string::npos);
}

TEST(Caller, NamesTheScopesThatA403Asks)
{
    test::DeskCalls desk;
    auto const account = desk.callable(desk.connect());
    http::IncomingResponse refusal;
    refusal.status = 403;
    refusal.headers.add("www-authenticate",
                        R"(Bearer realm="x, y", error="insufficient_scope", scope="a:read b:write")");
    desk.vendor.respond = [&](http::OutgoingRequest const&) { return refusal; };
    catalog::CallParts parts;
    parts.path = {{"id", "5"}};
    auto const outcome = test::must(
        test::run_on(desk.io, desk.caller.call(account, *account->installed->integration->find("tickets", "get"),
                                               std::move(parts), nullptr, test::soon())));
    EXPECT_EQ(outcome.missing_scopes, (std::vector<std::string>{"a:read", "b:write"}));
    EXPECT_EQ(outcome.remote_code, "insufficient_scope");
}

} // namespace
} // namespace sluice::proxy
