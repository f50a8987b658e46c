#include "crypto/cursor_sealer.hpp"
#include "crypto/envelope.hpp"
#include "crypto/keyring.hpp"
#include "crypto/mac.hpp"
#include "crypto/token.hpp"
#include "support/clock.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sluice::crypto {
namespace {

EnvironmentId environment(int n)
{
    return EnvironmentId{uuid_of_name("env" + std::to_string(n))};
}

TEST(Hmac, MatchesRfc4231Case2Shape)
{
    // RFC 4231 keys are shorter than ours; a key of zero bytes padded is the same key to HMAC.
    std::array<std::uint8_t, 32> bytes{};
    std::ranges::copy(std::string_view("Jefe"), bytes.begin());
    EXPECT_EQ(hex(hmac_sha256(Key{bytes}, "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Sha256, MatchesTheKnownDigest)
{
    EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Token, IsRecognisedByItsFormItsSumAndItsMac)
{
    auto const keyring = Keyring::generate();
    auto const token = mint_token(keyring, TokenKind::mcp).reveal();
    EXPECT_EQ(token.size(), 8U + 43 + 6 + 8);
    EXPECT_TRUE(token.starts_with("slx_mcp_"));
    EXPECT_TRUE(is_well_formed(TokenKind::mcp, token));
    EXPECT_FALSE(is_well_formed(TokenKind::api, token));
    EXPECT_EQ(form_of(keyring, TokenKind::mcp, token), TokenForm::keyed);
    EXPECT_EQ(form_of(keyring, TokenKind::api, token), TokenForm::malformed);
}

TEST(Token, MintedWithAnotherKeyringIsMadeUp)
{
    auto const token = mint_token(Keyring::generate(), TokenKind::mcp).reveal();
    EXPECT_EQ(form_of(Keyring::generate(), TokenKind::mcp, token), TokenForm::malformed);
}

TEST(Token, OfBeforeTheMacIsKnownAsSuch)
{
    auto const keyring = Keyring::generate();
    auto const token = mint_token(keyring, TokenKind::mcp).reveal();
    EXPECT_EQ(form_of(keyring, TokenKind::mcp, token.substr(0, token.size() - 8)), TokenForm::unkeyed);
}

TEST(Token, WithOneWrongCharacterIsMalformed)
{
    auto const keyring = Keyring::generate();
    auto const token = mint_token(keyring, TokenKind::api).reveal();
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto mistyped = token;
        mistyped[i] = mistyped[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(form_of(keyring, TokenKind::api, mistyped), TokenForm::malformed) << i;
    }
    for (auto const& text : {token + "x", token.substr(0, token.size() - 1), std::string()})
        EXPECT_EQ(form_of(keyring, TokenKind::api, text), TokenForm::malformed) << text;
}

TEST(Token, IsNeverMintedTwice)
{
    auto const keyring = Keyring::generate();
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i)
        seen.insert(mint_token(keyring, TokenKind::api).reveal());
    EXPECT_EQ(seen.size(), 1000U);
}

TEST(Keyring, ReadsWhatItWrites)
{
    auto const keyring = Keyring::generate();
    auto const again = Keyring::parse(keyring.serialise().reveal());
    ASSERT_TRUE(again);
    EXPECT_EQ(hash_token(keyring, "t"), hash_token(*again, "t"));
    EXPECT_EQ(key_check(keyring, 1), key_check(*again, 1));
}

TEST(Keyring, ReportsEveryMistakeWithoutShowingAKey)
{
    auto const parsed = Keyring::parse(R"({"active":7,"keys":[{"id":0,"key":"c2VjcmV0"},{"id":1,"key":5}]})");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().failures().size(), 4U);
    EXPECT_EQ(parsed.error().public_detail().find("c2VjcmV0"), std::string::npos);
}

TEST(Keyring, HashesUnderTheActiveKeyAndFindsThoseOfOlderOnes)
{
    auto const one =
        *Keyring::parse(R"({"active":1,"keys":[{"id":1,"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]})");
    auto const both = *Keyring::parse(
        R"({"active":2,"keys":[{"id":1,"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
                               {"id":2,"key":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}]})");
    auto const candidates = candidate_hashes(both, "token");
    ASSERT_EQ(candidates.size(), 2U);
    EXPECT_EQ(candidates[0].key_id, 2U);
    EXPECT_EQ(candidates[1], hash_token(one, "token"));
}

