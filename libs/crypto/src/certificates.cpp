#include "crypto/certificates.hpp"

#include "base/encoding.hpp"
#include "base/timestamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <vector>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace sluice::crypto {
namespace {

template <class T, void (*release)(T*)>
struct Free {
    void operator()(T* each) const noexcept { release(each); }
};

using Certificate = std::unique_ptr<X509, Free<X509, X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO, BIO_free_all>>;

/// OpenSSL keeps the errors of a thread until somebody takes them; the next to look would take them for its own.
struct ErrorsOfItsOwn {
    ErrorsOfItsOwn() { ERR_clear_error(); }
    ~ErrorsOfItsOwn() { ERR_clear_error(); }
    ErrorsOfItsOwn(ErrorsOfItsOwn const&) = delete;
    ErrorsOfItsOwn& operator=(ErrorsOfItsOwn const&) = delete;
};

constexpr std::string_view kBegin = "-----BEGIN ";
/// A larger key makes each handshake slow.
constexpr int kMostRsaBits = 8'192;
constexpr int kLeastRsaBits = 2'048;
/// OpenSSL's names of P-256, P-384 and P-521.
constexpr std::array<std::string_view, 3> kCurves{"prime256v1", "secp384r1", "secp521r1"};
/// Of a signature, in bits: SHA-1 has less (OpenSSL's security level 2).
constexpr int kLeastSignature = 112;
constexpr std::string_view kGoodKeys = "RSA of 2048 to 8192 bits, EC P-256, P-384 or P-521, Ed25519 or Ed448";

Memory reader_of(std::string_view text)
{
    return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// Without it OpenSSL asks at the terminal for the passphrase.
int no_passphrase(char*, int, int, void*)
{
    return -1;
}

/// The certificates up to the first part that is none, at most one more than are allowed.
std::vector<Certificate> certificates_in(std::string_view pem)
{
    std::vector<Certificate> found;
    auto const reader = reader_of(pem);
    while (found.size() <= kMostCertificates) {
        Certificate next(PEM_read_bio_X509(reader.get(), nullptr, no_passphrase, nullptr));
        if (!next)
            break;
        found.push_back(std::move(next));
    }
    return found;
}

std::size_t parts_of(std::string_view pem)
{
    std::size_t parts = 0;
    for (auto at = pem.find(kBegin); at != std::string_view::npos; at = pem.find(kBegin, at + kBegin.size()))
        ++parts;
    return parts;
}

bool is_strong(EVP_PKEY* key)
{
    if (key == nullptr)
        return false;
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
        return EVP_PKEY_get_bits(key) >= kLeastRsaBits && EVP_PKEY_get_bits(key) <= kMostRsaBits;
    case EVP_PKEY_EC: {
        std::array<char, 64> name{};
        std::size_t length = 0;
        bool const has_name = EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) == 1;
        return has_name && std::ranges::find(kCurves, std::string_view(name.data(), length)) != kCurves.end();
    }
    case EVP_PKEY_ED25519:
    case EVP_PKEY_ED448:
        return true;
    default:
        return false;
    }
}

/// Whether the digest of its signature is one that TLS refuses. Nobody checks the signature of a root.
bool has_weak_signature(X509* certificate)
{
    if ((X509_get_extension_flags(certificate) & EXFLAG_SS) != 0)
        return false;
    int bits = 0;
    return X509_get_signature_info(certificate, nullptr, nullptr, &bits, nullptr) != 1 || bits < kLeastSignature;
}

std::optional<Clock::time_point> end_of(X509* certificate)
{
    std::tm end{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1)
        return std::nullopt;
    return Clock::time_point(std::chrono::seconds(::timegm(&end)));
}

/// What is wrong with one certificate, which `name` names.
std::optional<std::string> fault_of(X509* certificate, std::string const& name, Clock::time_point now)
{
    auto const end = end_of(certificate);
    if (!end)
        return fmt::format("has a part whose end cannot be read: {}", name);
    if (*end <= now)
        return fmt::format("has expired: {} was valid until {}", name, to_rfc3339(*end));
    if (!is_strong(X509_get0_pubkey(certificate)))
        return fmt::format("has a key that TLS does not accept: that of {}. It must be {}", name, kGoodKeys);
    if (has_weak_signature(certificate))
        return fmt::format("has a signature that is too weak: that of {}. It must use SHA-256 or better", name);
    return std::nullopt;
}

std::string name_of(std::size_t index, std::size_t count)
{
    return count == 1 ? std::string("the certificate") : fmt::format("certificate {} of {}", index + 1, count);
}

} // namespace

std::optional<std::string> fault_of_certificates(std::string_view pem, Clock::time_point now)
{
    ErrorsOfItsOwn const errors;
    if (pem.size() > kLargestPem)
        return "must be at most 64 KiB long";
    if (to_lower(pem).contains("private key"))
        return "contains a private key, which would be shown with it. Give the key as `key`, which is never shown; if "
               "others may have seen it, make a new one";
    auto const certificates = certificates_in(pem);
    if (certificates.size() > kMostCertificates)
        return fmt::format("must have at most {} certificates", kMostCertificates);
    auto const parts = parts_of(pem);
    if (parts == 0)
        return "must be certificates in PEM, with their line breaks: -----BEGIN CERTIFICATE-----, …";
    if (certificates.size() != parts)
        return fmt::format(
            "must be certificates in PEM, with their line breaks, and nothing else: of its {} parts, {} can be read",
            parts, certificates.size());
    for (std::size_t i = 0; i < certificates.size(); ++i)
        if (auto fault = fault_of(certificates[i].get(), name_of(i, certificates.size()), now))
            return fault;
    return std::nullopt;
}

std::optional<std::string> fault_of_private_key(Secret const& pem, std::string_view certificates)
{
    ErrorsOfItsOwn const errors;
    auto const& text = pem.reveal();
    if (text.size() > kLargestPem)
        return "must be at most 64 KiB long";
    // PKCS #8 says it in its label, older forms in a header (RFC 1421 section 4.6.1.1).
    if (text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("ENCRYPTED\n") || text.contains("ENCRYPTED\r"))
        return "is encrypted: give it without its passphrase, as `openssl pkey -in FILE` writes it";
    auto const reader = reader_of(text);
    PrivateKey const key(PEM_read_bio_PrivateKey(reader.get(), nullptr, no_passphrase, nullptr));
    if (!key)
        return "must be one private key in PEM, unencrypted and with its line breaks: -----BEGIN PRIVATE KEY-----, …";
    if (!is_strong(key.get()))
        return fmt::format("is a key that TLS does not accept: it must be {}", kGoodKeys);
    auto const known = certificates_in(certificates);
    auto const owner = std::ranges::find_if(
        known, [&](Certificate const& each) { return X509_check_private_key(each.get(), key.get()) == 1; });
    if (owner == known.end())
        return "is not the key of the certificate";
    if (owner != known.begin())
        return fmt::format("is the key of certificate {} of {}: the client's own certificate must be the first",
                           owner - known.begin() + 1, known.size());
    return std::nullopt;
}

} // namespace sluice::crypto
