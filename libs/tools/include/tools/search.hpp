#pragma once

#include "tools/tool.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tools {

/// The positions of the shown tools that a query in plain words may mean, the most likely first. Rare words count more
/// than common ones, words of a tool's name more than those of its texts. Verbs find tools that do the same (`show` a
/// list, `write` a create). A deletion comes last unless the query asks for one. An empty query gives all shown tools,
/// by name.
[[nodiscard]] std::vector<std::size_t> find_by_words(ToolList const& tools, std::vector<bool> const& shown,
                                                     std::string_view query);

/// The names of up to three shown tools that are similar to `name`, the most similar first: by the words that both
/// have, and by spelling.
[[nodiscard]] std::vector<std::string> near_names(ToolList const& tools, std::vector<bool> const& shown,
                                                  std::string_view name);

} // namespace sluice::tools
