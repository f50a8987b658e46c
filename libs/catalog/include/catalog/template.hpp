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
    /// The same for a URL. In the authority a value is one label of letters, digits and `-`, or a whole host where
    /// `allow_whole_host` said so; elsewhere it is percent-encoded, so that it cannot leave its segment.
    [[nodiscard]] Result<std::string> render_url(json::value const& values) const;
    /// The paths that stand in the authority of a URL, in order.
    [[nodiscard]] std::vector<std::string> authority_paths() const;
    /// Takes host names for `path` instead of one label. False if the placeholder is not a whole host.
    [[nodiscard]] bool allow_whole_host(std::string_view path);
    /// Whether the text fixes the host: a placeholder stands at most in the leftmost label, and what follows has two
    /// labels or more and is no public suffix, so that whoever fills it in cannot choose whose host it is.
    [[nodiscard]] bool fixes_host() const;
    /// The same for prose: empty texts and flags are fine.
    [[nodiscard]] Result<std::string> render_prose(json::value const& values) const;

private:
    enum class Use { plain, url, prose };
    struct Part {
        bool is_placeholder = false;
        std::string text;
        bool is_in_authority = false; ///< Of a URL. A literal part is where its first character is.
        bool is_whole_host = false;
    };
    void mark_authority();
    [[nodiscard]] Result<std::string> render_with(json::value const& values, json::value const& fallback,
                                                  Use use) const;

    std::string text_;
    std::vector<Part> parts_;
};

/// JSON whose texts are templates. A text that is one placeholder and nothing else becomes the value itself, so that
/// numbers stay numbers.
class ValueTemplate {
public:
    ValueTemplate() = default;
    /// Errors: invalid_argument at the path of a text that is no template.
    [[nodiscard]] static Result<ValueTemplate> parse(json::value source);

    /// Errors: invalid_argument at the path of a value that is absent.
    [[nodiscard]] Result<json::value> render(json::value const& values) const;
    /// The same, every text a text again: what is no text is written as JSON.
    [[nodiscard]] Result<json::value> render_texts(json::value const& values) const;
    /// The dotted paths it reads, in order.
    [[nodiscard]] std::vector<std::string> paths() const;

private:
    json::value source_ = json::object{};
};

} // namespace sluice::catalog
