#include "credentials.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

namespace sluice::catalog {
namespace {

/// Lets the fields of `type: host` be whole hosts in the authority of `url`.
void allow_hosts(Template& url, std::vector<ContextField> const& fields, Mapping& mapping, std::string_view key)
{
    for (auto const& path : url.authority_paths())
        for (auto const& field : fields)
            if (field.is_host && path == "context." + field.name && !url.allow_whole_host(path))
                mapping.problem(key,
                                fmt::format("must have {{{{{}}}}} as its whole host: the field is of type host", path));
}

class CredentialsReader {
public:
    CredentialsReader(documents::Source const& source, Integration& integration, documents::Problems& problems)
        : source_(source)
        , integration_(integration)
        , problems_(problems)
    {
    }

    void read(Mapping& root)
    {
        integration_.fields = read_fields(root.find("context"), "context");
        allow_hosts(integration_.base_url, integration_.fields, root, "base_url");
        read_formats(root.find("credentials"));
    }

private:
    std::vector<ContextField> read_fields(json::value const* value, std::string const& path)
    {
        std::vector<ContextField> fields;
        Mapping mapping(source_, value, path, problems_);
        mapping.take_all();
        if (mapping.object() != nullptr)
            for (auto const& [name, field] : *mapping.object())
                fields.push_back(read_field(std::string(name), field, mapping.at(name)));
        return fields;
    }

