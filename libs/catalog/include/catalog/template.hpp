#pragma once

#include "base/json.hpp"
#include "base/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::catalog {

/// A text with placeholders such as `{{context.subdomain}}`.
class Template {
public:
    Template() = default;
    /// Errors: invalid_argument for an unclosed or empty placeholder.
    [[nodiscard]] static Result<Template> parse(std::string_view text);

    /// The dotted paths of its placeholders, in order.
    [[nodiscard]] std::vector<std::string> paths() const;
    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    [[nodiscard]] bool empty() const noexcept { return parts_.empty(); }

    /// Fills the placeholders from `values` (`{"context":{…}}`) as plain text.
    /// Errors: invalid_argument at the path of a value that is absent, not a scalar, or empty.
    [[nodiscard]] Result<std::string> render(json::value const& values) const;
    /// As `render`; a value that `values` lacks is taken from `fallback`.
    [[nodiscard]] Result<std::string> render(json::value const& values, json::value const& fallback) const;
    /// As `render`, for a URL. In the authority a value must be one label of letters, digits and `-`, or a whole host
    /// name if `allow_whole_host` was called. Elsewhere a value is percent-encoded, so that it cannot leave its
    /// segment.
    [[nodiscard]] Result<std::string> render_url(json::value const& values) const;
    /// The paths of the placeholders in the authority of a URL, in order.
    [[nodiscard]] std::vector<std::string> authority_paths() const;
    /// From now on the value of `path` may be a whole host name. False if the placeholder is only a part of the host.
    [[nodiscard]] bool allow_whole_host(std::string_view path);
    /// Whether the text fixes who owns the host. A placeholder may be only in the leftmost label; the rest must have
    /// two labels or more and must not be a public suffix.
    [[nodiscard]] bool fixes_host() const;
    /// As `render`, for prose: empty texts and booleans are allowed.
    [[nodiscard]] Result<std::string> render_prose(json::value const& values) const;
    /// Writes each value by `write`. Errors: invalid_argument at the path of a value that is absent.
    [[nodiscard]] Result<std::string> render_with(json::value const& values,
                                                  std::function<std::string(json::value const&)> const& write) const;

private:
    enum class Use { plain, url, prose };
    struct Part {
        bool is_placeholder = false;
        std::string text;
        bool is_in_authority =
            false; ///< Whether the part is in the authority of a URL; for a literal part its first character decides.
        bool is_whole_host = false;
    };
    void mark_authority();
    [[nodiscard]] Result<std::string> render_for(json::value const& values, json::value const& fallback, Use use) const;

    std::string text_;
    std::vector<Part> parts_;
};

/// JSON whose texts are templates. A text that is only one placeholder becomes the value itself, so numbers stay
/// numbers. Such a placeholder may end in `?`: then a value that is absent is left out, and with it an object or a list
/// of which nothing is left.
class ValueTemplate {
public:
    ValueTemplate() = default;
    /// Errors: invalid_argument at the path of a text that is not a valid template.
    [[nodiscard]] static Result<ValueTemplate> parse(json::value source);

    /// Errors: invalid_argument at the path of a value that is absent.
    [[nodiscard]] Result<json::value> render(json::value const& values) const;
    /// As `render`; nothing if the whole value was left out.
    [[nodiscard]] Result<std::optional<json::value>> render_if_there(json::value const& values) const;
    /// As `render`, but every text stays a text: other values are written as JSON.
    [[nodiscard]] Result<json::value> render_texts(json::value const& values) const;
    /// The dotted paths of its placeholders, in order.
    [[nodiscard]] std::vector<std::string> paths() const;

private:
    json::value source_ = json::object{};
};

} // namespace sluice::catalog
