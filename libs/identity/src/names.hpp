#pragma once

#include "base/secret.hpp"
#include "identity/user.hpp"

#include <cstddef>
#include <string_view>

namespace sluice::identity {

inline constexpr std::size_t kLongestName = 200; ///< In bytes.
inline constexpr char kNameRule[] = "must be text of at most 200 bytes in one line";

/// Whether a person's name can stand in a list and in a letter. An empty one can.
[[nodiscard]] bool is_name(std::string_view text) noexcept;

/// The page that uses a link, with its secret behind `#`, which no browser sends.
[[nodiscard]] Secret url_of(std::string_view public_url, LinkKind kind, Secret const& secret);

} // namespace sluice::identity
