#pragma once

#include "base/json.hpp"
#include "tenancy/audit.hpp"

namespace sluice::api {

[[nodiscard]] json::object audit_view(tenancy::AuditEntry const& entry);

} // namespace sluice::api
