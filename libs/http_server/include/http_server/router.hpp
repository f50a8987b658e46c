#pragma once

#include "http_api/message.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::http {

/// The percent-decoded values of a route's placeholders, in the order of its template. That of a final `{name...}` is
/// not decoded.
using PathParameters = std::vector<std::pair<std::string_view, std::string>>;

/// Finds the route of a path. A template is a string literal such as `/integrated-account/{id}/mcp`; a placeholder is a
/// whole segment. A final placeholder `{path...}` is the rest of the path, which is not empty. A literal segment wins
/// over a placeholder, and both over the rest of a path. Thread-safe once all routes are added.
class Router {
public:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    /// `path_template` must outlive the router. `find` gives `index` back.
    void add(Method method, std::string_view path_template, std::size_t index);

    struct Match {
        std::size_t index = kNone;
        PathParameters parameters;
        /// If the path is known but not with this method: the value of the header `Allow`. Empty otherwise.
        std::string allow;
    };
    [[nodiscard]] Match find(Method method, std::string_view path) const;
    /// Finds only the index of the route, and decodes nothing.
    [[nodiscard]] std::size_t find_index(Method method, std::string_view path) const;

private:
    struct Node;
    struct Found;
    [[nodiscard]] Found walk(std::string_view path) const;

    std::unique_ptr<Node> root_;
};

} // namespace sluice::http
