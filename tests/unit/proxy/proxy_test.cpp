#include "proxy/build.hpp"
#include "proxy/interpret.hpp"
#include "proxy/json_text.hpp"
#include "proxy/parts.hpp"
#include "proxy/remote_error.hpp"
#include "support/clock.hpp"
#include "support/desk.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <tuple>

namespace sluice::proxy {
namespace {

using catalog::test::desk;

accounts::Credential const kCredential{"authorization", {}, Secret{"Bearer t"}};

catalog::Method const& method(std::string_view name)
{
    return *desk()->find("tickets", name);
}

http::IncomingResponse answer(int status, std::string body, std::string type = "application/json")
{
    http::IncomingResponse response;
    response.status = status;
    response.headers.add("content-type", type);
    response.body = std::move(body);
    return response;
}

Outcome interpreted(std::string_view name, http::IncomingResponse response)
{
    return interpret(*desk(), method(name), std::move(response), test::FakeClock().now());
}

TEST(Build, PutsEachValueInItsPlaceEncoded)
{
    catalog::CallParts parts;
    parts.path = {{"id", "a/b"}};
    parts.query = {{"ids", "1"}, {"created[gte]", "x y"}};
    auto const request = build(method("get"), parts, nullptr, "https://a.desk.example", kCredential);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->url, "https://a.desk.example/api/tickets/a%2Fb?ids=1&created%5Bgte%5D=x%20y");
    EXPECT_EQ(request->headers.find("authorization"), "Bearer t");
    EXPECT_FALSE(request->headers.contains("content-type"));
}

TEST(Build, PutsWhatThePageTakesInPlaceOfTheCallersOwn)
{
    catalog::CallParts parts;
    parts.query = {{"cursor", "theirs"}, {"view", "7"}, {"limit", "3"}};
    parts.limit = 2;
    auto const first = build(method("list"), parts, nullptr, "https://a", kCredential);
    EXPECT_TRUE(first->url.ends_with("?cursor=theirs&view=7&limit=2")) << first->url;
    auto const next = build(method("list"), parts, nullptr, "https://a", kCredential, "cursor=c2");
    EXPECT_TRUE(next->url.ends_with("?view=7&cursor=c2&limit=2")) << next->url;
}

TEST(Build, RefusesPathValuesThatWouldLeaveTheResource)
{
    for (auto const* value : {"", ".", ".."}) {
        catalog::CallParts parts;
        parts.path = {{"id", value}};
        EXPECT_FALSE(build(method("get"), parts, nullptr, "https://a", kCredential)) << value;
    }
    EXPECT_EQ(build(method("get"), {}, nullptr, "https://a", kCredential).error().failures().front().path, "id");
}

TEST(Build, SendsTheBodyOfADelete)
{
    catalog::CallParts parts;
    parts.path = {{"id", "5"}};
    parts.body = json::parse(R"({"ids":[1]})").value();
    auto const request = build(method("delete"), parts, nullptr, "https://a", kCredential);
    EXPECT_EQ(request->body, R"({"ids":[1]})");
    EXPECT_EQ(request->headers.find("content-type"), "application/json");
}

TEST(Build, WritesNumbersAsTheCallerDid)
{
    catalog::CallParts parts;
    parts.path = {{"id", "5"}};
    parts.body = json::parse(R"({"amount":19.99,"half":5E-1,"i":5.0,"large":18446744073709551615})").value();
    EXPECT_EQ(build(method("update"), parts, nullptr, "https://a", kCredential)->body,
              R"({"amount":19.99,"half":0.5,"i":5,"large":18446744073709551615})");
    Passthrough raw;
    raw.body = RawBody{"application/json", R"({ "big": 12345678901234567890123, "price": 19.990 })"};
    EXPECT_EQ(build(method("update"), parts, &raw, "https://a", kCredential)->body, raw.body->bytes);
}

TEST(SplitPage, FindsItemsAndCursorWithoutChangingThem)
{
    std::string body = R"({"object":"list","data":[{"id":1, "t":"]"},{"id":2}] ,"meta":{"next_cursor":"abc"}})";
    auto const page = split_page(body, "data", {.next = "meta.next_cursor"});
    EXPECT_EQ(page.found, PageText::Found::list);
    EXPECT_EQ(page.items, R"([{"id":1, "t":"]"},{"id":2}])");
    EXPECT_EQ(page.count, 2U);
    EXPECT_EQ(page.signs.next, "abc");
}

