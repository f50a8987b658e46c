// A page is a range of records: in the header `Range` (RFC 9110 section 14) or in two query parameters. A position is
// the number of the first record, or the range that the vendor named for the next page.
#include "counted.hpp"
#include "settings.hpp"

#include <array>

namespace sluice::paging {
namespace {

constexpr std::string_view kUnit = "unit";                       ///< `items` in `Range: items=0-99`; without it `0-99`.
constexpr std::string_view kNextHeader = "next_header";          ///< Header with the whole range of the next page.
constexpr std::string_view kStartParameter = "start_parameter";  ///< Query parameter that takes the first record,
constexpr std::string_view kEndParameter = "end_parameter";      ///< and the last one,
constexpr std::string_view kEndIsExclusive = "end_is_exclusive"; ///< or the one after it.

constexpr std::array kSettings{
    Setting{kUnit, Setting::Kind::text, false},           Setting{kNextHeader, Setting::Kind::text, false},
    Setting{kStartParameter, Setting::Kind::text, false}, Setting{kEndParameter, Setting::Kind::text, false},
    Setting{kEndIsExclusive, Setting::Kind::flag, false}, Setting{kTotal, Setting::Kind::path, false},
    Setting{kTotalHeader, Setting::Kind::text, false},    Setting{kHasMore, Setting::Kind::path, false},
    Setting{kUntilEmpty, Setting::Kind::flag, false}};

std::optional<std::int64_t> start_of(Ask const& ask)
{
    return ask.position.empty() ? std::optional<std::int64_t>(0) : number_of(ask.position);
}

/// The records of the whole list in `Content-Range: items 0-99/1000`; nothing if they are not known (`*`).
std::optional<std::int64_t> total_of(std::string_view content_range)
{
    auto const slash = content_range.rfind('/');
    return slash == std::string_view::npos ? std::nullopt : number_of(content_range.substr(slash + 1));
}

std::string range_of(Settings const& settings, std::int64_t start, std::optional<std::int64_t> size)
{
    auto const& unit = text_at(settings, kUnit);
    return unit + (unit.empty() ? "" : "=") + std::to_string(start) + '-' +
           (size ? std::to_string(start + *size - 1) : std::string());
}

/// The first range of a vendor that names the others: `id ..; max=100`.
std::string open_range(Settings const& settings, std::optional<std::int64_t> size)
{
    return text_at(settings, kUnit) + " .." + (size ? "; max=" + std::to_string(*size) : std::string());
}

class ByRange final : public Style {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "range"; }
    [[nodiscard]] std::span<Setting const> settings() const noexcept override { return kSettings; }
    [[nodiscard]] std::vector<Mistake> mistakes(Settings const& settings) const override
    {
        auto mistakes = counted_mistakes(settings);
        bool const by_parameters = settings.contains(kStartParameter) || settings.contains(kEndParameter);
        auto const has = [&](std::string_view name) { return settings.contains(name); };
        if (has(kStartParameter) != has(kEndParameter))
            mistakes.push_back({has(kStartParameter) ? kEndParameter : kStartParameter,
                                "is required: a range has a start_parameter and an end_parameter, or neither"});
        for (auto const name : {kUnit, kNextHeader})
            if (by_parameters && has(name))
                mistakes.push_back({name, "is about the header Range, and the range is in parameters: leave one out"});
        if (has(kEndIsExclusive) && !by_parameters)
            mistakes.push_back({kEndIsExclusive, "is only for a range in parameters: the header Range has the last "
                                                 "record"});
        if (has(kNextHeader) && !has(kUnit))
            mistakes.push_back({kUnit, "is required beside next_header: it is the name by which the records are "
                                       "ordered"});
        for (auto const name : {kTotal, kTotalHeader, kHasMore, kUntilEmpty})
            if (has(kNextHeader) && has(name))
                mistakes.push_back({name, "has no meaning beside next_header, which says where the list ends"});
        if (by_parameters && text_at(settings, kStartParameter) == text_at(settings, kEndParameter))
            mistakes.push_back({kEndParameter, "must be another parameter than start_parameter"});
        return mistakes;
    }
    [[nodiscard]] Own own(Settings const& settings) const override
    {
        return {texts_at(settings, {kStartParameter, kEndParameter}), {}};
    }
    [[nodiscard]] Paths paths(Settings const& settings) const override
    {
        return {.total = text_at(settings, kTotal), .has_more = text_at(settings, kHasMore)};
    }
    [[nodiscard]] bool asks_size(Settings const& settings) const noexcept override
    {
        return !settings.contains(kNextHeader);
    }
    /// 416 Range Not Satisfiable: the range begins after the last record (RFC 9110 section 15.5.17).
    [[nodiscard]] bool is_end(int status) const noexcept override { return status == 416; }

    [[nodiscard]] bool apply(Settings const& settings, Ask const& ask, PageRequest& request) const override
    {
        if (settings.contains(kNextHeader)) {
            request.headers.set("range", ask.position.empty() ? open_range(settings, ask.limit) : ask.position);
            return true;
        }
        auto const start = start_of(ask);
        if (!start)
            return false;
        if (settings.contains(kStartParameter)) {
            auto const beyond = settings.contains(kEndIsExclusive) ? 0 : 1;
            request.query.add(text_at(settings, kStartParameter), std::to_string(*start));
            if (ask.limit)
                request.query.add(text_at(settings, kEndParameter), std::to_string(*start + *ask.limit - beyond));
        } else {
            request.headers.set("range", range_of(settings, *start, ask.limit));
        }
        return true;
    }

    [[nodiscard]] Next next(Settings const& settings, Page const& page) const override
    {
        if (settings.contains(kNextHeader)) {
            auto const range = page.headers.find(text_at(settings, kNextHeader));
            auto next = range && !range->empty() ? next_at(std::string(*range), page) : Next{};
            next.is_short = page.ask.position.empty() && is_short(page, page.ask.limit);
            return next;
        }
        auto const start = start_of(page.ask);
        if (!start)
            return {};
        Counted counted{*start, page.ask.limit, {}, {}};
        if (!settings.contains(kStartParameter)) {
            auto const content_range = page.headers.find("content-range");
            // Without it the vendor has ignored `Range` and has given the whole list (RFC 9110 section 14.2).
            if (!content_range)
                return {};
            counted.total = total_of(*content_range);
        }
        Next next;
        next.is_short = is_short(page, counted.size);
        if (!ends(settings, page, counted))
            next.position = std::to_string(*start + page.count);
        return next;
    }
};

} // namespace

Style const* range_style() noexcept
{
    static ByRange const kStyle;
    return &kStyle;
}

} // namespace sluice::paging
