#include "accounts/tls_settings.hpp"

#include "accounts/installation.hpp"
#include "catalog/integration.hpp"
#include "crypto/certificates.hpp"
#include "crypto/mac.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::accounts {
namespace {

std::string path_of(std::string_view member)
{
    return fmt::format("override.{}.{}", catalog::kTlsMember, member);
}

std::string text_at(json::object const& settings, std::string_view member)
{
    auto const* text = json::string_at(settings, member);
    return text != nullptr ? std::string(*text) : std::string();
}

/// Whoever gives a key under another name must hear of it: what is not taken out is shown.
void check_members(json::object const& settings, std::vector<FieldFailure>& failures)
{
    for (auto const& [name, value] : settings) {
        if (name != "ca" && name != "certificate" && name != "key")
            failures.push_back({path_of(name), "is no TLS setting; there are ca, certificate and key"});
        else if (!value.is_string())
            failures.push_back({path_of(name), "must be a text in PEM"});
    }
}

/// Of the settings, and of the key as it is sealed: each sealing has a nonce of its own, so a new key gives a new id.
std::string id_of(http::TlsIdentity const& identity, std::optional<SealedSecret> const& key)
{
    auto text =
        fmt::format("{}:{}|{}:{}|", identity.ca.size(), identity.ca, identity.certificate.size(), identity.certificate);
    if (key)
        text += fmt::format("{}|{}", key->place, text_of(key->sealed));
    return std::string(text_of(crypto::sha256(text)));
}

Error key_is_gone()
{
    return {ErrorCode::forbidden, "The environment integration has a client certificate, but its key is gone: set "
                                  "override.tls again, with its key."};
}

} // namespace

std::optional<Secret> take_tls_key(json::object& override)
{
    auto* member = override.if_contains(catalog::kTlsMember);
    auto* settings = member != nullptr ? member->if_object() : nullptr;
    auto* key = settings != nullptr ? settings->if_contains("key") : nullptr;
    if (key == nullptr || !key->is_string())
        return std::nullopt;
    Secret taken{std::string(key->get_string())};
    settings->erase("key");
    return taken;
}

std::vector<FieldFailure> faults_of_tls(json::object const& override, std::optional<Secret> const& key,
                                        Clock::time_point now)
{
    std::vector<FieldFailure> failures;
    auto const* member = override.if_contains(catalog::kTlsMember);
    if (member == nullptr)
        return failures;
    auto const* settings = member->if_object();
    if (settings == nullptr || (settings->empty() && !key))
        return {{fmt::format("override.{}", catalog::kTlsMember),
                 "must be an object with ca, or with certificate and key, or with all of them; leave it out to use the "
                 "CAs of the system and no certificate"}};
    check_members(*settings, failures);
    for (auto const* name : {"ca", "certificate"})
        if (auto const* text = json::string_at(*settings, name))
            if (auto fault = crypto::fault_of_certificates(*text, now))
                failures.push_back({path_of(name), *std::move(fault)});
    if (!failures.empty() || !key)
        return failures;
    auto const certificate = text_at(*settings, "certificate");
    if (certificate.empty())
        failures.push_back({path_of("certificate"), "is required with a key"});
    else if (auto fault = crypto::fault_of_private_key(*key, certificate))
        failures.push_back({path_of("key"), *std::move(fault)});
    return failures;
}

bool has_certificate(json::object const& override)
{
    auto const* settings = json::object_at(override, catalog::kTlsMember);
    return settings != nullptr && json::string_at(*settings, "certificate") != nullptr;
}

Error tls_key_needed()
{
    return invalid(path_of("key"), "is required with a new certificate: give the private key of "
                                   "override.tls.certificate");
}

TlsIdentityPtr tls_identity(json::object const& override, std::optional<SealedSecret> key)
{
    auto const* settings = json::object_at(override, catalog::kTlsMember);
    if (settings == nullptr)
        return nullptr;
    auto identity = std::make_shared<http::TlsIdentity>();
    identity->ca = text_at(*settings, "ca");
    identity->certificate = text_at(*settings, "certificate");
    identity->id = id_of(*identity, key);
    identity->key = [sealed = std::move(key)]() -> Result<Secret> {
        if (!sealed)
            return key_is_gone();
        return sealed->key.open(sealed->place, sealed->sealed);
    };
    return identity;
}

} // namespace sluice::accounts
