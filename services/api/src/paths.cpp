#include "paths.hpp"

#include "base/near.hpp"

#include <algorithm>
#include <vector>

namespace sluice::api {
namespace {

bool is_of_vendor(std::string_view path)
{
    return path.starts_with("/custom/") || path.starts_with("/proxy/");
}

std::vector<std::string> segments_of(std::string_view path)
{
    std::vector<std::string> segments;
    for (path.remove_prefix(std::min<std::size_t>(1, path.size())); !path.empty();) {
        auto const end = std::min(path.find('/'), path.size());
        segments.emplace_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return segments;
}

/// `pattern`, if each of its words is nearly that of `segments`; empty if one is not. What the client wrote for a
/// placeholder may be a secret, and is not repeated.
std::string fitted(std::vector<std::string> const& segments, std::vector<std::string> const& pattern)
{
    if (segments.size() != pattern.size())
        return {};
    std::string path;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        bool const is_same = pattern[i].starts_with('{') || pattern[i] == segments[i];
        if (!is_same && near_texts({pattern[i]}, segments[i]).empty())
            return {};
        path += '/' + pattern[i];
    }
    return path;
}

} // namespace

std::string_view normal_path(std::string_view path, std::string& room)
{
    constexpr std::string_view kMcp = "/mcp";
    while (path.starts_with("//"))
        path.remove_prefix(1);
    if (path.starts_with("/custom/"))
        return path;
    if (path.find("//") != std::string_view::npos && !is_of_vendor(path)) {
        room = path;
        room.erase(std::ranges::unique(room, [](char a, char b) { return a == '/' && b == '/'; }).begin(), room.end());
        path = room;
    }
    if (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    // `/mcp/{token}/mcp`, and not `/mcp/mcp`.
    if (path.starts_with("/mcp/") && path.ends_with(kMcp) &&
        path.find('/', kMcp.size() + 1) == path.size() - kMcp.size())
        path.remove_suffix(kMcp.size());
    return path;
}

std::string near_path(std::string_view path, std::span<Route const> routes)
{
    constexpr std::size_t kLongest = 200;
    if (path.size() > kLongest)
        return {};
    auto const segments = segments_of(path);
    for (auto const& route : routes)
        if (auto candidate = fitted(segments, segments_of(route.path)); !candidate.empty())
            return candidate;
    return {};
}

} // namespace sluice::api
