#pragma once

#include "base/json.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace sluice::identity {

/// Reads an object that somebody signed or published. Nothing if it is none, is too large or has a member twice, at any
/// depth: two readers could see different objects (RFC 7515 section 4, RFC 7519 section 4).
[[nodiscard]] std::optional<json::object> read_unambiguously(std::string_view text, std::size_t max_bytes);

} // namespace sluice::identity
