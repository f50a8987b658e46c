// A page begins after a number of records. A position is that number.
#include "counted.hpp"
#include "settings.hpp"

#include <array>

namespace sluice::paging {
namespace {

constexpr std::string_view kOffsetParameter = "offset_parameter"; ///< Query parameter that takes the number.
constexpr std::string_view kLimitParameter = "limit_parameter";   ///< Query parameter that takes the page size.

constexpr std::array kSettings{
    Setting{kOffsetParameter, Setting::Kind::text, true}, Setting{kLimitParameter, Setting::Kind::text, false},
    Setting{kTotal, Setting::Kind::path, false},          Setting{kTotalHeader, Setting::Kind::text, false},
    Setting{kHasMore, Setting::Kind::path, false},        Setting{kUntilEmpty, Setting::Kind::flag, false}};

std::optional<std::int64_t> offset_of(Ask const& ask)
{
    return ask.position.empty() ? std::optional<std::int64_t>(0) : number_of(ask.position);
}

class ByOffset final : public Style {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "offset"; }
    [[nodiscard]] std::span<Setting const> settings() const noexcept override { return kSettings; }
    [[nodiscard]] std::vector<Mistake> mistakes(Settings const& settings) const override
    {
        auto mistakes = counted_mistakes(settings);
        if (settings.contains(kLimitParameter) &&
            text_at(settings, kOffsetParameter) == text_at(settings, kLimitParameter))
            mistakes.push_back({kLimitParameter, "must be another parameter than offset_parameter"});
        return mistakes;
    }
    [[nodiscard]] Own own(Settings const& settings) const override
    {
        return {texts_at(settings, {kOffsetParameter, kLimitParameter}), {}};
    }
    [[nodiscard]] Paths paths(Settings const& settings) const override
    {
        return {.total = text_at(settings, kTotal), .has_more = text_at(settings, kHasMore)};
    }
    [[nodiscard]] bool asks_size(Settings const& settings) const noexcept override
    {
        return settings.contains(kLimitParameter);
    }
    [[nodiscard]] bool is_end(int /*status*/) const noexcept override { return false; }

    [[nodiscard]] bool apply(Settings const& settings, Ask const& ask, PageRequest& request) const override
    {
        auto const offset = offset_of(ask);
        if (!offset)
            return false;
        request.query.add(text_at(settings, kOffsetParameter), std::to_string(*offset));
        if (ask.limit && settings.contains(kLimitParameter))
            request.query.add(text_at(settings, kLimitParameter), std::to_string(*ask.limit));
        return true;
    }

    [[nodiscard]] Next next(Settings const& settings, Page const& page) const override
    {
        auto const offset = offset_of(page.ask);
        if (!offset)
            return {};
        Counted const counted{*offset, settings.contains(kLimitParameter) ? page.ask.limit : std::nullopt, {}, {}};
        Next next;
        next.is_short = is_short(page, counted.size);
        if (!ends(settings, page, counted))
            next.position = std::to_string(*offset + page.count);
        return next;
    }
};

} // namespace

Style const* offset_style() noexcept
{
    static ByOffset const kStyle;
    return &kStyle;
}

} // namespace sluice::paging
