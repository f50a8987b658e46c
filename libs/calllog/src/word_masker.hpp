#pragma once

#include <string>
#include <string_view>

namespace sluice::calllog {

/// Whether a word looks like a secret: it is long and has letters and digits, or begins as tokens do. Ids of ours and
/// UUIDs do not.
[[nodiscard]] bool looks_secret(std::string_view word);
/// Whether a word names a secret: `password`, `api_key`, `X-Auth-Token`.
[[nodiscard]] bool names_secret(std::string_view word);
/// Whether a part of a path may be kept: a word, a number, a version, a UUID or an id of ours.
[[nodiscard]] bool is_plain_segment(std::string_view segment);

enum class Masking {
    named, ///< Values behind the name of a secret, and credentials behind their scheme.
    all,   ///< These, and words that look like secrets.
};

/// Takes secrets out of a text that has no form, or whose form is broken. Linear in its size.
[[nodiscard]] std::string masked_words(std::string_view text, Masking masking);

} // namespace sluice::calllog
