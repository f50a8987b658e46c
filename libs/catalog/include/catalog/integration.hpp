#pragma once

#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "catalog/actions.hpp"
#include "catalog/dynamic.hpp"
#include "catalog/error_picks.hpp"
#include "catalog/method.hpp"
#include "catalog/offers.hpp"
#include "catalog/template.hpp"
#include "documents/source.hpp"
#include "ratelimit/rule.hpp"
#include "ratelimit/vendors.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace sluice::catalog {

/// A field of an account's context, which a customer fills in.
struct ContextField {
    std::string name;
    std::string label;
    std::string description;
    std::string format;   ///< JSON type: string (the only one so far)
    bool is_host = false; ///< `type: host`: in a URL the value is a whole host name.
    std::shared_ptr<re2::RE2 const> pattern;
    std::string pattern_text;
    std::string pattern_hint; ///< What is said where the pattern does not match; may be empty.
    std::size_t max_length = 500;
    bool required = false;
    bool secret = false;
    bool is_email = false; ///< `format: email`.
    std::string suffix;    ///< What follows the value in an address, such as `.gorgias.com`; forms show it.
    /// Where a person finds the value; may have placeholders of fields that are no secrets, as `{{context.subdomain}}`.
    std::string help_url;
};

/// How a request is authorised, from the templates of the definition.
struct Authorization {
    enum class Format { bearer, basic, header, query };
    Format format = Format::bearer;
    std::string name;  ///< Header or query parameter, for `header` and `query`.
    Template token;    ///< For `bearer`, `header`, `query`.
    Template username; ///< For `basic`.
    Template password; ///< For `basic`.
};

/// What a person lets an app do, and the scopes that it takes.
struct Consent {
    std::string label;
    std::vector<std::string> scopes;
};

/// How to tell that nobody has an account at an address: a GET of `path`, without credentials, has one of `missing`.
struct AddressCheck {
    std::string path;
    std::vector<int> missing;
};

/// How tokens are requested and renewed (RFC 6749). The client secret is not here: it is sealed with the environment
/// integration, or is in the account's context.
struct OAuth {
    enum class Grant { authorization_code, client_credentials };
    enum class ClientAuthentication { basic, body };
    Grant grant = Grant::authorization_code;
    Template authorize_url; ///< For `authorization_code`.
    Template token_url;
    Template revoke_url; ///< Empty if the vendor has none.
    ClientAuthentication client_authentication = ClientAuthentication::basic;
    bool pkce = true;   ///< RFC 7636, S256.
    bool nonce = false; ///< Whether the vendor wants a nonce in the authorization request.
    std::vector<std::string> scopes;
    std::vector<Consent> access; ///< `scopes` in words.
    std::string client_id;       ///< Of the developer's app; comes from the override of the environment integration.
    /// Whether a used refresh token may be used again. If the vendor then revokes the grant, a renewal that was cut off
    /// is not tried a second time.
    bool is_reuse_tolerated = false;

    /// Whether the definition alone decides to which hosts the app's secret goes.
    [[nodiscard]] bool fixes_hosts() const { return token_url.fixes_host() && revoke_url.fixes_host(); }
    /// Whether each account has a token endpoint of its own.
    [[nodiscard]] bool asks_host_of_account() const { return !token_url.authority_paths().empty(); }
};

/// One way to connect: `api_key`, `oauth2`, `oauth2_client_credentials`.
struct CredentialFormat {
    std::string name;
    std::string label;
    std::optional<OAuth> oauth;
    std::vector<ContextField> fields;
    Authorization authorization;
};

/// The source of a definition: the manifest, and the OpenAPI document that it names.
struct Definition {
    documents::Source manifest;
    documents::Source document;
};

/// A filter that an MCP server may begin with: `config.methods` and `config.tags`.
struct Preset {
    std::vector<std::string> methods;
    std::vector<std::string> tags;

    friend bool operator==(Preset const&, Preset const&) = default;
};

/// A compiled integration. Immutable and shared.
struct Integration {
    IntegrationId id;
    std::string name;
    std::string label;
    std::string category;
    bool is_beta = false;
    std::string logo_svg; ///< A mark of our own drawing; empty if there is none.
    int version = 1;
    Template base_url;
    std::optional<AddressCheck> address;
    std::vector<ContextField> fields; ///< The fields that every account has.
    std::vector<CredentialFormat> credentials;
    /// Headers with fixed values that the vendor wants; methods have them too, with their own changes.
    std::vector<std::pair<std::string, std::string>> headers;
    /// In lower case, the headers of REST clients that reach the vendor beside those that every vendor gets.
    std::vector<std::string> forward_headers;
    std::shared_ptr<ratelimit::Rule const> rate_limit; ///< Null: the well-known header names are tried.
    /// Whose rule `rate_limit` is. Null if the definition has its own rule or none.
    ratelimit::Vendor const* limit_vendor = nullptr;
    std::vector<Method> methods;  ///< The vendor's, in the order of the manifest.
    std::vector<Method> composed; ///< Those that are made of calls of `methods`. Only tools call them.
    std::map<std::string, ItemView, std::less<>> items; ///< By resource, how people see its items.
    ErrorPicks errors;
    /// Which 2xx answers with JSON are errors; methods have it too, with their own. Mostly null.
    std::shared_ptr<Condition const> error_when;
    /// `resource.method`: the health method, a cheap read that shows whether credentials work. Empty if there is none.
    std::string health;
    /// Filters for what MCP servers are often made for, by name.
    std::map<std::string, Preset, std::less<>> presets;
    Actions actions;
    Offers offers;
    Dynamic dynamic;
    /// A digest of everything that the tools depend on. Equal digests mean equal lists of tools.
    std::string digest;

    /// One of the vendor's methods.
    [[nodiscard]] Method const* find(std::string_view resource, std::string_view method) const;
    /// One of the vendor's methods, or a composed one.
    [[nodiscard]] Method const* find_callable(std::string_view resource, std::string_view method) const;
    [[nodiscard]] bool has_resource(std::string_view resource) const;
    [[nodiscard]] CredentialFormat const* find_credentials(std::string_view name) const;
};

using IntegrationPtr = std::shared_ptr<Integration const>;

/// The id of a built-in integration: the same in every deployment.
[[nodiscard]] IntegrationId builtin_id(std::string_view name);
/// The id of a team's own integration: the same whenever it is published.
[[nodiscard]] IntegrationId own_id(std::string_view name, TeamId team);

/// Compiles a definition. Errors: invalid_argument with every mistake as `file:line path` and the rule.
[[nodiscard]] Result<IntegrationPtr> compile(Definition const& definition, IntegrationId id, int version = 1);

/// The member of an override that is about connections. It changes no definition.
inline constexpr std::string_view kTlsMember = "tls";

/// The definition with an environment's override: its members replace those of the manifest. `{}` changes nothing.
/// `credentials` replaces no format; it sets a format's `client_id` and `scopes`. `kTlsMember` is passed over. Errors:
/// invalid_argument at `override.<member>` for a member that cannot be overridden.
[[nodiscard]] Result<Definition> with_override(Definition definition, json::object const& override);

/// The names of the definitions that are compiled into this binary.
[[nodiscard]] std::vector<std::string> builtin_names();
[[nodiscard]] Result<Definition> builtin_definition(std::string_view name);

} // namespace sluice::catalog
