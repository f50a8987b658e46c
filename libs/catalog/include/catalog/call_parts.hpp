#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::catalog {

/// A call, sorted by where each value goes: what a tool's arguments and a REST request both become.
struct CallParts {
    std::vector<std::pair<std::string, std::string>> path;  ///< By placeholder; plain text.
    std::vector<std::pair<std::string, std::string>> query; ///< In order, repeats kept; plain text.
    std::optional<json::value> body;
    std::optional<std::int64_t> limit;
    std::optional<std::string> next_cursor; ///< Ours, still sealed.
    std::vector<std::string> fields;        ///< Dotted paths of the members to answer; empty: all.
    bool dry_run = false;                   ///< Show what would be sent, and do not send it.
};

} // namespace sluice::catalog
