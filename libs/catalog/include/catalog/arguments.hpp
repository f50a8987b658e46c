#pragma once

#include "catalog/tool.hpp"

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

/// Removes members that well-known clients add to the arguments of every tool by themselves, where the tool has none of
/// that name: a model that is told of them cannot leave them out.
void drop_client_members(Tool const& tool, json::object& arguments);

/// Removes nulls, at every depth, where null is not taken: models and strict clients write them for "leave out".
void drop_absent(Tool const& tool, json::object& arguments);

/// Sorts validated arguments by membership.
[[nodiscard]] CallParts split_arguments(Tool const& tool, json::object const& arguments);

/// A value as it stands in a path or query: text as it is, numbers and flags as JSON writes them.
[[nodiscard]] std::string text_of_argument(json::value const& value);

} // namespace sluice::catalog
