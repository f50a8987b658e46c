#pragma once

#include "base/json.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::catalog {

/// Text with `{{context.subdomain}}`-like placeholders.
class Template {
public:
    Template() = default;
    /// Errors: invalid_argument for an unclosed or empty placeholder.
    [[nodiscard]] static Result<Template> parse(std::string_view text);

    /// The dotted paths it reads, in order.
    [[nodiscard]] std::vector<std::string> paths() const;
    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    [[nodiscard]] bool empty() const noexcept { return parts_.empty(); }

    /// Fills the placeholders from `values` (`{"context":{…}}`) as plain text.
    /// Errors: invalid_argument at the path of a value that is absent, not a scalar, or empty.
    [[nodiscard]] Result<std::string> render(json::value const& values) const;
    /// The same from two layers: what `values` has not is taken from `fallback`.
    [[nodiscard]] Result<std::string> render(json::value const& values, json::value const& fallback) const;
    /// The same for a URL: each value is percent-encoded, so that it can neither leave its segment nor change the host.
    [[nodiscard]] Result<std::string> render_url(json::value const& values) const;

private:
    struct Part {
        bool is_placeholder = false;
        std::string text;
    };
    [[nodiscard]] Result<std::string> render_with(json::value const& values, json::value const& fallback,
                                                  bool encode) const;

    std::string text_;
    std::vector<Part> parts_;
};

} // namespace sluice::catalog
