// The answer has a cursor, which the next call repeats.
#include "settings.hpp"

#include <array>

namespace sluice::paging {
namespace {

constexpr std::string_view kNext = "next";                        ///< Path of the cursor in an answer.
constexpr std::string_view kNextFromLast = "next_from_last";      ///< Path of the cursor in the last record.
constexpr std::string_view kHasMore = "has_more";                 ///< Path of a flag.
constexpr std::string_view kCursorParameter = "cursor_parameter"; ///< Query parameter that takes the cursor.
constexpr std::string_view kLimitParameter = "limit_parameter";   ///< Query parameter that takes the page size.
constexpr std::string_view kInBody = "in_body"; ///< Both are dotted paths of members of the JSON body.

constexpr std::array kSettings{
    Setting{kNext, Setting::Kind::path, false},           Setting{kNextFromLast, Setting::Kind::path, false},
    Setting{kHasMore, Setting::Kind::path, false},        Setting{kCursorParameter, Setting::Kind::text, true},
    Setting{kLimitParameter, Setting::Kind::text, false}, Setting{kInBody, Setting::Kind::flag, false}};

/// A position is the query string that leads to the page; in a body it is the cursor as JSON, since there a number is
/// no text.
class Cursor final : public Style {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "cursor"; }
    [[nodiscard]] std::span<Setting const> settings() const noexcept override { return kSettings; }
    [[nodiscard]] std::vector<Mistake> mistakes(Settings const& settings) const override
    {
        std::vector<Mistake> mistakes;
        if (settings.contains(kNext) && settings.contains(kNextFromLast))
            mistakes.push_back({kNextFromLast, "is one place of the cursor, and next is another: leave one out"});
        if (!settings.contains(kNext) && !settings.contains(kNextFromLast))
            mistakes.push_back({kNext, "is required: the path of the cursor in an answer; or give next_from_last, the "
                                       "member of the last record that is the cursor"});
        if (settings.contains(kLimitParameter) &&
            text_at(settings, kCursorParameter) == text_at(settings, kLimitParameter))
            mistakes.push_back({kLimitParameter, "must be another parameter than cursor_parameter"});
        return mistakes;
    }
    [[nodiscard]] Own own(Settings const& settings) const override
    {
        auto names = texts_at(settings, {kCursorParameter, kLimitParameter});
        return settings.contains(kInBody) ? Own{{}, std::move(names)} : Own{std::move(names), {}};
    }
    [[nodiscard]] Paths paths(Settings const& settings) const override
    {
        return {.next = text_at(settings, kNext),
                .next_from_last = text_at(settings, kNextFromLast),
                .has_more = text_at(settings, kHasMore)};
    }
    [[nodiscard]] bool asks_size(Settings const& /*settings*/) const noexcept override { return false; }
    [[nodiscard]] bool is_end(int /*status*/) const noexcept override { return false; }

    [[nodiscard]] bool apply(Settings const& settings, Ask const& ask, PageRequest& request) const override
    {
        auto const& limit = text_at(settings, kLimitParameter);
        if (settings.contains(kInBody)) {
            if (!ask.position.empty()) {
                auto cursor = json::parse(ask.position);
                if (!cursor || (!cursor->is_string() && !cursor->is_number()))
                    return false;
                request.members.emplace_back(text_at(settings, kCursorParameter), *std::move(cursor));
            }
            if (ask.limit && !limit.empty())
                request.members.emplace_back(limit, *ask.limit);
            return true;
        }
        if (!ask.position.empty()) {
            auto const& name = text_at(settings, kCursorParameter);
            auto const pair = http::Query::parse(ask.position);
            auto const cursor = pair ? pair->find(name) : std::nullopt;
            if (!cursor)
                return false;
            request.query.add(name, std::string(*cursor));
        }
        if (ask.limit && !limit.empty())
            request.query.add(limit, std::to_string(*ask.limit));
        return true;
    }

    [[nodiscard]] Next next(Settings const& settings, Page const& page) const override
    {
        Next next;
        if (page.signs.next && page.signs.has_more != false)
            next = next_at(position_of(settings, page.signs), page);
        next.is_short = page.ask.limit && settings.contains(kLimitParameter) && page.count < *page.ask.limit;
        return next;
    }

private:
    static std::string position_of(Settings const& settings, Signs const& signs)
    {
        if (settings.contains(kInBody)) {
            // A number that a value would round goes back as text.
            auto const number = signs.next_is_number ? json::read(*signs.next) : Result<json::Reading>(json::Reading{});
            if (signs.next_is_number && number && number->flaws.empty())
                return *signs.next;
            std::string text;
            json::append_quoted(text, *signs.next);
            return text;
        }
        http::Query query;
        query.add(text_at(settings, kCursorParameter), *signs.next);
        return query.str();
    }
};

} // namespace

Style const* cursor_style() noexcept
{
    static Cursor const kStyle;
    return &kStyle;
}

} // namespace sluice::paging
