#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "tenancy/tenancy.hpp"

namespace sluice::api {

/// What `POST /api-token` takes.
[[nodiscard]] Result<tenancy::NewApiToken> read_token(json::object const& body, EnvironmentId environment);
/// What `PATCH /api-token/{id}` takes.
[[nodiscard]] Result<tenancy::ApiTokenChange> read_token_patch(json::object const& body);

} // namespace sluice::api
