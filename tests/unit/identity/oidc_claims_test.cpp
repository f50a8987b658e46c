#include "base/json.hpp"
#include "identity/oidc_claims.hpp"

#include <gtest/gtest.h>

namespace sluice::identity {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;

ExpectedClaims expected()
{
    return {"https://idp.example", "client", "nonce-1", Timestamp{std::chrono::seconds{kNow}}};
}

json::object good()
{
    return {{"iss", "https://idp.example"},
            {"aud", "client"},
            {"nonce", "nonce-1"},
            {"sub", "ann"},
            {"iat", kNow},
            {"exp", kNow + 300}};
}

/// The good claims with other members; null takes one away.
json::object with(json::object const& changes)
{
    auto claims = good();
    for (auto const& [name, value] : changes) {
        if (value.is_null())
            claims.erase(name);
        else
            claims[name] = value;
    }
    return claims;
}

Result<std::string> check(json::object const& changes)
{
    return subject_of(json::to_text(with(changes)), expected());
}

TEST(OidcClaimsTest, GivesTheSubject)
{
    EXPECT_EQ(check({}).value(), "ann");
    EXPECT_EQ(check({{"sub", "f:8f2e:m\u00fcller"}}).value(), "f:8f2e:m\u00fcller");
    EXPECT_EQ(check({{"sub", std::string(255, 'x')}})->size(), 255U);
    EXPECT_TRUE(check({{"nbf", kNow}, {"azp", "client"}, {"email", "bob@example.com"}, {"email_verified", true}}));
    EXPECT_TRUE(check({{"iat", kNow + 0.5}, {"exp", 1.8000003e9}}));
}

struct BadClaims {
    char const* name;
    json::object changes;
};

class OidcBadClaimsTest : public ::testing::TestWithParam<BadClaims> {};

TEST_P(OidcBadClaimsTest, AreRefused)
{
    auto const subject = check(GetParam().changes);
    ASSERT_FALSE(subject);
    EXPECT_EQ(subject.error().code(), ErrorCode::unauthenticated);
}

std::vector<BadClaims> bad_claims()
{
    json::array const both{"client", "other"};
    return {
        {"AnotherIssuer", {{"iss", "https://evil.example"}}},
        {"IssuerWithASlash", {{"iss", "https://idp.example/"}}},
        {"IssuerInCapitals", {{"iss", "HTTPS://idp.example"}}},
        {"NoIssuer", {{"iss", nullptr}}},
        {"IssuerAsAList", {{"iss", json::array{"https://idp.example"}}}},
        {"AnotherAudience", {{"aud", "other"}}},
        {"NoAudience", {{"aud", nullptr}}},
        {"EmptyAudience", {{"aud", json::array{}}}},
        {"AudienceNotInTheList", {{"aud", json::array{"other", "another"}}, {"azp", "client"}}},
        {"SeveralAudiencesWithoutAzp", {{"aud", both}}},
        {"AzpIsAnotherClient", {{"aud", both}, {"azp", "other"}}},
        {"AzpIsAnotherClientOfOneAudience", {{"azp", "other"}}},
        {"AzpIsNoText", {{"azp", 1}}},
        {"AudienceWithANumber", {{"aud", json::array{"client", 1}}, {"azp", "client"}}},
        {"AudienceIsAnObject", {{"aud", json::object{{"client", 1}}}}},
        {"Expired", {{"exp", kNow - 60}}},
        {"ExpiredLongAgo", {{"exp", 0}}},
        {"NoExpiry", {{"exp", nullptr}}},
        {"ExpiryIsAText", {{"exp", std::to_string(kNow + 300)}}},
        {"ExpiryIsHuge", {{"exp", 1e300}}},
        {"ExpiryIsTheLargestInteger", {{"exp", std::numeric_limits<std::int64_t>::max()}}},
        {"ExpiryIsTheLargestUnsigned", {{"exp", std::numeric_limits<std::uint64_t>::max()}}},
        {"ExpiryIsNegative", {{"exp", -1}}},
        {"MadeInTheFuture", {{"iat", kNow + 61}}},
        {"MadeBeforeTime", {{"iat", -1}}},
        {"NotMade", {{"iat", nullptr}}},
        {"NotYetValid", {{"nbf", kNow + 61}}},
        {"NotBeforeIsAText", {{"nbf", "0"}}},
        {"NotBeforeIsNull", {{"nbf", json::object{}}}},
        {"AnotherNonce", {{"nonce", "nonce-2"}}},
        {"NonceIsAPrefix", {{"nonce", "nonce"}}},
        {"NoNonce", {{"nonce", nullptr}}},
        {"NonceIsAList", {{"nonce", json::array{"nonce-1"}}}},
        {"NoSubject", {{"sub", nullptr}}},
        {"EmptySubject", {{"sub", ""}}},
        {"LongSubject", {{"sub", std::string(256, 'x')}}},
        {"SubjectIsANumber", {{"sub", 7}}},
        {"SubjectWithALineBreak", {{"sub", "ann\nbob"}}},
        {"SubjectWithAZero", {{"sub", std::string("ann\0", 4)}}},
    };
}

INSTANTIATE_TEST_SUITE_P(All, OidcBadClaimsTest, ::testing::ValuesIn(bad_claims()),
                         [](auto const& each) { return each.param.name; });

TEST(OidcClaimsTest, TakesClocksThatDifferByAMinute)
{
    EXPECT_TRUE(check({{"exp", kNow - 59}}));
    EXPECT_TRUE(check({{"iat", kNow + 60}}));
    EXPECT_TRUE(check({{"nbf", kNow + 60}}));
}

TEST(OidcClaimsTest, TakesSeveralAudiencesIfItAsked)
{
    EXPECT_TRUE(check({{"aud", json::array{"client"}}}));
    EXPECT_TRUE(check({{"aud", json::array{"other", "client"}}, {"azp", "client"}}));
}

TEST(OidcClaimsTest, RefusesAClaimTwice)
{
    auto const text = json::to_text(good());
    auto const twice = [&text](std::string_view member) {
        return subject_of(text.substr(0, text.size() - 1) + ',' + std::string(member) + '}', expected());
    };
    for (auto const* member :
         {R"("sub":"ann")", R"("sub":"bob")", R"("s\u0075b":"bob")", R"("nonce":"nonce-1")", R"("x":{"a":1,"a":1})"})
        EXPECT_EQ(twice(member).error().code(), ErrorCode::unauthenticated) << member;
    EXPECT_TRUE(twice(R"("x":{"sub":"bob"})"));
}

TEST(OidcClaimsTest, RefusesWhatIsNoObject)
{
    for (auto const* text : {"", "[]", "null", "7", "{", "{}", R"({"exp":1e999})", "\xff\xfe"})
        EXPECT_EQ(subject_of(text, expected()).error().code(), ErrorCode::unauthenticated) << text;
    std::string const deep = std::string(5000, '[');
    EXPECT_FALSE(subject_of(deep, expected()));
    // Half a surrogate pair would become the same character as any other half.
    auto text = json::to_text(with({{"sub", nullptr}}));
    text.pop_back();
    EXPECT_FALSE(subject_of(text + R"(,"sub":"\ud800"})", expected()));
}

TEST(OidcClaimsTest, AFlowWithoutNonceProvesNothing)
{
    auto nameless = expected();
    nameless.nonce.clear();
    EXPECT_FALSE(subject_of(json::to_text(with({{"nonce", ""}})), nameless));
    EXPECT_FALSE(subject_of(json::to_text(with({{"nonce", nullptr}})), nameless));
}

/// What is refused is shown to whoever signs in, and logged.
TEST(OidcClaimsTest, NoTextHasAValueOfTheToken)
{
    for (auto const* name : {"iss", "aud", "nonce"}) {
        auto const error = check({{name, "sensitive"}}).error();
        EXPECT_EQ(error.public_detail().find("sensitive"), std::string::npos);
        EXPECT_EQ(error.log_message().find("sensitive"), std::string::npos);
    }
}

} // namespace
} // namespace sluice::identity