TEST(SplitPage, TakesABareArray)
{
    std::string bare = " [1,2,3] ";
    EXPECT_EQ(split_page(bare, "", {}).items, "[1,2,3]");
}

struct NoList {
    std::string name;
    std::string body;
    PageText::Found found;
};

class PagesWithoutAList : public ::testing::TestWithParam<NoList> {};

TEST_P(PagesWithoutAList, SayWhatThereIsInstead)
{
    auto body = GetParam().body;
    EXPECT_EQ(split_page(body, "data", {}).found, GetParam().found);
}

INSTANTIATE_TEST_SUITE_P(All, PagesWithoutAList,
                         ::testing::Values(NoList{"Empty", "{}", PageText::Found::absent},
                                           NoList{"Null", R"({"data":null})", PageText::Found::null},
                                           NoList{"Object", R"({"data":{}})", PageText::Found::other},
                                           NoList{"Text", R"({"data":"[]"})", PageText::Found::other},
                                           NoList{"Array", "[1]", PageText::Found::absent},
                                           NoList{"NullDocument", "null", PageText::Found::absent},
                                           NoList{"Nonsense", "nonsense", PageText::Found::no_json},
                                           NoList{"Nothing", "", PageText::Found::no_json},
                                           NoList{"Broken", R"({"data":[1,})", PageText::Found::no_json},
                                           NoList{"BrokenNumber", R"({"data":[01]})", PageText::Found::no_json},
                                           NoList{"HalfANumber", R"({"data":[1.]})", PageText::Found::no_json},
                                           NoList{"CutInAText", R"({"data":["a)", PageText::Found::no_json}),
                         [](auto const& param) { return param.param.name; });

struct Cursor {
    std::string name;
    std::string written;
    std::optional<std::string> next;
};

class CursorsOfVendors : public ::testing::TestWithParam<Cursor> {};

TEST_P(CursorsOfVendors, LeadOnUnlessTheyAreEmpty)
{
    auto body = R"({"data":[{"id":1}],"next":)" + GetParam().written + '}';
    EXPECT_EQ(split_page(body, "data", {.next = "next"}).signs.next, GetParam().next);
}

INSTANTIATE_TEST_SUITE_P(
    All, CursorsOfVendors,
    ::testing::Values(Cursor{"Text", R"("c2")", "c2"}, Cursor{"EscapedText", R"("a\u0062\/c")", "ab/c"},
                      Cursor{"Number", "17", "17"}, Cursor{"Negative", "-3 ", "-3"},
                      Cursor{"LargeNumber", "18446744073709551615", "18446744073709551615"},
                      Cursor{"HugeNumber", "9400111899223197428490", "9400111899223197428490"},
                      Cursor{"EmptyText", R"("")", std::nullopt}, Cursor{"Null", "null", std::nullopt},
                      Cursor{"False", "false", std::nullopt}, Cursor{"True", "true", std::nullopt},
                      Cursor{"Zero", "0", std::nullopt}, Cursor{"ZeroFraction", "0.0", std::nullopt},
                      Cursor{"EmptyList", "[]", std::nullopt}, Cursor{"EmptyObject", "{}", std::nullopt}),
    [](auto const& param) { return param.param.name; });

struct Lenient {
    std::string name;
    std::string written;
    std::string read;
};

class AnswersOfVendors : public ::testing::TestWithParam<Lenient> {};

/// As a record, in a list, as an error and after a write.
TEST_P(AnswersOfVendors, AreReadWhereTheyAreJsonAtAll)
{
    auto const& [name, written, read] = GetParam();
    auto const got = interpreted("get", answer(200, written));
    EXPECT_EQ(got.kind, Outcome::Kind::object);
    EXPECT_EQ(got.body, read);
    auto const made = interpreted("create", answer(201, written));
    EXPECT_EQ(made.kind, Outcome::Kind::object);
    EXPECT_EQ(made.status, 201);
    EXPECT_EQ(made.body, read);
    bool const has_mark = written.starts_with("\xef\xbb\xbf");
    auto const list = interpreted("list", answer(200, (has_mark ? written.substr(0, 3) : "") + R"({"data":[)" +
                                                          written.substr(has_mark ? 3 : 0) + R"(],"meta":{}})"));
    EXPECT_EQ(list.kind, Outcome::Kind::list);
    EXPECT_EQ(list.page.items, '[' + read + ']');
    EXPECT_EQ(list.page.count, 1U);
    auto const refused =
        interpreted("get", answer(400, R"({"message":"No, no","detail":)" + written.substr(has_mark ? 3 : 0) + '}'));
    EXPECT_EQ(refused.message, "No, no");
}

INSTANTIATE_TEST_SUITE_P(
    All, AnswersOfVendors,
    ::testing::Values(Lenient{"ByteOrderMark", "\xef\xbb\xbf{\"id\":7}", R"({"id":7})"},
                      Lenient{"HalfAPair", R"({"id":9,"name":"cut \ud83d"})", R"({"id":9,"name":"cut \ufffd"})"},
                      Lenient{"HalfAPairInAName", R"({"\udc00":"\\ud83d"})", R"({"\ufffd":"\\ud83d"})"},
                      Lenient{"Integer", R"({"n":9400111899223197428490})", R"({"n":9400111899223197428490})"},
                      Lenient{"NegativeInteger", R"({"n": -99999999999999999999 })",
                              R"({"n": -99999999999999999999 })"},
                      Lenient{"HugeExponent", R"({"n":1e400,"m":[-1.5E+999]})", R"({"n":1e400,"m":[-1.5E+999]})"},
                      Lenient{"DigitsInTexts", R"({"a":"9400111899223197428490\"1","n":1e999})",
                              R"({"a":"9400111899223197428490\"1","n":1e999})"},
                      Lenient{"NoUtf8", "{\"name\":\"Caf\xe9\"}", "{\"name\":\"Caf\xef\xbf\xbd\"}"},
                      Lenient{"All", "{\"name\":\"\\ud83d\xe9\",\"n\":123456789012345678901}",
                              "{\"name\":\"\\ufffd\xef\xbf\xbd\",\"n\":123456789012345678901}"}),
    [](auto const& param) { return param.param.name; });

