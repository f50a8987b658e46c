#include "crypto/certificates.hpp"

#include "base/timestamp.hpp"
#include "support/certificates.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <vector>

#include <openssl/err.h>
#include <openssl/rsa.h>

namespace sluice::crypto {
namespace {

using namespace std::chrono_literals;
using test::made_certificate;

Clock::time_point now()
{
    return std::chrono::system_clock::now();
}

std::string fault_of(std::string const& pem)
{
    return fault_of_certificates(pem, now()).value_or("none");
}

std::string key_fault_of(std::string const& key, std::string const& certificates)
{
    return fault_of_private_key(Secret{key}, certificates).value_or("none");
}

std::string repeated(std::string const& text, std::size_t times)
{
    std::string all;
    for (std::size_t i = 0; i < times; ++i)
        all += text;
    return all;
}

TEST(Certificates, AreGoodAloneInChainsAndWithWordsAroundThem)
{
    auto const one = made_certificate().certificate;
    auto const other = made_certificate().certificate;
    EXPECT_EQ(fault_of(one), "none");
    EXPECT_EQ(fault_of("# Acme, root\r\n" + one + "\nsubject=CN = other\n" + other + "\n"), "none");
    EXPECT_EQ(fault_of(made_certificate({.signs_itself = false}).certificate), "none");
}

TEST(Certificates, OfEveryKindOfKeyThatTlsAcceptsAreGood)
{
    for (auto* key : {EVP_RSA_gen(2'048), EVP_EC_gen("P-384"), EVP_EC_gen("P-521")})
        EXPECT_EQ(fault_of(made_certificate({.key = key}).certificate), "none");
    auto* edwards = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    EXPECT_EQ(fault_of(made_certificate({.key = edwards, .digest = nullptr}).certificate), "none");
}

TEST(Certificates, OfWeakKeysAreRefused)
{
    for (auto* key : {EVP_RSA_gen(1'024), EVP_EC_gen("P-224"), EVP_EC_gen("secp256k1")}) {
        auto const told = fault_of(made_certificate({.key = key}).certificate);
        EXPECT_TRUE(told.starts_with("has a key that TLS does not accept: that of the certificate. It must be RSA of "
                                     "2048 to 8192 bits, EC P-256"))
            << told;
    }
}

TEST(Certificates, SignedWithSha1AreRefusedUnlessTheyAreRoots)
{
    auto const told = fault_of(made_certificate({.digest = EVP_sha1(), .signs_itself = false}).certificate);
    EXPECT_EQ(told, "has a signature that is too weak: that of the certificate. It must use SHA-256 or better");
    EXPECT_EQ(fault_of(made_certificate({.digest = EVP_sha1()}).certificate), "none");
}

TEST(Certificates, ThatHaveExpiredAreNamedWithTheirEnd)
{
    auto const good = made_certificate({.lifetime = 1h}).certificate;
    auto const told = fault_of(good + made_certificate({.lifetime = -1h}).certificate);
    auto const hour = to_rfc3339(std::chrono::floor<std::chrono::hours>(now() - 1h)).substr(0, 13);
    EXPECT_TRUE(told.starts_with("has expired: certificate 2 of 2 was valid until " + hour)) << told;
    EXPECT_TRUE(fault_of_certificates(good, now() + 3'601s)) << "expired by a second";
    EXPECT_FALSE(fault_of_certificates(good, now() + 3'500s));
}

TEST(Certificates, AreNotTakenWithTheirPrivateKey)
{
    auto const made = made_certificate();
    auto const encrypted = made_certificate({.passphrase = "passphrase"}).key;
    for (auto const& key : {made.key, encrypted, std::string("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbg==\n")}) {
        for (auto const& text : {made.certificate + key, key + made.certificate, key}) {
            auto const told = fault_of(text);
            EXPECT_TRUE(told.starts_with("contains a private key")) << told;
            EXPECT_FALSE(told.contains(key.substr(40, 20))) << "nothing of it is repeated";
        }
    }
}

TEST(Certificates, AreNothingElse)
{
    auto const one = made_certificate().certificate;
    for (auto const* text : {"", "certificate", "MIIB"})
        EXPECT_TRUE(fault_of(text).starts_with("must be certificates in PEM, with their line breaks: ")) << text;
    std::string escaped;
    for (char const c : one)
        escaped += c == '\n' ? std::string("\\n") : std::string(1, c);
    for (auto const& text :
         {escaped, one.substr(0, one.size() / 2),
          one + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
          one + "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n" + one})
        EXPECT_TRUE(
            fault_of(text).starts_with("must be certificates in PEM, with their line breaks, and nothing else: of "))
            << text;
}

TEST(Certificates, AreBoundedInNumberAndSize)
{
    auto const one = made_certificate().certificate; // About 500 bytes.
    EXPECT_EQ(fault_of(repeated(one, kMostCertificates)), "none");
    EXPECT_EQ(fault_of(repeated(one, kMostCertificates + 1)), "must have at most 100 certificates");
    EXPECT_EQ(fault_of(one + std::string(kLargestPem - one.size(), '\n')), "none");
    EXPECT_EQ(fault_of(one + std::string(kLargestPem - one.size() + 1, '\n')), "must be at most 64 KiB long");
}

TEST(Certificates, LeaveNoErrorBehindForTheNextUseOfTls)
{
    EXPECT_NE(fault_of("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "none");
    EXPECT_EQ(ERR_peek_error(), 0U);
    EXPECT_NE(key_fault_of("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", ""), "none");
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PrivateKeys, AreThoseOfTheFirstCertificate)
{
    auto const made = made_certificate();
    auto const other = made_certificate();
    EXPECT_EQ(key_fault_of(made.key, made.certificate), "none");
    EXPECT_EQ(key_fault_of(made.key, made.certificate + other.certificate), "none");
    EXPECT_EQ(key_fault_of(made.key, other.certificate), "is not the key of the certificate");
    EXPECT_EQ(key_fault_of(made.key, other.certificate + made.certificate),
              "is the key of certificate 2 of 2: the client's own certificate must be the first");
    auto const rsa = made_certificate({.key = EVP_RSA_gen(2'048)});
    EXPECT_EQ(key_fault_of(rsa.key, rsa.certificate), "none");
    EXPECT_EQ(key_fault_of(rsa.key, made.certificate), "is not the key of the certificate");
}

TEST(PrivateKeys, AreReadInTheOlderFormsToo)
{
    auto* key = EVP_EC_gen("P-256");
    EVP_PKEY_up_ref(key);
    auto const made = made_certificate({.key = key});
    std::unique_ptr<BIO, decltype(&BIO_free_all)> const out(BIO_new(BIO_s_mem()), BIO_free_all);
    BIO_puts(out.get(), "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n");
    PEM_write_bio_PrivateKey_traditional(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    EVP_PKEY_free(key);
    char const* text = nullptr;
    auto const size = BIO_get_mem_data(out.get(), &text);
    std::string const sec1(text, static_cast<std::size_t>(size));
    ASSERT_TRUE(sec1.contains("BEGIN EC PRIVATE KEY"));
    EXPECT_EQ(key_fault_of(sec1, made.certificate), "none");
}

TEST(PrivateKeys, ThatAreEncryptedAreAskedForInTheClear)
{
    auto const made = made_certificate({.passphrase = "passphrase"});
    auto const told = key_fault_of(made.key, made.certificate);
    EXPECT_TRUE(told.starts_with("is encrypted: give it without its passphrase")) << told;
    EXPECT_EQ(key_fault_of("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAA==\n"
                           "-----END RSA PRIVATE KEY-----\n",
                           made.certificate),
              told);
}

TEST(PrivateKeys, ThatAreNoneOrTooWeakOrTooLargeAreRefused)
{
    auto const made = made_certificate();
    for (auto const& text : {std::string(), std::string("key"), made.certificate,
                             std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")})
        EXPECT_TRUE(key_fault_of(text, made.certificate).starts_with("must be one private key in PEM")) << text;
    auto const weak = made_certificate({.key = EVP_RSA_gen(1'024)});
    EXPECT_TRUE(key_fault_of(weak.key, weak.certificate).starts_with("is a key that TLS does not accept"));
    EXPECT_EQ(key_fault_of(made.key + std::string(kLargestPem, '\n'), made.certificate), "must be at most 64 KiB long");
}

} // namespace
} // namespace sluice::crypto
