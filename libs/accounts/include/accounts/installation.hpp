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

/// An integration in an environment, as its row has it.
struct EnvironmentIntegration {
    EnvironmentIntegrationId id;
    EnvironmentId environment;
    IntegrationId integration;
    json::object override;
    std::optional<Secret> app_secret; ///< Of the OAuth app in `override`, to be sealed; never read back.
    bool is_enabled = true;
    bool show_in_catalog = true;
    json::value last_error; ///< While the vendor refuses its OAuth app; read only.
    Timestamp created_at;
    Timestamp updated_at;
};

/// The vendor refuses the OAuth app of an installed integration. No account's fault, and none's end. What one account
/// is refused while others are renewed with the same app is not this.
struct AppTrouble {
    std::string message;
    Timestamp retry_at; ///< Before this no account asks the token endpoint.
};

/// A text sealed under a data key of its environment, and where.
struct SealedSecret {
    crypto::DataKey key;
    std::string place;
    Bytes sealed;
};

/// Where the secret of an installed integration's OAuth app is sealed.
[[nodiscard]] std::string app_place(EnvironmentIntegrationId id);

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

/// What the accounts of one environment integration share, compiled: the definition under the override, and its tools
/// under the documentation. Immutable; equal input gives the same object.
struct InstalledIntegration {
    catalog::IntegrationPtr integration;
    std::shared_ptr<tools::ToolList const> tools;
};

using InstalledPtr = std::shared_ptr<InstalledIntegration const>;

} // namespace sluice::accounts
