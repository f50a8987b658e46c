#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "connecting/links.hpp"
#include "http_api/query.hpp"

#include <chrono>
#include <string>

namespace sluice::api {

// Errors of all: invalid_argument for every mistake.

[[nodiscard]] Result<connecting::Target> read_target(json::object const& body);

/// What a back end connects without the Link UI.
struct NewConnection {
    connecting::Target target; ///< Names an account or an integration.
    std::string authentication_method;
};
[[nodiscard]] Result<NewConnection> read_connection(json::object const& body);

/// `wait_s`: from 0 to 30.
[[nodiscard]] Result<std::chrono::seconds> read_wait(http::Query const& query);

} // namespace sluice::api
