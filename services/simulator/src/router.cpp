#include "routes.hpp"

#include "base/encoding.hpp"
#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

std::vector<std::string_view> segments_of(std::string_view path)
{
    if (path.starts_with('/'))
        path.remove_prefix(1);
    if (path.ends_with('/'))
        path.remove_suffix(1);
    return split(path, '/');
}

bool is_param(std::string_view segment)
{
    return segment.starts_with('{');
}

/// Parameters named `id` or `..._id` are numbers; anything else in their place is another path.
bool fits(std::string_view pattern, std::string_view segment)
{
    constexpr std::size_t kDigits = 18;
    if (!is_param(pattern))
        return pattern == segment;
    if (!pattern.ends_with("id}"))
        return !segment.empty();
    return !segment.empty() && segment.size() <= kDigits &&
           segment.find_first_not_of("0123456789") == std::string_view::npos;
}

bool fit(std::vector<std::string_view> const& pattern, std::vector<std::string_view> const& segments)
{
    return std::ranges::equal(pattern, segments, fits);
}

auto literals_of(std::vector<std::string_view> const& segments)
{
    return std::ranges::count_if(segments, [](auto segment) { return !is_param(segment); });
}

std::vector<std::string> params_of(std::vector<std::string_view> const& pattern,
                                   std::vector<std::string_view> const& segments)
{
    std::vector<std::string> params;
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (is_param(pattern[i]))
            params.push_back(percent_decode(segments[i]).value_or(""));
    return params;
}

} // namespace

Router::Router()
{
    for (auto const& route : routes()) {
        auto segments = segments_of(route.path);
        by_length_.resize(std::max(by_length_.size(), segments.size() + 1));
        by_length_[segments.size()].push_back({&route, std::move(segments)});
    }
    for (auto& entries : by_length_)
        std::ranges::sort(
            entries, [](auto const& a, auto const& b) { return literals_of(a.segments) > literals_of(b.segments); });
}

Router::Match Router::find(http::Method method, std::string_view path) const
{
    if (method == http::Method::head)
        method = http::Method::get;
    auto const segments = segments_of(path);
    Match match;
    if (segments.size() >= by_length_.size())
        return match;
    for (auto const& entry : by_length_[segments.size()]) {
        if (!fit(entry.segments, segments))
            continue;
        match.is_known_path = true;
        if (entry.route->method == method) {
            match.route = entry.route;
            match.params = params_of(entry.segments, segments);
            return match;
        }
    }
    return match;
}

std::vector<Operation> operations()
{
    std::vector<Operation> all;
    for (auto const& route : routes())
        all.push_back({route.operation, route.method, route.path});
    return all;
}

} // namespace sluice::simulator
