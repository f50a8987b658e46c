#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <openssl/pem.h>
#include <openssl/x509.h>

namespace sluice::test {

/// A certificate and its private key, in PEM.
struct MadeCertificate {
    std::string certificate;
    std::string key;
};

struct CertificateWish {
    EVP_PKEY* key = nullptr;                                ///< Taken over. Null: a new one on P-256.
    std::chrono::seconds lifetime = std::chrono::years(20); ///< Tests have clocks of their own.
    EVP_MD const* digest = EVP_sha256();
    bool signs_itself = true; ///< Else a CA does, with a key that nobody has.
    std::string passphrase = {};
};

/// Makes one as it is wished. Certificates begin a day ago.
inline MadeCertificate made_certificate(CertificateWish const& wish = {})
{
    using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
    auto const written = [](auto write) {
        std::unique_ptr<BIO, decltype(&BIO_free_all)> const out(BIO_new(BIO_s_mem()), BIO_free_all);
        write(out.get());
        char const* text = nullptr;
        auto const size = BIO_get_mem_data(out.get(), &text);
        return std::string(text, static_cast<std::size_t>(size));
    };
    auto const name_as = [](X509_NAME* name, char const* text) {
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>(text), -1, -1, 0);
    };
    constexpr long kDay = 24 * 3'600;
    Key const key(wish.key != nullptr ? wish.key : EVP_EC_gen("P-256"), EVP_PKEY_free);
    Key const authority(wish.signs_itself ? nullptr : EVP_EC_gen("P-256"), EVP_PKEY_free);
    std::unique_ptr<X509, decltype(&X509_free)> const certificate(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), static_cast<long>(wish.lifetime.count()));
    X509_set_version(certificate.get(), X509_VERSION_3);
    X509_set_pubkey(certificate.get(), key.get());
    name_as(X509_get_subject_name(certificate.get()), "client");
    std::unique_ptr<X509_NAME, decltype(&X509_NAME_free)> const issuer(X509_NAME_new(), X509_NAME_free);
    name_as(issuer.get(), wish.signs_itself ? "client" : "authority");
    X509_set_issuer_name(certificate.get(), issuer.get());
    X509_sign(certificate.get(), authority ? authority.get() : key.get(), wish.digest);
    auto const* cipher = wish.passphrase.empty() ? nullptr : EVP_aes_256_cbc();
    return {written([&](BIO* out) { PEM_write_bio_X509(out, certificate.get()); }), written([&](BIO* out) {
                PEM_write_bio_PrivateKey(out, key.get(), cipher,
                                         reinterpret_cast<unsigned char const*>(wish.passphrase.data()),
                                         static_cast<int>(wish.passphrase.size()), nullptr, nullptr);
            })};
}

} // namespace sluice::test
