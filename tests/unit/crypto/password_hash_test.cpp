#include "crypto/password_hash.hpp"

#include <gtest/gtest.h>

namespace sluice::crypto {
namespace {

TEST(PasswordHash, KnowsThePasswordAgain)
{
    auto const encoded = hash_password(Secret{"correct horse"});
    EXPECT_TRUE(encoded.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << encoded;
    EXPECT_TRUE(verify_password(encoded, Secret{"correct horse"}));
    EXPECT_FALSE(verify_password(encoded, Secret{"correct Horse"}));
    EXPECT_FALSE(verify_password(encoded, Secret{""}));
    EXPECT_NE(encoded, hash_password(Secret{"correct horse"})) << "each has a salt of its own";
}

/// Also behind a zero, which ends a text in C.
TEST(PasswordHash, TakesEveryByteOfThePassword)
{
    auto const encoded = hash_password(Secret{std::string("a\0b", 3)});
    EXPECT_TRUE(verify_password(encoded, Secret{std::string("a\0b", 3)}));
    EXPECT_FALSE(verify_password(encoded, Secret{std::string("a\0c", 3)}));
    EXPECT_FALSE(verify_password(encoded, Secret{"a"}));
}

/// Of the tests of the reference implementation (phc-winner-argon2, test.c).
TEST(PasswordHash, ReadsWhatOthersHaveHashed)
{
    std::string const others = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
                               "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    EXPECT_TRUE(verify_password(others, Secret{"password"}));
    EXPECT_FALSE(verify_password(others, Secret{"passwore"}));
    EXPECT_TRUE(needs_rehash(others));
    EXPECT_FALSE(needs_rehash(hash_password(Secret{"x"})));
}

TEST(PasswordHash, RefusesWhatIsNoHashOrCostsTooMuch)
{
    for (auto const* broken :
         {"", "x", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$AAAA",
          "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
          "$argon2id$v=19$m=19456,t=4000000,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
          "$argon2id$v=19$m=-1,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"})
        EXPECT_FALSE(verify_password(broken, Secret{"password"})) << broken;
}

} // namespace
} // namespace sluice::crypto
