#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::proxy {

// A vendor's text for people and models: one line of valid UTF-8 without markup. In it no `<` has a letter, `/`, `!` or
// `?` behind it. Of a long text only the first 32 KiB are read.

/// The text without tags, with runs of blanks and control characters as one blank, and at most `max_bytes` of it. A tag
/// such as `<id>` that no page has keeps its name, since it stands for a value.
[[nodiscard]] std::string plain_text(std::string_view text, std::size_t max_bytes);

/// Whether a body is text, and not some other bytes.
[[nodiscard]] bool is_text(std::string_view body);

/// What a text body says: its first line, with more lines if that is short.
[[nodiscard]] std::string first_line(std::string_view body, std::size_t max_bytes);

/// What an HTML page says: its title, or its first sentence if the title says nothing.
[[nodiscard]] std::string text_of_page(std::string_view page, std::size_t max_bytes);

/// Whether a text that begins with `<` is HTML rather than XML.
[[nodiscard]] bool is_page(std::string_view text);

/// For each name, in lower case, the text in the first XML element of that name that has one; empty if there is none.
/// Case and the namespace's prefix do not count.
[[nodiscard]] std::vector<std::string> element_texts(std::string_view xml, std::span<std::string_view const> names,
                                                     std::size_t max_bytes);

} // namespace sluice::proxy