TEST(Interpret, SortsSuccesses)
{
    EXPECT_EQ(interpreted("get", answer(200, R"({"id":1})")).kind, Outcome::Kind::object);
    EXPECT_EQ(interpreted("list", answer(200, R"({"data":[1],"meta":{}})")).kind, Outcome::Kind::list);
    EXPECT_EQ(interpreted("delete", answer(204, "")).kind, Outcome::Kind::empty);
    EXPECT_EQ(interpreted("get", answer(200, "PNG", "image/png")).kind, Outcome::Kind::binary);
}

TEST(Interpret, KnowsJsonHoweverItsTypeIsWritten)
{
    for (auto const* type :
         {"Application/JSON", "application/HAL+JSON; charset=utf-8", "text/json", "text/plain", ""}) {
        EXPECT_EQ(interpreted("list", answer(200, R"({"data":[{"id":1}],"meta":{}})", type)).kind, Outcome::Kind::list)
            << type;
        EXPECT_EQ(interpreted("get", answer(422, R"({"message":"no such view"})", type)).message, "no such view")
            << type;
    }
    for (auto const* type : {"text/csv", "application/jsonlines", "application/pdf"})
        EXPECT_EQ(interpreted("list", answer(200, R"({"data":[]})", type)).kind, Outcome::Kind::binary) << type;
    EXPECT_EQ(interpreted("get", answer(200, "[note] no JSON", "text/plain")).kind, Outcome::Kind::binary);
}

TEST(Interpret, ReadsTextInTheCharsetThatItNames)
{
    for (auto const& [type, bytes] :
         {std::pair<std::string, std::string>{"application/json; charset=iso-8859-1", "Caf\xe9"},
          {"application/json;charset=\"ISO-8859-1\"", "Caf\xe9"},
          {"text/json; charset=windows-1252", "Caf\xe9"},
          {"application/json; charset=utf-8", "Caf\xc3\xa9"},
          {"application/json; charset=klingon", "Caf\xc3\xa9"},
          {"application/json; charset=utf-8//IGNORE", "Caf\xc3\xa9"}}) {
        auto const list = interpreted("list", answer(200, "{\"data\":[\"" + bytes + "\"],\"meta\":{}}", type));
        EXPECT_EQ(list.page.items, R"(["Café"])" == list.page.items ? list.page.items : "[\"Caf\xc3\xa9\"]") << type;
    }
}

