#pragma once

#include "base/json.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::catalog {

/// A URI with placeholders `{name}` (RFC 6570, level 1). Each matches one or more characters other than `/`, `?` and
/// `#`.
class UriTemplate {
public:
    UriTemplate() = default;
    /// Errors: invalid_argument for a URI without a scheme, an unclosed or empty placeholder, or two side by side.
    [[nodiscard]] static Result<UriTemplate> parse(std::string_view text);

    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    [[nodiscard]] bool has_placeholders() const noexcept { return parts_.size() > 1; }
    /// The percent-decoded values of the placeholders, if `uri` matches; else nothing.
    [[nodiscard]] std::optional<json::object> match(std::string_view uri) const;

private:
    struct Part {
        std::string literal; ///< The text before the placeholder.
        std::string name;    ///< Empty in the last part.
    };
    std::string text_;
    std::vector<Part> parts_;
};

} // namespace sluice::catalog
