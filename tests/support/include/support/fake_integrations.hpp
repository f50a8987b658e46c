#pragma once

#include "accounts/integrations.hpp"
#include "base/json.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace sluice::test {

/// One definition, Acme's: API keys, OAuth whose refresh tokens may (`tolerated`) or may not (`revokes`) come twice,
/// OAuth with a client of the account's own, and a health method.
class FakeIntegrations final : public accounts::IntegrationRepository {
public:
    explicit FakeIntegrations(std::string_view reuse = "revokes")
    {
        stored.id = IntegrationId{Uuid{1}};
        stored.name = "acme";
        stored.label = "Acme";
        stored.category = "test";
        stored.sharing = "deny";
        auto manifest = std::string(kManifest);
        manifest.replace(manifest.find("REUSE"), 5, reuse);
        stored.manifest = json::parse(manifest).value();
        stored.document = json::parse(kDocument).value();
    }

    Task<Result<std::vector<accounts::StoredIntegration>>> list(EnvironmentId, Deadline) override
    {
        co_return std::vector<accounts::StoredIntegration>{stored};
    }
    Task<Result<accounts::StoredIntegration>> find(EnvironmentId, IntegrationId id, Deadline) override
    {
        co_return only(id);
    }
    Task<Result<accounts::StoredIntegration>> load(IntegrationId id, Deadline) override { co_return only(id); }
    Task<Result<bool>> publish(accounts::StoredIntegration integration, tenancy::Author, Deadline) override
    {
        stored = std::move(integration);
        co_return true;
    }
    Task<Result<void>> remove(TeamId, IntegrationId id, tenancy::Author, Deadline) override
    {
        auto const known = only(id);
        if (known)
            stored.id = {};
        co_return known ? Result<void>{} : known.error();
    }

    accounts::StoredIntegration stored;

private:
    Result<accounts::StoredIntegration> only(IntegrationId id) const
    {
        if (id != stored.id)
            return Error{ErrorCode::not_found, "There is no such integration."};
        return stored;
    }

    static constexpr std::string_view kManifest = R"({
        "name": "acme", "label": "Acme", "category": "test", "openapi": "openapi.yaml",
        "base_url": "https://acme.example",
        "credentials": {
            "api_key": {
                "label": "API key",
                "fields": {"email": {"label": "E-mail", "required": true},
                           "api_key": {"label": "Key", "secret": true, "required": true}},
                "authorization": {"format": "basic",
                                  "config": {"username": "{{context.email}}", "password": "{{context.api_key}}"}}},
            "oauth2": {
                "label": "OAuth",
                "authorize_url": "{{base_url}}/authorize", "token_url": "{{base_url}}/token",
                "scopes": ["read"], "refresh": {"reuse": "REUSE"},
                "authorization": {"format": "bearer",
                                  "config": {"token": "{{context.oauth.token.access_token}}"}}},
            "oauth2_client_credentials": {
                "label": "Own client",
                "token_url": "{{base_url}}/token", "revoke_url": "{{base_url}}/revoke",
                "fields": {"client_id": {"label": "Client", "required": true},
                           "client_secret": {"label": "Secret", "secret": true, "required": true}},
                "authorization": {"format": "bearer",
                                  "config": {"token": "{{context.oauth.token.access_token}}"}}}},
        "health": "me.get",
        "resources": {"me": {"methods": {"get": {"operation": "get-me"}}},
                      "things": {"methods": {"get": {"operation": "get-thing"}}}}})";
    static constexpr std::string_view kDocument = R"({
        "openapi": "3.1.0", "info": {"title": "Acme", "version": "1"},
        "paths": {
            "/me": {"get": {"operationId": "get-me", "summary": "Get me", "description": "Who asks.",
                            "responses": {"200": {"description": "Me."}}}},
            "/things/{id}": {"get": {"operationId": "get-thing", "summary": "Get a thing", "description": "One.",
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}],
                "responses": {"200": {"description": "It."}}}}}})";
};

} // namespace sluice::test
