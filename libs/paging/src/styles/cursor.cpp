// The answer has a cursor, or the URL of the next page, which the next call repeats.
#include "paging/style.hpp"

#include <array>

namespace sluice::paging {
namespace {

constexpr std::string_view kNext = "next";             ///< Path of the cursor in an answer.
constexpr std::string_view kNextIsUrl = "next_is_url"; ///< The cursor is a URL, whose query the next call repeats.
constexpr std::string_view kCursorParameter = "cursor_parameter"; ///< Query parameter that takes the cursor.
constexpr std::string_view kLimitParameter = "limit_parameter";   ///< Query parameter that takes the page size.

constexpr std::array kSettings{
    Setting{kNext, Setting::Kind::text, true}, Setting{kNextIsUrl, Setting::Kind::flag, false},
    Setting{kCursorParameter, Setting::Kind::text, true}, Setting{kLimitParameter, Setting::Kind::text, true}};

std::string const& text_at(Settings const& settings, std::string_view name)
{
    static std::string const kNone;
    auto const found = settings.find(name);
    return found == settings.end() ? kNone : found->second;
}

/// A position is the query string that leads to the page.
class Cursor final : public Style {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "cursor"; }
    [[nodiscard]] std::span<Setting const> settings() const noexcept override { return kSettings; }
    [[nodiscard]] std::vector<std::string> parameters(Settings const& settings) const override
    {
        return {text_at(settings, kCursorParameter), text_at(settings, kLimitParameter)};
    }
    [[nodiscard]] std::string next_path(Settings const& settings) const override { return text_at(settings, kNext); }

    void apply(Settings const& settings, Ask const& ask, http::Query& query) const override
    {
        if (auto const position = ask.position.empty() ? std::nullopt : http::Query::parse(ask.position))
            for (auto const& [name, value] : position->pairs())
                query.add(name, value);
        if (ask.limit)
            query.add(text_at(settings, kLimitParameter), std::to_string(*ask.limit));
    }

    [[nodiscard]] std::optional<std::string> next(Settings const& settings, std::string const& next,
                                                  std::string_view asked) const override
    {
        http::Query query;
        if (settings.contains(kNextIsUrl)) {
            auto const mark = next.find('?');
            auto const parsed =
                http::Query::parse(mark == std::string::npos ? "" : std::string_view(next).substr(mark + 1));
            if (parsed)
                for (auto const& [name, value] : parsed->pairs())
                    if (name != text_at(settings, kLimitParameter))
                        query.add(name, value);
        } else {
            query.add(text_at(settings, kCursorParameter), next);
        }
        auto position = query.str();
        return position == asked ? std::nullopt : std::optional(std::move(position));
    }
};

} // namespace

Style const* cursor_style() noexcept
{
    static Cursor const kStyle;
    return &kStyle;
}

} // namespace sluice::paging
