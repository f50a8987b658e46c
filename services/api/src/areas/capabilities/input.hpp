#pragma once

#include "base/result.hpp"
#include "catalog/integration.hpp"
#include "http_api/query.hpp"

#include <optional>
#include <string>

namespace sluice::api {

/// Which methods are asked for.
struct WantedMethods {
    bool proxy = true;
    bool unified = true;
    std::optional<std::string> resource;
    std::optional<std::string> method_class; ///< read, write, custom or a method's name
    std::optional<bool> has_description;
};

/// Takes the parameters out of the query. Errors: invalid_argument.
[[nodiscard]] Result<WantedMethods> read_wanted(http::Query& query);
/// A word that fits no method is a mistake, not an empty answer. Errors: invalid_argument.
[[nodiscard]] Result<void> check_wanted(WantedMethods const& wanted, catalog::Integration const& integration);

} // namespace sluice::api
