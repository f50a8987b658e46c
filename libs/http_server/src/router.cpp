#include "http_server/router.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <map>

namespace sluice::http {

struct Router::Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> placeholder;
    std::unique_ptr<Node> rest; ///< Of a final `{path...}`.
    std::vector<std::pair<Method, std::size_t>> routes;
    std::vector<std::string_view> names;
};

/// Where a path leads.
struct Router::Found {
    Node const* node = nullptr;
    std::vector<std::string_view> segments; ///< What the placeholders stand for.
    std::string_view rest;                  ///< What a final `{path...}` stands for.
};

namespace {

/// Removes the first segment from a path that starts with '/'.
std::string_view take_segment(std::string_view& path)
{
    path.remove_prefix(1);
    auto const end = path.find('/');
    auto const segment = path.substr(0, end);
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
    return segment;
}

bool is_placeholder(std::string_view segment)
{
    return segment.size() > 2 && segment.front() == '{';
}

} // namespace

Router::Router()
    : root_(std::make_unique<Node>())
{
}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Method method, std::string_view path_template, std::size_t index)
{
    auto* node = root_.get();
    std::vector<std::string_view> names;
    for (auto rest = path_template; !rest.empty();) {
        auto const segment = take_segment(rest);
        bool const is_rest = segment.ends_with("...}");
        auto& next = is_rest                   ? node->rest
                     : is_placeholder(segment) ? node->placeholder
                                               : node->literals[std::string(segment)];
        if (is_placeholder(segment))
            names.push_back(segment.substr(1, segment.size() - (is_rest ? 5 : 2)));
        if (!next)
            next = std::make_unique<Node>();
        node = next.get();
    }
    node->routes.emplace_back(method, index);
    node->names = std::move(names);
}

Router::Found Router::walk(std::string_view path) const
{
    Found found;
    if (path.empty() || path.front() != '/')
        return found;
    Found rest; // The last node on the way that takes the rest of a path.
    auto const* node = root_.get();
    for (auto left = path; !left.empty() && node != nullptr;) {
        if (node->rest && left.size() > 1) {
            rest = found;
            rest.node = node->rest.get();
            rest.rest = left.substr(1);
        }
        auto const segment = take_segment(left);
        auto const literal = node->literals.find(segment);
        if (literal == node->literals.end())
            found.segments.push_back(segment);
        node = literal != node->literals.end() ? literal->second.get() : node->placeholder.get();
    }
    found.node = node;
    return node != nullptr && !node->routes.empty() ? found : rest;
}

std::size_t Router::find_index(Method method, std::string_view path) const
{
    auto const* node = walk(path).node;
    if (node != nullptr)
        for (auto const& [allowed, index] : node->routes)
            if (allowed == method)
                return index;
    return kNone;
}

Router::Match Router::find(Method method, std::string_view path) const
{
    Match match;
    auto const found = walk(path);
    auto const* node = found.node;
    if (node == nullptr)
        return match;
    std::vector<std::string> values;
    for (auto const segment : found.segments) {
        auto decoded = percent_decode(segment);
        if (!decoded || decoded->empty())
            return match;
        values.push_back(*std::move(decoded));
    }
    if (!found.rest.empty())
        values.emplace_back(found.rest);
    for (auto const& [allowed, index] : node->routes)
        if (allowed == method)
            match.index = index;
    if (match.index == kNone) {
        // A route for GET also answers HEAD (RFC 9110 section 9.3.2), unless HEAD has its own.
        bool const adds_head =
            std::ranges::none_of(node->routes, [](auto const& route) { return route.first == Method::head; });
        for (auto const& [allowed, index] : node->routes) {
            match.allow += (match.allow.empty() ? "" : ", ") + std::string(name_of(allowed));
            match.allow += allowed == Method::get && adds_head ? ", HEAD" : "";
        }
    }
    for (std::size_t i = 0; i < node->names.size() && i < values.size(); ++i)
        match.parameters.emplace_back(node->names[i], std::move(values[i]));
    return match;
}

} // namespace sluice::http
