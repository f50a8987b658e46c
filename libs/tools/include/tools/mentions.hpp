#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tools {

/// An entry of `tools/list` without the sentences of its descriptions that name a tool for which `is_missing` says
/// true: a client calls only what is listed, so the advice would lead nowhere. The same bytes if there is no such
/// sentence. A description that has nothing else keeps its text.
[[nodiscard]] std::string without_mentions(std::string const& list_entry,
                                           std::function<bool(std::string_view name)> const& is_missing);

/// A text without its parts that name a tool for which `is_missing` says true: a sentence is cut at the last mark
/// before the name. The text itself if nothing else would be left.
[[nodiscard]] std::string cut_mentions(std::string_view text,
                                       std::function<bool(std::string_view name)> const& is_missing);

/// The sentences of a text, each with the blanks after it.
[[nodiscard]] std::vector<std::string_view> sentences_of(std::string_view text);

/// The words of a text that may be names of tools: of letters, digits and at least one `_`.
[[nodiscard]] std::vector<std::string_view> names_in(std::string_view text);

} // namespace sluice::tools