TEST(DataKey, OpensAValueOnlyAtItsPlaceInItsEnvironmentUnderItsVersion)
{
    auto const key = DataKey::generate(environment(1), 1);
    auto const sealed = key.seal("integrated_account:a:context", "secret");
    EXPECT_EQ(key.open("integrated_account:a:context", sealed)->reveal(), "secret");
    EXPECT_FALSE(key.open("integrated_account:b:context", sealed));

    auto const keyring = Keyring::generate();
    auto const wrapped = key.wrap(keyring);
    EXPECT_TRUE(DataKey::unwrap(keyring, 1, environment(1), 1, wrapped));
    EXPECT_FALSE(DataKey::unwrap(keyring, 1, environment(2), 1, wrapped));
    EXPECT_FALSE(DataKey::unwrap(keyring, 1, environment(1), 2, wrapped));
    EXPECT_FALSE(DataKey::unwrap(keyring, 2, environment(1), 1, wrapped));
    EXPECT_FALSE(DataKey::unwrap(Keyring::generate(), 1, environment(1), 1, wrapped));
}

TEST(DataKey, OfATeamOpensNothingOfAnEnvironmentWithTheSameNumber)
{
    auto const number = uuid_of_name("same");
    auto const keyring = Keyring::generate();
    auto const key = Key::random();
    DataKey const team(TeamId{number}, 1, key);
    DataKey const environment(EnvironmentId{number}, 1, key);
    EXPECT_EQ(team.open("p", team.seal("p", "secret"))->reveal(), "secret");
    EXPECT_FALSE(environment.open("p", team.seal("p", "secret")));
    EXPECT_FALSE(team.open("p", environment.seal("p", "secret")));
    EXPECT_TRUE(DataKey::unwrap(keyring, 1, TeamId{number}, 1, team.wrap(keyring)));
    EXPECT_FALSE(DataKey::unwrap(keyring, 1, EnvironmentId{number}, 1, team.wrap(keyring)));
    EXPECT_FALSE(DataKey::unwrap(keyring, 1, TeamId{number}, 1, environment.wrap(keyring)));
}

TEST(DataKey, NoticesEveryChangedByte)
{
    auto const key = DataKey::generate(environment(1), 1);
    auto const sealed = key.seal("p", "secret");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto damaged = sealed;
        damaged[i] ^= 1;
        EXPECT_FALSE(key.open("p", damaged)) << i;
    }
    EXPECT_FALSE(key.open("p", ByteView(sealed).first(10)));
}

TEST(DataKey, SealsTheSameTextDifferentlyEachTime)
{
    auto const key = DataKey::generate(environment(1), 1);
    EXPECT_NE(key.seal("p", "secret"), key.seal("p", "secret"));
}

class CursorTest : public ::testing::Test {
protected:
    Keyring const keyring_ = Keyring::generate();
    test::FakeClock clock_;
    CursorSealer const sealer_{keyring_, clock_};
};

TEST_F(CursorTest, OpensForTheQuestionItContinues)
{
    auto const cursor = sealer_.seal("account|tickets.list", "cursor=abc");
    EXPECT_EQ(*sealer_.open("account|tickets.list", cursor), "cursor=abc");
}

TEST_F(CursorTest, RefusesAnotherQuestionADayLaterAndDamage)
{
    auto const cursor = sealer_.seal("a", "x");
    EXPECT_FALSE(sealer_.open("b", cursor));
    EXPECT_FALSE(sealer_.open("a", cursor + "A"));
    EXPECT_FALSE(sealer_.open("a", ""));
    EXPECT_FALSE(sealer_.open("a", "not a cursor!"));
    clock_.advance(std::chrono::hours(24) - std::chrono::seconds(1));
    EXPECT_TRUE(sealer_.open("a", cursor));
    clock_.advance(std::chrono::seconds(1));
    auto const late = sealer_.open("a", cursor);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().failures().front().path, "next_cursor");
}

TEST_F(CursorTest, OpensOnAnotherReplicaWithTheSameKeyring)
{
    auto const replica = *Keyring::parse(keyring_.serialise().reveal());
    EXPECT_TRUE(CursorSealer(replica, clock_).open("a", sealer_.seal("a", "x")));
    EXPECT_FALSE(CursorSealer(Keyring::generate(), clock_).open("a", sealer_.seal("a", "x")));
}

} // namespace
} // namespace sluice::crypto