TEST(Interpret, DoesNotEndAListSilentlyAtWhatIsNoCursor)
{
    for (auto const& [next, has_note] : {std::pair{R"({"page":2})", true},
                                         {"[null]", true},
                                         {"true", true},
                                         {"{}", false},
                                         {"[]", false},
                                         {"null", false},
                                         {"false", false},
                                         {"0", false},
                                         {R"("")", false},
                                         {R"("c2")", false},
                                         {"7", false}}) {
        auto const outcome =
            interpreted("list", answer(200, std::string(R"({"data":[1],"meta":{"next_cursor":)") + next + "}}"));
        EXPECT_EQ(outcome.kind, Outcome::Kind::list) << next;
        EXPECT_EQ(outcome.note, has_note ? kStrangeNextNote : "") << next;
    }
}

TEST(Interpret, CallsBrokenJsonABadGateway)
{
    auto const outcome = interpreted("get", answer(200, R"({"id":)"));
    EXPECT_EQ(outcome.kind, Outcome::Kind::error);
    EXPECT_EQ(outcome.status, 502);
}

TEST(Interpret, TellsAWriteWhoseAnswerCannotBeReadAsMade)
{
    for (auto const* body : {R"({"id":)", "OK", "<html>"}) {
        auto const outcome = interpreted("create", answer(201, body));
        EXPECT_EQ(outcome.kind, Outcome::Kind::unread) << body;
        EXPECT_EQ(outcome.status, 201);
        EXPECT_TRUE(outcome.message.starts_with("The vendor made the change (201), but its answer could not be read."));
        auto const told = *json::parse(unread_body(outcome));
        EXPECT_EQ(told.at("status"), 201);
        EXPECT_EQ(told.at("raw_response").get_string(), body);
    }
    EXPECT_EQ(interpreted("get", answer(200, "OK")).kind, Outcome::Kind::error);
}

TEST(Interpret, NamesTheMemberThatIsNoList)
{
    for (auto const& [body, wrong] : {std::pair{R"({"data":null})", "its member data is null"},
                                      {"{}", "its member data is not there"},
                                      {R"({"data":"x"})", "its member data is no list"},
                                      {"{", "it says it is JSON, but it is not valid"}}) {
        auto const outcome = interpreted("list", answer(200, body));
        EXPECT_EQ(outcome.kind, Outcome::Kind::error);
        EXPECT_EQ(outcome.status, 502);
        EXPECT_NE(outcome.message.find(wrong), std::string::npos) << outcome.message;
    }
}

/// The list of desk, whose definition says what else an empty list is.
Outcome listed(std::string const& empty, http::IncomingResponse response)
{
    auto const compiled =
        catalog::test::compile_text(catalog::test::replaced(catalog::test::kManifest, "  format: cursor\n",
                                                            "  format: cursor\n  empty: " + empty + "\n"),
                                    catalog::test::kDocument);
    EXPECT_TRUE(compiled) << compiled.error().public_detail();
    return compiled ? interpret(**compiled, *(*compiled)->find("tickets", "list"), std::move(response),
                                test::FakeClock().now())
                    : Outcome();
}

TEST(Interpret, TakesForAnEmptyListWhatTheDefinitionSays)
{
    using Kind = Outcome::Kind;
    auto const* null = R"({"data":null,"meta":{"next_cursor":"c2"}})";
    auto const* absent = R"({"meta":{"next_cursor":"c2"}})";
    for (auto const& [empty, body, kind] : {std::tuple{"[absent, null]", null, Kind::list},
                                            {"[absent, \"null\"]", absent, Kind::list},
                                            {"[absent]", null, Kind::error},
                                            {"[null]", absent, Kind::error},
                                            {"[absent]", "", Kind::list},
                                            {"[null]", "", Kind::error}}) {
        auto const outcome = listed(empty, answer(200, body));
        EXPECT_EQ(outcome.kind, kind) << empty << body;
        if (kind != Kind::list)
            continue;
        EXPECT_EQ(outcome.page.items, "[]");
        EXPECT_EQ(outcome.page.count, 0U);
        EXPECT_EQ(outcome.page.signs.next.value_or(""), std::string_view(body).empty() ? "" : "c2");
    }
    auto const outcome = listed("[absent, null]", answer(204, ""));
    EXPECT_EQ(outcome.kind, Kind::list);
    EXPECT_EQ(outcome.status, 200) << "it has a body now";
}

