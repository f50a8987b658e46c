// The header `Link` has the address of the next page (RFC 8288), which is followed as it is.
#include "base/encoding.hpp"
#include "follow.hpp"
#include "settings.hpp"

#include <array>

namespace sluice::paging {
namespace {

constexpr std::array kSettings{Setting{kKeepPath, Setting::Kind::flag, false},
                               Setting{kCursorParameter, Setting::Kind::text, false},
                               Setting{kLimitParameter, Setting::Kind::text, false}};

constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(kBlanks);
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Reads the links of one header line (RFC 8288 section 3), and gives up at what is no link.
class LinkReader {
public:
    explicit LinkReader(std::string_view text)
        : rest_(text)
    {
    }

    struct Link {
        std::string_view address;
        std::optional<std::string> rel; ///< The first one counts.
        bool has_anchor = false;        ///< The link is then about something else than the answer.
    };
    std::optional<Link> read()
    {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t,"), rest_.size()));
        auto const end = rest_.find('>');
        if (!rest_.starts_with('<') || end == std::string_view::npos)
            return std::nullopt;
        Link link;
        link.address = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        while (next_is(';'))
            read_parameter(link);
        return link;
    }

private:
    bool next_is(char wanted)
    {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
        if (!rest_.starts_with(wanted))
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    void read_parameter(Link& link)
    {
        auto const end = std::min(rest_.find_first_of("=;,"), rest_.size());
        auto const name = trimmed(rest_.substr(0, end));
        rest_.remove_prefix(end);
        auto value = next_is('=') ? read_value() : std::string();
        if (iequals(name, "rel") && !link.rel)
            link.rel = std::move(value);
        else if (iequals(name, "anchor"))
            link.has_anchor = true;
    }

    /// A token or a quoted string (RFC 9110 section 5.6.4).
    std::string read_value()
    {
        if (!next_is('"')) {
            auto const end = std::min(rest_.find_first_of(";,"), rest_.size());
            auto const token = trimmed(rest_.substr(0, end));
            rest_.remove_prefix(end);
            return std::string(token);
        }
        std::string text;
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == '\\' && rest_.size() > 1)
                rest_.remove_prefix(1);
            text += rest_.front();
            rest_.remove_prefix(1);
        }
        rest_.remove_prefix(std::min<std::size_t>(1, rest_.size()));
        return text;
    }

    std::string_view rest_;
};

/// Whether one of the relations, which blanks divide, is `next`.
bool leads_on(std::string_view rels)
{
    while (!rels.empty()) {
        auto const end = std::min(rels.find_first_of(kBlanks), rels.size());
        if (iequals(rels.substr(0, end), "next"))
            return true;
        rels.remove_prefix(std::min(end + 1, rels.size()));
    }
    return false;
}

std::optional<std::string_view> next_link(http::Headers const& headers)
{
    for (auto const& [name, value] : headers) {
        if (!iequals(name, "link"))
            continue;
        LinkReader reader(value);
        while (auto const link = reader.read())
            if (link->rel && leads_on(*link->rel) && !link->has_anchor)
                return link->address;
    }
    return std::nullopt;
}

class ByLinkHeader final : public Style {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "link_header"; }
    [[nodiscard]] std::span<Setting const> settings() const noexcept override { return kSettings; }
    [[nodiscard]] std::vector<Mistake> mistakes(Settings const& /*settings*/) const override { return {}; }
    [[nodiscard]] Own own(Settings const& settings) const override
    {
        return {texts_at(settings, {kCursorParameter, kLimitParameter}), {}};
    }
    [[nodiscard]] Paths paths(Settings const& /*settings*/) const override { return {}; }
    [[nodiscard]] bool asks_size(Settings const& /*settings*/) const noexcept override { return false; }
    [[nodiscard]] bool is_end(int /*status*/) const noexcept override { return false; }

    [[nodiscard]] bool apply(Settings const& settings, Ask const& ask, PageRequest& request) const override
    {
        return apply_address(settings, ask, request);
    }
    [[nodiscard]] Next next(Settings const& settings, Page const& page) const override
    {
        auto const address = next_link(page.headers);
        auto next = address && !address->empty() ? follow(settings, page, *address) : Next{};
        next.is_short = is_short_of_limit(settings, page);
        return next;
    }
};

} // namespace

Style const* link_header_style() noexcept
{
    static ByLinkHeader const kStyle;
    return &kStyle;
}

} // namespace sluice::paging
