#pragma once

#include "base/json.hpp"

#include <span>
#include <string>
#include <string_view>

namespace sluice::calllog {

/// What stands in place of what was taken out.
inline constexpr std::string_view kMask = "…";

/// Takes out of a text what looks like a secret: words of 20 or more characters with letters and digits (ids of ours
/// and UUIDs stay), words with the prefix of a known kind of token, what follows `password`, `secret`, `token`, `key`
/// or `Bearer`. At most `most` bytes of the text are kept.
[[nodiscard]] std::string masked(std::string_view text, std::size_t most = 500);

/// Takes the texts of 4 or more characters that stand anywhere in `values` out of a text: a vendor often repeats what
/// it was sent.
[[nodiscard]] std::string without_values(std::string text, json::value const& values);

/// The name that a client gives of itself or of what it calls, without what looks like a secret.
[[nodiscard]] std::string masked_name(std::string_view text);

/// The body of a call as it is stored, sealed: JSON without the values of members that name a secret (`password`,
/// `api_key`, `accessToken`) or are one of `names`, also inside texts that are JSON; of another text what `masked`
/// keeps.
[[nodiscard]] std::string redacted_body(std::string const& text, std::span<std::string const> names);

/// A URL without its query and without its user. Of the path stay words, numbers, versions (`v2`), UUIDs and ids of
/// ours; other parts with digits are masked.
[[nodiscard]] std::string masked_url(std::string_view url);

} // namespace sluice::calllog
