#pragma once

#include "http_api/message.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::http {

/// The values of a route's placeholders, percent-decoded, in the order they stand in its template.
using PathParameters = std::vector<std::pair<std::string_view, std::string>>;

/// Finds the route of a path. Templates are whole string literals: `/integrated-account/{id}/mcp`; a placeholder is a
/// whole segment. A literal segment wins over a placeholder. Immutable once filled, then thread-safe.
class Router {
public:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    /// `path_template` must outlive the router; `index` is what `find` gives back.
    void add(Method method, std::string_view path_template, std::size_t index);

    struct Match {
        std::size_t index = kNone;
        PathParameters parameters;
        /// When the path is known but not with this method: what an `Allow` field says; else empty.
        std::string allow;
    };
    [[nodiscard]] Match find(Method method, std::string_view path) const;
    /// Only which route it is; decodes nothing.
    [[nodiscard]] std::size_t find_index(Method method, std::string_view path) const;

private:
    struct Node;
    std::unique_ptr<Node> root_;
};

} // namespace sluice::http
