#include "base/near.hpp"

#include "base/encoding.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace sluice {
namespace {

constexpr std::size_t kMost = 3;
constexpr std::size_t kMostLetters = 64;

std::string plain(std::string_view text)
{
    auto lower = to_lower(text.substr(0, kMostLetters));
    std::erase_if(lower, [](char c) { return c == '_' || c == '-' || c == ' ' || c == '.'; });
    return lower;
}

/// How many letters must be changed, added, removed or swapped with a neighbour (Damerau-Levenshtein, optimal string
/// alignment).
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before = std::exchange(last, row);
    }
    return last[b.size()];
}

} // namespace

std::vector<std::string> near_texts(std::vector<std::string> const& texts, std::string_view given)
{
    auto const wanted = plain(given);
    std::vector<std::pair<std::size_t, std::size_t>> ranked; // The distance, and the position in `texts`.
    for (std::size_t i = 0; i < texts.size(); ++i) {
        auto const candidate = plain(texts[i]);
        if (wanted.size() < 2 || candidate.empty())
            continue;
        auto const length = std::min(candidate.size(), wanted.size());
        auto const most = length / 3 + (length > 4 ? 1 : 0);
        bool const is_part = wanted.size() > 2 && candidate.find(wanted) != std::string::npos;
        auto const apart = is_part ? 1 : distance(wanted, candidate);
        if (apart <= most)
            ranked.emplace_back(apart, i);
    }
    std::ranges::sort(ranked);
    std::vector<std::string> near;
    for (auto const& [apart, position] : ranked)
        if (near.size() < kMost)
            near.push_back(texts[position]);
    return near;
}

bool is_spelled_alike(std::string_view one, std::string_view other)
{
    return one.size() <= kMostLetters && other.size() <= kMostLetters && plain(one) == plain(other);
}

std::string did_you_mean(std::vector<std::string> const& texts, std::string_view given)
{
    auto const near = near_texts(texts, given);
    return near.empty() ? std::string() : fmt::format("; did you mean {}?", fmt::join(near, " or "));
}

} // namespace sluice
