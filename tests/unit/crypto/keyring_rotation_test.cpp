#include "crypto/keyring.hpp"

#include "crypto/envelope.hpp"
#include "crypto/token.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::crypto {
namespace {

Keyring copy_of(Keyring const& keyring)
{
    return *Keyring::parse(keyring.serialise().reveal());
}

TEST(KeyringRotation, AnAddedKeyIsNotActiveBeforeItIsActivated)
{
    auto keyring = Keyring::generate();
    EXPECT_EQ(keyring.add(), 2U);
    EXPECT_EQ(keyring.active(), 1U);
    EXPECT_EQ(copy_of(keyring).ids(), (std::vector<std::uint32_t>{1, 2}));
    ASSERT_TRUE(keyring.activate(2));
    EXPECT_EQ(keyring.active(), 2U);
    EXPECT_EQ(keyring.activate(3).error().code(), ErrorCode::not_found);
}

TEST(KeyringRotation, WhatTheOldKeyMadeIsStillFoundAndOpened)
{
    auto keyring = Keyring::generate();
    auto const token = mint_token(keyring, TokenKind::api);
    auto const old_hash = hash_token(keyring, token.reveal());
    EnvironmentId const environment{uuid_v7({})};
    auto const wrapped = DataKey::generate(environment, 1).wrap(keyring);
    ASSERT_TRUE(keyring.activate(keyring.add()));
    EXPECT_NE(hash_token(keyring, token.reveal()).digest, old_hash.digest);
    auto const candidates = candidate_hashes(keyring, token.reveal());
    EXPECT_NE(std::ranges::find(candidates, old_hash), candidates.end());
    EXPECT_TRUE(DataKey::unwrap(keyring, 1, environment, 1, wrapped));
}

TEST(KeyringRotation, TokensKeepTheirMacWhateverIsRotated)
{
    auto keyring = Keyring::generate();
    auto const token = mint_token(keyring, TokenKind::api);
    ASSERT_TRUE(keyring.activate(keyring.add()));
    EXPECT_EQ(form_of(keyring, TokenKind::api, token.reveal()), TokenForm::keyed);
    EXPECT_EQ(form_of(copy_of(keyring), TokenKind::api, token.reveal()), TokenForm::keyed);
}

/// A file of before has no key of tokens: what it stands for then is what is written down later.
TEST(KeyringRotation, AFileWithoutATokenKeyGoesOnWithTheOneThatIsWrittenDown)
{
    auto const one =
        *Keyring::parse(R"({"active":1,"keys":[{"id":1,"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]})");
    auto const token = mint_token(one, TokenKind::api);
    auto rotated = copy_of(one);
    ASSERT_TRUE(rotated.activate(rotated.add()));
    EXPECT_NE(rotated.serialise().reveal().find("token_key"), std::string::npos);
    EXPECT_EQ(form_of(copy_of(rotated), TokenKind::api, token.reveal()), TokenForm::keyed);
    // Replicas with the old and the new file know each other's tokens.
    EXPECT_EQ(form_of(one, TokenKind::api, mint_token(rotated, TokenKind::api).reveal()), TokenForm::keyed);
}

TEST(KeyringRotation, ARunningKeyringRefusesAnotherTokenKey)
{
    auto running =
        *Keyring::parse(R"({"active":1,"keys":[{"id":1,"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]})");
    auto const changed =
        Keyring::parse(R"({"active":1,"keys":[{"id":1,"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}],)"
                       R"("token_key":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="})");
    EXPECT_EQ(running.replace(copy_of(*changed)).error().code(), ErrorCode::conflict);
}

TEST(KeyringRotation, ARunningKeyringTakesMoreKeysAndNeverFewerOrOthers)
{
    auto running = Keyring::generate();
    auto file = copy_of(running);
    file.add();
    ASSERT_TRUE(file.activate(2));
    ASSERT_TRUE(running.replace(copy_of(file)));
    EXPECT_EQ(running.active(), 2U);
    EXPECT_EQ(running.replace(Keyring::generate()).error().code(), ErrorCode::conflict);
    EXPECT_EQ(running.active(), 2U);
}

TEST(KeyringRotation, ReferencesIntoItStayValid)
{
    auto keyring = Keyring::generate();
    auto const& derived = keyring.derived(Keyring::Purpose::cursor);
    auto const* key = keyring.find(1);
    keyring.add();
    EXPECT_EQ(derived.size(), 1U);
    EXPECT_EQ(key->reveal().size(), Key::kSize);
}

} // namespace
} // namespace sluice::crypto
