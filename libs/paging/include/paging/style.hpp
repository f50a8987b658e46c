#pragma once

#include "http_api/query.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::paging {

/// A setting of a style, as a definition writes it under `pagination.config`.
struct Setting {
    enum class Kind { text, flag };
    std::string_view name;
    Kind kind = Kind::text;
    bool required = false;
};

/// What a definition says for the settings of its style; a flag is there, and empty, if it is set.
using Settings = std::map<std::string, std::string, std::less<>>;

/// Which page is asked for.
struct Ask {
    std::string_view position;         ///< As `next` gave it; empty: the first page.
    std::optional<std::int64_t> limit; ///< Records of the page; absent: as many as the vendor likes.
};

/// One way in which vendors give lists in pages. Pure functions; immutable, any thread.
class Style {
public:
    virtual ~Style() = default;
    /// As definitions write it under `pagination.format`.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    [[nodiscard]] virtual std::span<Setting const> settings() const noexcept = 0;
    /// The vendor's query parameters that the style sets itself: no argument of a tool.
    [[nodiscard]] virtual std::vector<std::string> parameters(Settings const& settings) const = 0;
    /// Dotted path of what leads to the next page in an answer.
    [[nodiscard]] virtual std::string next_path(Settings const& settings) const = 0;

    /// Adds what asks for the page to the request's query. A pair replaces those of the caller that have its name.
    virtual void apply(Settings const& settings, Ask const& ask, http::Query& query) const = 0;
    /// The position of the next page: `next` is what stands at `next_path`, `asked` the position of the page that was
    /// given. Absent if it would lead to that page again; such a list would have no end.
    [[nodiscard]] virtual std::optional<std::string> next(Settings const& settings, std::string const& next,
                                                          std::string_view asked) const = 0;
};

/// Every style there is.
[[nodiscard]] std::span<Style const* const> styles() noexcept;
/// Null if there is none of that name.
[[nodiscard]] Style const* find_style(std::string_view name) noexcept;

} // namespace sluice::paging