TEST(Interpret, KeepsTheVendorsStatusAndMessage)
{
    auto const outcome = interpreted("get", answer(403, R"({"error":{"msg":"Missing scope"}})"));
    EXPECT_EQ(outcome.status, 403);
    EXPECT_EQ(outcome.message, "Missing scope");
    auto const html = interpreted("get", answer(500, "<html>", "text/html"));
    EXPECT_EQ(html.status, 500);
    EXPECT_EQ(html.message, "The vendor answered 500 Internal Server Error.");
}

TEST(Interpret, TurnsARedirectIntoAConflictThatNamesTheSurvivor)
{
    auto response = answer(301, "");
    response.headers.add("location", "/api/tickets/9");
    auto const outcome = interpreted("update", std::move(response));
    EXPECT_EQ(outcome.status, 409);
    EXPECT_EQ(outcome.remote_status, 301);
    EXPECT_NE(outcome.message.find("/api/tickets/9"), std::string::npos);
}

TEST(Interpret, TakesA303OfAWriteAsMade)
{
    auto response = answer(303, "");
    response.headers.add("location", "/api/tickets/9");
    auto const outcome = interpreted("create", std::move(response));
    EXPECT_EQ(outcome.kind, Outcome::Kind::unread);
    EXPECT_EQ(outcome.status, 200);
    EXPECT_NE(outcome.message.find("probably made the change: it answered 303"), std::string::npos);
    EXPECT_NE(outcome.message.find("/api/tickets/9"), std::string::npos);
}

TEST(Interpret, NamesNoTargetOfARedirectThatNoCallCouldGoTo)
{
    for (auto const* location :
         {"file:///etc/passwd", "javascript:alert(1)", "http://a:b@host.example/", "ftp://x/", "data:,x"}) {
        auto response = answer(302, "");
        response.headers.add("location", location);
        auto const outcome = interpreted("update", std::move(response));
        EXPECT_EQ(outcome.status, 409);
        EXPECT_EQ(outcome.message, "The item has moved to an address that cannot be called.") << location;
    }
}

TEST(Interpret, SaysOfNoOther3xxThatTheItemHasMoved)
{
    for (int const status : {300, 304, 305, 306}) {
        auto const outcome = interpreted("update", answer(status, ""));
        EXPECT_EQ(outcome.kind, Outcome::Kind::error);
        EXPECT_EQ(outcome.status, 502);
        EXPECT_EQ(outcome.message.find("moved"), std::string::npos) << outcome.message;
    }
}

TEST(Interpret, TellsAWriteWhoseAnswerDidNotComeWholeAsMade)
{
    auto response = answer(200, "");
    response.unread = Error{ErrorCode::upstream_failed, "The answer of desk.example broke off: end of stream."};
    auto const outcome = interpreted("create", std::move(response));
    EXPECT_EQ(outcome.kind, Outcome::Kind::unread);
    EXPECT_NE(outcome.message.find("broke off"), std::string::npos);
}

