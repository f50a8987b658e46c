#pragma once

#include "base/id.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "base/timestamp.hpp"
#include "crypto/envelope.hpp"
#include "tools/tool.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::accounts {

/// An integration that is installed in an environment: the row.
struct EnvironmentIntegration {
    EnvironmentIntegrationId id;
    EnvironmentId environment;
    IntegrationId integration;
    json::object override;
    std::optional<Secret> app_secret; ///< The secret of the OAuth app in `override`; only written, never read back.
    std::optional<Secret> tls_key;    ///< The key of `override.tls.certificate`; only written, never read back.
    bool is_enabled = true;
    bool show_in_catalog = true;
    json::value last_error; ///< Set while the vendor refuses the OAuth app; read only.
    Timestamp created_at;
    Timestamp updated_at;
};

/// The vendor refuses the OAuth app of an installed integration. This ends no account, since no account caused it. It
/// does not apply if other accounts are renewed with the same app.
struct AppTrouble {
    std::string message;
    Timestamp retry_at; ///< Before this no account asks the token endpoint.
};

/// A text that is sealed under a data key of its environment, with the place it was sealed for.
struct SealedSecret {
    crypto::DataKey key;
    std::string place;
    Bytes sealed;
};

/// The `place` under which the secret of an installed integration's OAuth app is sealed.
[[nodiscard]] std::string app_place(EnvironmentIntegrationId id);
/// The `place` under which the private key of its client certificate is sealed.
[[nodiscard]] std::string tls_place(EnvironmentIntegrationId id);

/// A row of documentation.
struct DocumentationRow {
    DocumentationId id;
    EnvironmentId environment;
    std::string entity_type; ///< integration or environment_integration
    Uuid entity_id{};
    std::string resource;
    std::string method;
    std::string type;
    std::string format;
    std::string value;
    Timestamp created_at;
    Timestamp updated_at;
};

/// What the accounts of one environment integration share: the compiled definition with its override, and the tools
/// with the documentation. Immutable. Equal input gives the same object.
struct InstalledIntegration {
    catalog::IntegrationPtr integration;
    std::shared_ptr<tools::ToolList const> tools;
};

using InstalledPtr = std::shared_ptr<InstalledIntegration const>;

} // namespace sluice::accounts
