#pragma once

#include "http_api/message.hpp"

#include <string>
#include <string_view>

namespace sluice::safeguards {

/// Writes status, headers and `body` as text, so that they can be answered again. A vendor's limits are left out, since
/// they are true only once.
[[nodiscard]] std::string kept_text(http::Response const& answer);
/// Reads the text back. Errors: internal if the text is not of `kept_text`.
[[nodiscard]] Result<http::Response> kept_answer(std::string_view text);
/// What is kept in place of an answer of this status whose body cannot be kept, and `why`.
[[nodiscard]] http::Response answer_left_out(int status, std::string_view why);

} // namespace sluice::safeguards
