#pragma once

#include "base/result.hpp"
#include "catalog/integration.hpp"
#include "http_api/query.hpp"

#include <optional>
#include <string>

namespace sluice::api {

/// The methods that are asked for.
struct WantedMethods {
    bool proxy = true;
    bool unified = true;
    std::optional<std::string> resource;
    std::optional<std::string> method_class; ///< `read`, `write`, `custom` or the name of a method.
    std::optional<bool> has_description;
};

/// Reads the parameters and removes them from the query. Errors: invalid_argument.
[[nodiscard]] Result<WantedMethods> read_wanted(http::Query& query);
/// Checks that each word fits a method, so that a typing error does not give an empty answer. Errors: invalid_argument.
[[nodiscard]] Result<void> check_wanted(WantedMethods const& wanted, catalog::Integration const& integration);

} // namespace sluice::api
