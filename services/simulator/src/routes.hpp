#pragma once

#include "call.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::simulator {

/// Every operation of the API: the one place that lists them.
[[nodiscard]] std::span<Route const> routes();

/// Finds the route of a path.
class Router {
public:
    struct Match {
        Route const* route = nullptr;
        std::vector<std::string> params;
        /// The path exists; with no route, not for this method.
        bool is_known_path = false;
    };

    Router();
    /// `path` without the account's segment; a trailing slash does not matter. HEAD finds what GET finds.
    [[nodiscard]] Match find(http::Method method, std::string_view path) const;

private:
    struct Entry {
        Route const* route;
        std::vector<std::string_view> segments;
    };
    /// By number of segments; literal segments before parameters.
    std::vector<std::vector<Entry>> by_length_;
};

} // namespace sluice::simulator
