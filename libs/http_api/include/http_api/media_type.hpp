#pragma once

#include <string>
#include <string_view>

namespace sluice::http {

/// A `content-type` taken apart (RFC 9110 section 8.3.1): names are compared without case, so they are kept in lower
/// case here. What is no media type is empty.
struct MediaType {
    std::string type;
    std::string subtype;
    std::string charset;

    /// `type/subtype`; empty if there is none.
    [[nodiscard]] std::string essence() const;
    [[nodiscard]] bool empty() const noexcept { return type.empty(); }
    /// `application/json`, `text/json` and whatever is written in JSON (`+json`).
    [[nodiscard]] bool is_json() const noexcept;
    [[nodiscard]] bool is_plain_text() const noexcept { return type == "text" && subtype == "plain"; }
};

[[nodiscard]] MediaType parse_media_type(std::string_view text);

} // namespace sluice::http
