// The styles that follow an address which the vendor gives: url, link_header.
#include "style_calls.hpp"

namespace sluice::paging::test {
namespace {

Settings const kByUrl{{"next", "links.next"}, {"limit_parameter", "limit"}};

struct Address {
    std::string name;
    std::string address;
    std::string position; ///< `-`: the list ends without a note, `!`: with one.
};

/// The position of an address, read by the style url from `https://v.example/api/items?x=1`.
std::string followed(std::string const& address, Settings const& settings = kByUrl, std::string_view secret = {})
{
    auto const next =
        next_of("url", settings, {.position = "x=1", .count = 3, .signs = {address, false, {}, {}}, .secret = secret});
    return next.position.value_or(next.note.empty() ? "-" : "!");
}

class AddressesOfVendors : public ::testing::TestWithParam<Address> {};

TEST_P(AddressesOfVendors, LeadToTheAccountsOwnOriginOnly)
{
    EXPECT_EQ(followed(GetParam().address), GetParam().position);
}

INSTANTIATE_TEST_SUITE_P(
    All, AddressesOfVendors,
    ::testing::Values(
        Address{"SamePath", "https://v.example/api/items?page=2&limit=5", "page=2&limit=5"},
        Address{"OtherPath", "https://v.example/v2/items?page=2", "/v2/items?page=2"},
        Address{"PathAlone", "https://v.example/v2/items", "/v2/items"},
        Address{"DefaultPort", "HTTPS://V.Example:443/v2/items", "/v2/items"},
        Address{"RelativeToTheRoot", "/v2/items?page=2", "/v2/items?page=2"},
        Address{"RelativeToThePath", "more?page=2", "/api/more?page=2"}, Address{"QueryAlone", "?page=2", "page=2"},
        Address{"WithoutAScheme", "//v.example/api/items?page=2", "page=2"},
        Address{"DotSegments", "https://v.example/a/../v2/./items?page=2", "/v2/items?page=2"},
        Address{"EncodedDotSegments", "https://v.example/a/%2e%2e/v2?page=2", "/v2?page=2"},
        Address{"DotsAboveTheRoot", "https://v.example/../../v2?page=2", "/v2?page=2"},
        Address{"DotsAtTheEnd", "https://v.example/..?page=2", "/?page=2"},
        Address{"TwoSlashes", "https://v.example//other.example/x", "//other.example/x"},
        Address{"QueryWithoutAPair", "?page-2", "/api/items?page-2"},
        Address{"EncodedSlash", "/groups%2Fone?page=2", "/groups%2Fone?page=2"},
        Address{"Fragment", "https://v.example/v2?page=2#here", "/v2?page=2"},
        Address{"Blanks", "  https://v.example/v2?page=2 \n", "/v2?page=2"},
        Address{"CharactersThatAUrlLacks", "/v2?f[a]=b c|d\xc3\xa9&g=100%", "/v2?f%5Ba%5D=b%20c%7Cd%C3%A9&g=100%25"},
        Address{"Escapes", "/v2?c=%5Ba%2Fb", "/v2?c=%5Ba%2Fb"},
        Address{"OtherHost", "https://other.example/api/items?page=2", "!"},
        Address{"OtherHostWithoutAScheme", "//other.example/api/items?page=2", "!"},
        Address{"HostWithinAnother", "https://v.example.other.example/api/items?page=2", "!"},
        Address{"OtherPort", "https://v.example:8443/api/items?page=2", "!"},
        Address{"OtherScheme", "http://v.example/api/items?page=2", "!"}, Address{"NoHttp", "file:///etc/passwd", "!"},
        Address{"Script", "javascript:alert(1)", "!"}, Address{"User", "https://u:p@v.example/api/items?page=2", "!"},
        Address{"Backslash", "https://v.example\\@other.example/", "!"},
        Address{"SamePage", "https://v.example/api/items?x=1", "!"},
        Address{"FirstPage", "https://v.example/api/items", "!"}, Address{"FragmentAlone", "#next", "!"}),
    [](auto const& param) { return param.param.name; });

TEST(UrlStyle, SaysWhereTheVendorsNextPageIs)
{
    auto const next = next_of("url", kByUrl, {.count = 3, .signs = {"http://v.example:81/x", false, {}, {}}});
    EXPECT_NE(next.note.find("at another host (http://v.example:81)"), std::string::npos) << next.note;
}

TEST(UrlStyle, LeavesTheCredentialOutOfAPosition)
{
    EXPECT_EQ(followed("/v2?api_key=s&page=2&api%5Fkey=t", kByUrl, "api_key"), "/v2?page=2");
    EXPECT_EQ(followed("?api_key=s&page=2&my_api_key=t", kByUrl, "api_key"), "page=2&my_api_key=t");
    EXPECT_EQ(followed("/v2?api_key=s", kByUrl, "api_key"), "/v2");
    EXPECT_EQ(followed("?x=1&api_key=s", kByUrl, "api_key"), "!") << "the same page as before";
}

TEST(UrlStyle, KeepsThePathOfTheMethodIfTheDefinitionSaysSo)
{
    Settings const settings{{"next", "next"}, {"keep_path", ""}};
    EXPECT_EQ(followed("/items?page=2", settings), "page=2");
    EXPECT_EQ(followed("https://other.example/items?page=2", settings), "!");
}

TEST(UrlStyle, FollowsTheAddressAsItIs)
{
    auto const first = applied("url", kByUrl, {.position = "", .limit = 5});
    EXPECT_EQ(first.query.str(), "limit=5");
    EXPECT_FALSE(first.target);
    auto const same_path = applied("url", kByUrl, {.position = "page=2&limit=5", .limit = 9});
    EXPECT_EQ(same_path.query.str(), "");
    EXPECT_EQ(same_path.target, "?page=2&limit=5");
    EXPECT_EQ(applied("url", kByUrl, {.position = "/v2?page=2", .limit = 9}).target, "/v2?page=2");
    EXPECT_FALSE(takes("url", kByUrl, "3:10:20")) << "a position of the style page";
}

TEST(UrlStyle, KnowsTheSizeOfTheFirstPageOnly)
{
    EXPECT_TRUE(next_of("url", kByUrl, {.limit = 5, .count = 4}).is_short);
    EXPECT_FALSE(next_of("url", kByUrl, {.position = "page=2", .limit = 5, .count = 4}).is_short);
}

TEST(UrlStyle, EndsWithoutAUrl)
{
    EXPECT_EQ(after("url", kByUrl, {.count = 3}), "-");
    EXPECT_EQ(find_style("url")->paths(kByUrl).next, "links.next");
}

struct Links {
    std::string name;
    std::vector<std::string> lines;
    std::string position;
};

class LinkHeaders : public ::testing::TestWithParam<Links> {};

TEST_P(LinkHeaders, LeadToTheLinkWithTheRelationNext)
{
    Answer answer{.position = "page=1", .count = 3};
    for (auto const& line : GetParam().lines)
        answer.headers.emplace_back("Link", line);
    EXPECT_EQ(after("link_header", {}, answer), GetParam().position);
}

INSTANTIATE_TEST_SUITE_P(
    All, LinkHeaders,
    ::testing::Values(
        Links{"One", {R"(<https://v.example/api/items?page=2>; rel="next")"}, "page=2"}, Links{"None", {}, "-"},
        Links{"EmptyLine", {""}, "-"}, Links{"OthersOnly", {R"(<?page=1>; rel="prev", <?page=9>; rel="last")"}, "-"},
        Links{"AmongSeveral", {R"(<?page=1>; rel="prev", <?page=3>; rel="next", <?page=9>; rel="last")"}, "page=3"},
        Links{"OnAnotherLine", {R"(<?page=9>; rel="last")", R"(<?page=2>; rel="next")"}, "page=2"},
        Links{"WithoutQuotes", {"<?page=2>;rel=next"}, "page=2"},
        Links{"WithoutQuotesBeforeAnother", {"<?page=2>; rel=next , <?page=3>; rel=last"}, "page=2"},
        Links{"WithoutBlanks", {R"(<?page=9>;rel="last",<?page=2>;rel="next")"}, "page=2"},
        Links{"SeveralRelations", {R"(<?page=2>; rel="last NEXT")"}, "page=2"},
        Links{"OtherCase", {R"(<?page=2>; Rel="Next")"}, "page=2"},
        Links{"RelationThatOnlyBeginsSo", {R"(<?page=2>; rel="next-archive")"}, "-"},
        Links{
            "OtherParametersFirst", {R"(<?page=2>; title="a, b; rel=\"prev\""; results="true"; rel="next")"}, "page=2"},
        Links{"CommaInTheAddress", {"<?ids=1,2&page=2>; rel=next"}, "ids=1,2&page=2"},
        Links{"SemicolonInTheAddress", {"<?a=1;b=2>; rel=next"}, "a=1;b=2"},
        Links{"ParameterWithoutAValue", {"<?page=2>; results; rel=next"}, "page=2"},
        Links{"SecondRelationOfALink", {R"(<?page=2>; rel="prev"; rel="next")"}, "-"},
        Links{"OfAnotherThing", {R"(<?page=2>; rel="next"; anchor="#foo")"}, "-"},
        Links{"EmptyElements", {R"(, ,<?page=2>; rel="next",)"}, "page=2"},
        Links{"BlanksAround", {"\t <?page=2> ;\trel = \"next\" "}, "page=2"},
        Links{"EmptyAddress", {R"(<>; rel="next")"}, "-"}, Links{"NoLink", {"?page=2; rel=next"}, "-"},
        Links{"CutOff", {"<?page=2"}, "-"}, Links{"CutOffInAText", {R"(<?page=2>; rel="next)"}, "page=2"},
        Links{"OtherPath", {"</v2/items?page=2>; rel=next"}, "/v2/items?page=2"},
        Links{"OtherHost", {"<https://other.example/?page=2>; rel=next"}, "-"}),
    [](auto const& param) { return param.param.name; });

TEST(LinkHeaderStyle, SaysThatTheNextPageIsAtAnotherHost)
{
    auto const next =
        next_of("link_header", {}, {.count = 1, .headers = {{"link", "<https://other.example/?page=2>; rel=next"}}});
    EXPECT_NE(next.note.find("https://other.example"), std::string::npos);
}

} // namespace
} // namespace sluice::paging::test
