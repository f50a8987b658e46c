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
    auto const token = mint_token(TokenKind::api);
    auto const old_hash = hash_token(keyring, token.reveal());
    EnvironmentId const environment{uuid_v7({})};
    auto const wrapped = DataKey::generate(environment, 1).wrap(keyring);
    ASSERT_TRUE(keyring.activate(keyring.add()));
    EXPECT_NE(hash_token(keyring, token.reveal()).digest, old_hash.digest);
    auto const candidates = candidate_hashes(keyring, token.reveal());
    EXPECT_NE(std::ranges::find(candidates, old_hash), candidates.end());
    EXPECT_TRUE(DataKey::unwrap(keyring, 1, environment, 1, wrapped));
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
