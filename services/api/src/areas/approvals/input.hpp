#pragma once

#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "safeguards/decisions.hpp"

#include <optional>
#include <string>

namespace sluice::api {

/// Errors: invalid_argument.
[[nodiscard]] Result<safeguards::Decision> read_decision(json::object const& body);

/// What the page of approval sends.
struct EnteredCode {
    EnvironmentId environment;
    ApprovalId approval;
    std::string code;
    std::optional<safeguards::Decision> decision; ///< Absent if the call is only shown.
};
/// Errors: invalid_argument for every mistake.
[[nodiscard]] Result<EnteredCode> read_code(json::object const& body);

} // namespace sluice::api
