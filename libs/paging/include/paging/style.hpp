#pragma once

#include "base/json.hpp"
#include "http_api/headers.hpp"
#include "http_api/query.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::paging {

/// A setting of a style, which a definition writes under `pagination.config`.
struct Setting {
    enum class Kind {
        text,  ///< A name that the vendor chose.
        path,  ///< The dotted path of a member of the answer.
        flag,  ///< True or false.
        digit, ///< 0 or 1.
    };
    std::string_view name;
    Kind kind = Kind::text;
    bool required = false;
};

/// The values of a style's settings in a definition. A flag that is set has an empty value; what was not given has
/// none.
using Settings = std::map<std::string, std::string, std::less<>>;

/// What is wrong with settings that are right one by one.
struct Mistake {
    std::string_view setting;
    std::string message;
};

/// Where an answer says how its list goes on: dotted paths. An empty path leads nowhere.
struct Paths {
    std::string next = {};           ///< The cursor or the URL of the next page.
    std::string next_from_last = {}; ///< The same, as a member of the last record.
    std::string total = {};          ///< A number of records or of pages.
    std::string has_more = {};       ///< Whether there is a next page.
};

/// What was found at these paths.
struct Signs {
    /// Absent if the vendor writes nothing, null, false, 0 or an empty text.
    std::optional<std::string> next;
    bool next_is_number = false;
    std::optional<std::int64_t> total; ///< Absent also if it is negative or no whole number.
    std::optional<bool> has_more;      ///< Absent if the member is.
};

/// The vendor's parameters that a style sets itself. They are no arguments of a tool.
struct Own {
    std::vector<std::string> query;
    std::vector<std::string> body; ///< Members of the body.
};

/// The page that is asked for.
struct Ask {
    std::string_view position;         ///< The result of `next`; empty for the first page.
    std::optional<std::int64_t> limit; ///< Records of the page; absent: the vendor decides.
};

/// What a style may change of a request.
struct PageRequest {
    http::Query query;                                        ///< In place of the caller's pairs with the same names.
    http::Headers headers;                                    ///< Beside the others.
    std::vector<std::pair<std::string, json::value>> members; ///< Of the JSON body, by dotted path.
    /// The path and query of the page, percent-encoded, in place of the method's path and the caller's query. Without a
    /// path (`?page=2`) the method's stays.
    std::optional<std::string> target;
};

/// A page that was read.
struct Page {
    Ask ask;              ///< With which it was asked for.
    std::string_view url; ///< From which it was read.
    /// The name of the query parameter with the credential; mostly empty. It stays out of positions.
    std::string_view secret_parameter;
    std::int64_t count = 0; ///< Records.
    Signs const& signs;
    http::Headers const& headers; ///< Of the answer.
};

/// How a list goes on after a page.
struct Next {
    std::optional<std::string> position; ///< Of the next page; absent on the last.
    std::string note;                    ///< Why records are missing after the last page; mostly empty.
    /// The vendor gave fewer records than the page was asked for with.
    bool is_short = false;
};

/// One way in which vendors give lists in pages: two pure functions, `apply` and `next`. Immutable, any thread.
class Style {
public:
    virtual ~Style() = default;
    /// The name that definitions write under `pagination.format`.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    [[nodiscard]] virtual std::span<Setting const> settings() const noexcept = 0;
    /// Combinations of settings that cannot be.
    [[nodiscard]] virtual std::vector<Mistake> mistakes(Settings const& settings) const = 0;
    [[nodiscard]] virtual Own own(Settings const& settings) const = 0;
    [[nodiscard]] virtual Paths paths(Settings const& settings) const = 0;
    /// Whether each page is asked for with its size, since a list may end with a page that has fewer records.
    [[nodiscard]] virtual bool asks_size(Settings const& settings) const noexcept = 0;
    /// Whether the vendor answers so to a page after the last record.
    [[nodiscard]] virtual bool is_end(int status) const noexcept = 0;

    /// Writes what asks for the page. False if the position is none of this style, for example since the definition has
    /// changed.
    [[nodiscard]] virtual bool apply(Settings const& settings, Ask const& ask, PageRequest& request) const = 0;
    /// The position of the page after `page`. Absent with `kEndlessNote` if that is the same page, since such a list
    /// never ends.
    [[nodiscard]] virtual Next next(Settings const& settings, Page const& page) const = 0;
};

/// All styles.
[[nodiscard]] std::span<Style const* const> styles() noexcept;
/// The style of that name; null if there is none.
[[nodiscard]] Style const* find_style(std::string_view name) noexcept;

/// The note if a list ends because its cursor leads to a page that was read before.
inline constexpr std::string_view kEndlessNote =
    "The vendor says that the list goes on with a page that was given already, so it ends here.";
/// The note if the address of the next page is no URL.
inline constexpr std::string_view kNoUrlNote =
    "There may be more records: the vendor's address of the next page is no valid URL.";

/// How a style was written before it had a name of its own: as another one with a flag. Stored definitions still do.
struct FormerForm {
    std::string_view name;
    std::string_view flag;
    Style const* style;
    Settings settings;
};
[[nodiscard]] FormerForm const& former_form();

} // namespace sluice::paging
