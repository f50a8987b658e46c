#include "counted.hpp"

#include "settings.hpp"

namespace sluice::paging {
namespace {

/// The number of records in a header such as `x-total-count`.
std::optional<std::int64_t> total_in_header(Settings const& settings, http::Headers const& headers)
{
    auto const& name = text_at(settings, kTotalHeader);
    auto const value = name.empty() ? std::nullopt : headers.find(name);
    return value ? number_of(*value) : std::nullopt;
}

} // namespace

bool is_short(Page const& page, std::optional<std::int64_t> size)
{
    return size && page.count < *size;
}

bool ends(Settings const& settings, Page const& page, Counted const& counted)
{
    if (page.count == 0 || page.signs.has_more == false || counted.is_last == true)
        return true;
    auto total = counted.total;
    if (!total && settings.contains(kTotal))
        total = page.signs.total;
    if (!total)
        total = total_in_header(settings, page.headers);
    if (total)
        return counted.before + page.count >= *total;
    if (page.signs.has_more || counted.is_last || settings.contains(kUntilEmpty))
        return false;
    return is_short(page, counted.size);
}

std::vector<Mistake> counted_mistakes(Settings const& settings)
{
    std::vector<Mistake> mistakes;
    if (settings.contains(kTotal) && settings.contains(kTotalHeader))
        mistakes.push_back({kTotalHeader, "is one way to the total, and total is another: leave one out"});
    if (settings.contains(kUntilEmpty))
        for (auto const name : {kTotal, kTotalHeader, std::string_view("total_pages"), kHasMore})
            if (settings.contains(name))
                mistakes.push_back({kUntilEmpty, "has no meaning beside " + std::string(name) +
                                                     ", which says where the list ends: leave one out"});
    return mistakes;
}

} // namespace sluice::paging
