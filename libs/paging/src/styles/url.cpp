// The answer has the URL of the next page, which is followed as it is.
#include "follow.hpp"
#include "settings.hpp"

#include <array>

namespace sluice::paging {
namespace {

constexpr std::string_view kNext = "next"; ///< Path of the URL in an answer.

constexpr std::array kSettings{
    Setting{kNext, Setting::Kind::path, true}, Setting{kKeepPath, Setting::Kind::flag, false},
    Setting{kCursorParameter, Setting::Kind::text, false}, Setting{kLimitParameter, Setting::Kind::text, false}};

class ByUrl final : public Style {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "url"; }
    [[nodiscard]] std::span<Setting const> settings() const noexcept override { return kSettings; }
    [[nodiscard]] std::vector<Mistake> mistakes(Settings const& /*settings*/) const override { return {}; }
    [[nodiscard]] Own own(Settings const& settings) const override
    {
        return {texts_at(settings, {kCursorParameter, kLimitParameter}), {}};
    }
    [[nodiscard]] Paths paths(Settings const& settings) const override { return {.next = text_at(settings, kNext)}; }
    [[nodiscard]] bool asks_size(Settings const& /*settings*/) const noexcept override { return false; }
    [[nodiscard]] bool is_end(int /*status*/) const noexcept override { return false; }

    [[nodiscard]] bool apply(Settings const& settings, Ask const& ask, PageRequest& request) const override
    {
        return apply_address(settings, ask, request);
    }
    [[nodiscard]] Next next(Settings const& settings, Page const& page) const override
    {
        auto next = page.signs.next ? follow(settings, page, *page.signs.next) : Next{};
        next.is_short = is_short_of_limit(settings, page);
        return next;
    }
};

} // namespace

Style const* url_style() noexcept
{
    static ByUrl const kStyle;
    return &kStyle;
}

FormerForm const& former_form()
{
    static FormerForm const kForm{"cursor", "next_is_url", url_style(), {{"keep_path", ""}}};
    return kForm;
}

} // namespace sluice::paging
