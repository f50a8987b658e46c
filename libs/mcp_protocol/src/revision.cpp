#include "mcp_protocol/revision.hpp"

#include <algorithm>

namespace sluice::mcp {

json::array all_revisions()
{
    json::array all;
    for (auto const revision : kModernRevisions)
        all.emplace_back(revision);
    for (auto const revision : kLegacyRevisions)
        all.emplace_back(revision);
    return all;
}

bool is_modern(std::string_view revision) noexcept
{
    return std::ranges::find(kModernRevisions, revision) != kModernRevisions.end();
}

bool is_legacy(std::string_view revision) noexcept
{
    return std::ranges::find(kLegacyRevisions, revision) != kLegacyRevisions.end();
}

bool looks_modern(std::string_view revision) noexcept
{
    constexpr std::string_view kShape = "dddd-dd-dd";
    bool const is_date = std::ranges::equal(
        revision, kShape, [](char c, char shape) { return shape == 'd' ? c >= '0' && c <= '9' : c == shape; });
    return is_date && revision >= kModernRevisions.back();
}

std::string_view negotiate(std::string_view requested) noexcept
{
    return is_legacy(requested) ? requested : kLegacyRevisions.front();
}

} // namespace sluice::mcp
