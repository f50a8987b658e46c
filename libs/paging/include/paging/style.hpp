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

/// A setting of a style, which a definition writes under `pagination.config`.
struct Setting {
    enum class Kind { text, flag };
    std::string_view name;
    Kind kind = Kind::text;
    bool required = false;
};

/// The values of a style's settings in a definition. A flag that is set has an empty value.
using Settings = std::map<std::string, std::string, std::less<>>;

/// The page that is asked for.
struct Ask {
    std::string_view position;         ///< The result of `next`; empty for the first page.
    std::optional<std::int64_t> limit; ///< Records of the page; absent: the vendor decides.
};

/// One way in which vendors give lists in pages. Pure functions; immutable, any thread.
class Style {
public:
    virtual ~Style() = default;
    /// The name that definitions write under `pagination.format`.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    [[nodiscard]] virtual std::span<Setting const> settings() const noexcept = 0;
    /// The vendor's query parameters that the style sets itself. They are no arguments of a tool.
    [[nodiscard]] virtual std::vector<std::string> parameters(Settings const& settings) const = 0;
    /// Dotted path of the next page's cursor in an answer.
    [[nodiscard]] virtual std::string next_path(Settings const& settings) const = 0;

    /// Adds the parameters that ask for the page to the request's query. They replace those of the caller with the same
    /// names.
    virtual void apply(Settings const& settings, Ask const& ask, http::Query& query) const = 0;
    /// The position of the next page. `next` is the value at `next_path`; `asked` is the position of the page that was
    /// just read. Absent if the next page would be the same page, since such a list never ends.
    [[nodiscard]] virtual std::optional<std::string> next(Settings const& settings, std::string const& next,
                                                          std::string_view asked) const = 0;
};

/// All styles.
[[nodiscard]] std::span<Style const* const> styles() noexcept;
/// The style of that name; null if there is none.
[[nodiscard]] Style const* find_style(std::string_view name) noexcept;

} // namespace sluice::paging
