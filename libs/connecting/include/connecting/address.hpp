#pragma once

#include "accounts/tls_settings.hpp"
#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "catalog/integration.hpp"
#include "http_api/client.hpp"
#include "runtime/task.hpp"

namespace sluice::connecting {

/// Where a vendor has an account.
struct Address {
    EnvironmentId environment;
    catalog::IntegrationPtr integration;
    json::object context; ///< The visible part, which makes the address.
    accounts::TlsIdentityPtr tls;
};

/// Asks the vendor whether anybody has an account at the address, if the definition says how. Takes at most 700 ms: the
/// page opens the vendor's window after 800 ms, since browsers refuse it later. Errors: invalid_argument at the first
/// field of the address. A vendor that does not answer has not said no.
Task<Result<void>> check_address(http::Client& client, Address address, Deadline deadline);

} // namespace sluice::connecting
