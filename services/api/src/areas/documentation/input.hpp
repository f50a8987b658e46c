#pragma once

#include "accounts/installation.hpp"
#include "base/json.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>

namespace sluice::api {

/// Errors: invalid_argument for every mistake.
[[nodiscard]] Result<accounts::DocumentationRow> read_documentation(json::object const& body,
                                                                    EnvironmentId environment);

struct DocumentationPatch {
    std::optional<std::string> format;
    std::optional<std::string> value;
};
/// Errors: invalid_argument for every mistake.
[[nodiscard]] Result<DocumentationPatch> read_documentation_patch(json::object const& body);

} // namespace sluice::api
