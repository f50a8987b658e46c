// Pages have numbers. A number means nothing with another page size, so a position keeps the size.
#include "counted.hpp"
#include "settings.hpp"

#include <array>

namespace sluice::paging {
namespace {

constexpr std::string_view kPageParameter = "page_parameter";   ///< Query parameter that takes the number.
constexpr std::string_view kLimitParameter = "limit_parameter"; ///< Query parameter that takes the page size.
constexpr std::string_view kFirstPage = "first_page";           ///< The number of the first page; mostly 1.
constexpr std::string_view kTotalPages = "total_pages";         ///< Path of the number of pages.

constexpr std::array kSettings{
    Setting{kPageParameter, Setting::Kind::text, true}, Setting{kLimitParameter, Setting::Kind::text, false},
    Setting{kFirstPage, Setting::Kind::digit, false},   Setting{kTotal, Setting::Kind::path, false},
    Setting{kTotalPages, Setting::Kind::path, false},   Setting{kTotalHeader, Setting::Kind::text, false},
    Setting{kHasMore, Setting::Kind::path, false},      Setting{kUntilEmpty, Setting::Kind::flag, false}};

std::int64_t first_page(Settings const& settings)
{
    return text_at(settings, kFirstPage) == "0" ? 0 : 1;
}

/// The number of a page, the size with which it is asked for, and the records of the pages before it. As text:
/// `number:size:before`; a size of 0 is the vendor's own.
struct Place {
    std::int64_t number = 1;
    std::int64_t size = 0;
    std::int64_t before = 0;
};

std::optional<Place> place_of(Settings const& settings, Ask const& ask)
{
    bool const has_size = settings.contains(kLimitParameter);
    if (ask.position.empty())
        return Place{first_page(settings), has_size ? ask.limit.value_or(0) : 0, 0};
    auto const first = ask.position.find(':');
    auto const second = ask.position.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos)
        return std::nullopt;
    auto const number = number_of(ask.position.substr(0, first));
    auto const size = number_of(ask.position.substr(first + 1, second - first - 1));
    auto const before = number_of(ask.position.substr(second + 1));
    return number && size && before ? std::optional(Place{*number, *size, *before}) : std::nullopt;
}

class ByPage final : public Style {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "page"; }
    [[nodiscard]] std::span<Setting const> settings() const noexcept override { return kSettings; }
    [[nodiscard]] std::vector<Mistake> mistakes(Settings const& settings) const override
    {
        auto mistakes = counted_mistakes(settings);
        if (settings.contains(kTotal) && settings.contains(kTotalPages))
            mistakes.push_back({kTotalPages, "counts pages, and total counts records: leave one out"});
        if (settings.contains(kTotalHeader) && settings.contains(kTotalPages))
            mistakes.push_back({kTotalPages, "counts pages, and total_header counts records: leave one out"});
        if (settings.contains(kLimitParameter) &&
            text_at(settings, kPageParameter) == text_at(settings, kLimitParameter))
            mistakes.push_back({kLimitParameter, "must be another parameter than page_parameter"});
        return mistakes;
    }
    [[nodiscard]] Own own(Settings const& settings) const override
    {
        return {texts_at(settings, {kPageParameter, kLimitParameter}), {}};
    }
    [[nodiscard]] Paths paths(Settings const& settings) const override
    {
        auto const& pages = text_at(settings, kTotalPages);
        return {.total = pages.empty() ? text_at(settings, kTotal) : pages, .has_more = text_at(settings, kHasMore)};
    }
    [[nodiscard]] bool asks_size(Settings const& settings) const noexcept override
    {
        return settings.contains(kLimitParameter);
    }
    [[nodiscard]] bool is_end(int /*status*/) const noexcept override { return false; }

    [[nodiscard]] bool apply(Settings const& settings, Ask const& ask, PageRequest& request) const override
    {
        auto const place = place_of(settings, ask);
        if (!place)
            return false;
        request.query.add(text_at(settings, kPageParameter), std::to_string(place->number));
        if (place->size > 0)
            request.query.add(text_at(settings, kLimitParameter), std::to_string(place->size));
        return true;
    }

    [[nodiscard]] Next next(Settings const& settings, Page const& page) const override
    {
        auto const place = place_of(settings, page.ask);
        if (!place)
            return {};
        Counted counted{place->before, place->size > 0 ? std::optional(place->size) : std::nullopt, {}, {}};
        if (settings.contains(kTotalPages) && page.signs.total)
            counted.is_last = place->number - first_page(settings) + 1 >= *page.signs.total;
        Next next;
        next.is_short = is_short(page, counted.size);
        if (!ends(settings, page, counted))
            next.position = std::to_string(place->number + 1) + ':' + std::to_string(place->size) + ':' +
                            std::to_string(place->before + page.count);
        return next;
    }
};

} // namespace

Style const* page_style() noexcept
{
    static ByPage const kStyle;
    return &kStyle;
}

} // namespace sluice::paging
