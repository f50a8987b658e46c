#pragma once

#include <string>
#include <string_view>

namespace sluice::http {

/// The parts of a `content-type` (RFC 9110 section 8.3.1), in lower case. A text that is no media type gives an empty
/// one.
struct MediaType {
    std::string type;
    std::string subtype;
    std::string charset;

    /// `type/subtype`; empty if there is none.
    [[nodiscard]] std::string essence() const;
    [[nodiscard]] bool empty() const noexcept { return type.empty(); }
    /// `application/json`, `text/json` and every type that ends in `+json`.
    [[nodiscard]] bool is_json() const noexcept;
    [[nodiscard]] bool is_plain_text() const noexcept { return type == "text" && subtype == "plain"; }
};

[[nodiscard]] MediaType parse_media_type(std::string_view text);

} // namespace sluice::http
