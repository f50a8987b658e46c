#pragma once

#include "area.hpp"

#include <memory>
#include <vector>

namespace sluice::api {

/// Every route of every area, in a fixed order. Thread-safe.
[[nodiscard]] std::vector<Route> const& all_routes();

/// The handlers of one shard: for each route of `all_routes`, in the same order, those that answer it.
[[nodiscard]] std::vector<std::shared_ptr<void>> make_handlers(ShardParts const& parts);

} // namespace sluice::api
