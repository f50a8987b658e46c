#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "connecting/links.hpp"
#include "http_api/query.hpp"

#include <chrono>
#include <string>

namespace sluice::api {

// Errors of all functions: invalid_argument with every mistake.

[[nodiscard]] Result<connecting::Target> read_target(json::object const& body);

/// A connection that a back end begins without the Link UI.
struct NewConnection {
    connecting::Target target; ///< Names an account or an integration.
    std::string authentication_method;
};
[[nodiscard]] Result<NewConnection> read_connection(json::object const& body);

/// Reads `wait_s`, from 0 to 30.
[[nodiscard]] Result<std::chrono::seconds> read_wait(http::Query const& query);

} // namespace sluice::api