TEST(Interpret, WritesLargeIntegersAsTextWhereTheDefinitionSaysSo)
{
    constexpr auto kBody = R"({"data":[{"id":9007199254740992,"s":"n: 9007199254740993 \" 9007199254740993"}],)"
                           R"("a":-9007199254740993,"b":9400111899223197428490,"c":9007199254740991,)"
                           R"("d":1e400,"e":90071992547409930.5,"9007199254740993":[-9007199254740991,0]})";
    auto list = method("list");
    auto get = method("get");
    EXPECT_EQ(interpret(*desk(), get, answer(200, kBody), {}).body, kBody);

    list.large_integers_are_text = get.large_integers_are_text = true;
    auto const one = interpret(*desk(), get, answer(200, kBody), {});
    auto const page = interpret(*desk(), list, answer(200, kBody), {});

    EXPECT_EQ(one.body, R"({"data":[{"id":"9007199254740992","s":"n: 9007199254740993 \" 9007199254740993"}],)"
                        R"("a":"-9007199254740993","b":"9400111899223197428490","c":9007199254740991,)"
                        R"("d":1e400,"e":90071992547409930.5,"9007199254740993":[-9007199254740991,0]})");
    EXPECT_EQ(page.page.items, R"([{"id":"9007199254740992","s":"n: 9007199254740993 \" 9007199254740993"}])");
    EXPECT_EQ(interpret(*desk(), get, answer(200, R"({"id":9007199254740993)"), {}).status, 502);
}

TEST(Interpret, AnEmptyAnswerIsNoListUnlessTheDefinitionSaysSo)
{
    for (auto const& [status, body] : {std::pair{204, ""}, {200, ""}, {200, " \n"}}) {
        auto const outcome = interpreted("list", answer(status, body));
        EXPECT_EQ(outcome.kind, Outcome::Kind::error) << status;
        EXPECT_EQ(outcome.status, 502);
        EXPECT_NE(outcome.message.find("data"), std::string::npos) << outcome.message;
    }
}

TEST(Interpret, MovesWithItsPage)
{
    auto outcome = interpreted("list", answer(200, R"({"data":[1,2]})"));
    auto const moved = std::move(outcome);
    EXPECT_EQ(moved.page.items, "[1,2]");
    EXPECT_EQ(moved.page.items.data(), moved.body.data() + 8);
}

TEST(ErrorBody, SaysWhenToCallAgainAndKeepsTheVendorsWords)
{
    auto response = answer(429, R"({"error":{"msg":"Too many"}})");
    response.headers.add("x-calls", "40/40");
    response.headers.add("retry-after", "5");
    auto const body = *json::parse(remote_error_body(interpreted("list", std::move(response))));
    EXPECT_EQ(body.at("statusCode"), 429);
    EXPECT_EQ(body.at("is_remote_error"), true);
    EXPECT_EQ(body.at("message"),
              "Too many. The limit is 40 calls, 0 are left, all are back in 5 s. Call again in 5 s.");
    EXPECT_EQ(body.at("raw_response").at("error").at("msg"), "Too many");
}

TEST(RestParts, TakeParentsAndPagingOutOfTheQuery)
{
    auto const parts =
        rest_parts(method("list"), std::nullopt, *http::Query::parse("limit=5&next_cursor=c&x=1"), std::nullopt);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->limit, 5);
    EXPECT_EQ(parts->next_cursor, "c");
    EXPECT_EQ(parts->query.size(), 1U);
}

TEST(RestParts, NameWhatIsMissingOrTooMuch)
{
    EXPECT_EQ(rest_parts(method("get"), std::nullopt, {}, std::nullopt).error().failures().front().path, "id");
    EXPECT_EQ(rest_parts(method("list"), "5", {}, std::nullopt).error().failures().front().path, "id");
    for (auto const* limit : {"0", "101", "x", "1.5", "-1"})
        EXPECT_EQ(
            rest_parts(method("list"), std::nullopt, *http::Query::parse(std::string("limit=") + limit), std::nullopt)
                .error()
                .failures()
                .front()
                .path,
            "limit");
}

TEST(CursorBinding, ChangesWithAccountMethodAndEveryArgument)
{
    catalog::CallParts parts;
    parts.query = {{"a", "1"}, {"b", "2"}};
    auto const binding = cursor_binding("ia_1", method("list"), parts);
    EXPECT_NE(binding, cursor_binding("ia_2", method("list"), parts));
    EXPECT_NE(binding, cursor_binding("ia_1", method("get"), parts));
    auto reordered = parts;
    std::swap(reordered.query[0], reordered.query[1]);
    EXPECT_EQ(binding, cursor_binding("ia_1", method("list"), reordered));
    parts.query[0].second = "12";
    EXPECT_NE(binding, cursor_binding("ia_1", method("list"), parts));
}

} // namespace
} // namespace sluice::proxy
