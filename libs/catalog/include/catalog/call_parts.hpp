#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::catalog {

/// The values of a call, sorted by their place in the vendor's request. Made of a tool's arguments or of a REST
/// request.
struct CallParts {
    std::vector<std::pair<std::string, std::string>> path;  ///< By placeholder, not encoded.
    std::vector<std::pair<std::string, std::string>> query; ///< In order, with repeats, not encoded.
    std::optional<json::value> body;
    std::optional<std::int64_t> limit;
    std::optional<std::string> next_cursor; ///< The sealed cursor that Sluice gave.
    std::vector<std::string> fields;        ///< Dotted paths of the members to keep; empty: all.
    bool dry_run = false;                   ///< Whether the call is only shown and not made.
};

} // namespace sluice::catalog