    ContextField read_field(std::string name, json::value const& value, std::string path)
    {
        Mapping mapping(source_, &value, std::move(path), problems_);
        ContextField field;
        field.name = std::move(name);
        field.label = mapping.text("label", true);
        field.description = mapping.text("description", false);
        field.is_host = mapping.choice("type", {"string", "host"}, 0) == 1;
        field.format = "string";
        field.max_length = static_cast<std::size_t>(mapping.integer("max_length", 1, 10'000, 500));
        field.required = mapping.flag("required", false);
        field.secret = mapping.flag("secret", false);
        field.is_email = mapping.choice("format", {"text", "email"}, 0) == 1;
        field.suffix = mapping.text("suffix", false);
        field.pattern_hint = mapping.text("pattern_hint", false);
        field.help_url = mapping.text("help_url", false);
        if (!field.help_url.empty() && !field.help_url.starts_with("https://"))
            mapping.problem("help_url", "must start with https://");
        if (auto const pattern = mapping.text("pattern", false); !pattern.empty()) {
            re2::RE2::Options options;
            options.set_log_errors(false);
            auto compiled = std::make_shared<re2::RE2 const>(pattern, options);
            field.pattern_text = pattern;
            if (compiled->ok())
                field.pattern = std::move(compiled);
            else
                mapping.problem("pattern", "is not a pattern RE2 can run: " + compiled->error());
        }
        return field;
    }

    void read_formats(json::value const* value)
    {
        Mapping mapping(source_, value, "credentials", problems_);
        mapping.take_all();
        if (mapping.object() == nullptr || mapping.object()->empty())
            return problems_.add(source_, "credentials", "must have at least one of api_key, oauth2");
        for (auto const& [name, format] : *mapping.object())
            read_credential_format(std::string(name), format, mapping);
    }

    void read_credential_format(std::string name, json::value const& value, Mapping& parent)
    {
        if (name != "api_key" && name != "oauth2" && name != "oauth2_client_credentials")
            return parent.problem(name, "must be api_key, oauth2 or oauth2_client_credentials");
        Mapping mapping(source_, &value, parent.at(name), problems_);
        CredentialFormat format;
        format.label = mapping.text("label", true);
        format.fields = read_fields(mapping.find("fields"), mapping.at("fields"));
        format.authorization = read_authorization(mapping.find("authorization"), mapping.at("authorization"));
        if (name != "api_key") {
            format.oauth = read_oauth(mapping, name == "oauth2" ? OAuth::Grant::authorization_code
                                                                : OAuth::Grant::client_credentials);
            for (auto const* fields : {&integration_.fields, &format.fields}) {
                allow_hosts(format.oauth->authorize_url, *fields, mapping, "authorize_url");
                allow_hosts(format.oauth->token_url, *fields, mapping, "token_url");
                allow_hosts(format.oauth->revoke_url, *fields, mapping, "revoke_url");
            }
        }
        format.name = std::move(name);
        integration_.credentials.push_back(std::move(format));
    }

    OAuth read_oauth(Mapping& mapping, OAuth::Grant grant)
    {
        OAuth oauth;
        oauth.grant = grant;
        oauth.token_url = read_vendor_url(mapping, "token_url", true);
        oauth.client_authentication =
            static_cast<OAuth::ClientAuthentication>(mapping.choice("client_authentication", {"basic", "body"}, 0));
        oauth.scopes = mapping.texts("scopes");
        oauth.revoke_url = read_vendor_url(mapping, "revoke_url", false);
        if (grant == OAuth::Grant::client_credentials)
            return oauth;
        oauth.authorize_url = read_vendor_url(mapping, "authorize_url", true);
        oauth.pkce = mapping.flag("pkce", true);
        oauth.nonce = mapping.flag("nonce", false);
        oauth.client_id = mapping.text("client_id", false);
        oauth.access = read_access(mapping.find("access"), mapping.at("access"));
        // Those that an override does not ask for are not told.
        std::erase_if(oauth.access, [&](Consent const& consent) {
            return !std::ranges::all_of(consent.scopes, [&](std::string const& scope) {
                return std::ranges::find(oauth.scopes, scope) != oauth.scopes.end();
            });
        });
        Mapping refresh(source_, mapping.find("refresh"), mapping.at("refresh"), problems_);
        oauth.is_reuse_tolerated = refresh.choice("reuse", {"tolerated", "revokes"}, 1) == 0;
        return oauth;
    }

    std::vector<Consent> read_access(json::value const* value, std::string const& path)
    {
        std::vector<Consent> all;
        if (value == nullptr)
            return all;
        if (!value->is_array()) {
            problems_.add(source_, path, "must be a list of {label, scopes}");
            return all;
        }
        for (auto const& each : value->get_array()) {
            Mapping mapping(source_, &each, fmt::format("{}[{}]", path, all.size()), problems_);
            auto& consent = all.emplace_back(mapping.text("label", true), mapping.texts("scopes"));
            if (consent.scopes.empty())
                mapping.problem("scopes", "must name at least one scope");
        }
        return all;
    }

    /// Reads a URL. `{{base_url}}` at its start is replaced by the text of `base_url`.
    Template read_vendor_url(Mapping& mapping, std::string_view key, bool required)
    {
        constexpr std::string_view kBase = "{{base_url}}";
        auto text = mapping.text(key, required);
        if (text.starts_with(kBase))
            text.replace(0, kBase.size(), integration_.base_url.text());
        else if (!text.empty() && !text.starts_with("https://") && !text.starts_with("http://"))
            mapping.problem(key, "must start with {{base_url}} or https://");
        auto parsed = Template::parse(text);
        if (parsed)
            return *std::move(parsed);
        mapping.problem(key, parsed.error().public_detail());
        return {};
    }

    Authorization read_authorization(json::value const* value, std::string const& path)
    {
        Authorization authorization;
        if (value == nullptr) {
            problems_.add(source_, path, "is required");
            return authorization;
        }
        Mapping mapping(source_, value, path, problems_);
        using Format = Authorization::Format;
        authorization.format = static_cast<Format>(mapping.choice("format", {"bearer", "basic", "header", "query"}, 0));
        Mapping config(source_, mapping.find("config"), mapping.at("config"), problems_);
        if (authorization.format == Format::basic) {
            authorization.username = config.template_at("username", true);
            authorization.password = config.template_at("password", true);
            return authorization;
        }
        authorization.token = config.template_at("token", true);
        if (authorization.format != Format::bearer)
            authorization.name = config.text("name", true);
        return authorization;
    }

    documents::Source const& source_;
    Integration& integration_;
    documents::Problems& problems_;
};

} // namespace

void read_credentials(documents::Source const& manifest, Mapping& root, Integration& integration,
                      documents::Problems& problems)
{
    CredentialsReader(manifest, integration, problems).read(root);
}

} // namespace sluice::catalog
