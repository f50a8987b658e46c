#pragma once

#include "tools/tool.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tools {

/// The words of a list of tools, and how rare each is. Immutable. Making it reads every text of the list.
class SearchIndex {
public:
    /// `tools` must outlive it.
    explicit SearchIndex(ToolList const& tools);
    ~SearchIndex();
    SearchIndex(SearchIndex const&) = delete;
    SearchIndex& operator=(SearchIndex const&) = delete;

    /// The positions of the shown tools that a query in plain words may mean, the most likely first. Rare words count
    /// more than common ones, words of a tool's name more than those of its texts. Verbs find tools that do the same
    /// (`show` a list, `write` a create). A deletion comes last unless the query asks for one. An empty query gives all
    /// shown tools, by name.
    [[nodiscard]] std::vector<std::size_t> find(std::vector<bool> const& shown, std::string_view query) const;

private:
    class Words;
    ToolList const& tools_;
    std::unique_ptr<Words const> words_;
};

/// The names of up to three shown tools that are similar to `name`, the most similar first: by the words that both
/// have, and by spelling.
[[nodiscard]] std::vector<std::string> near_names(ToolList const& tools, std::vector<bool> const& shown,
                                                  std::string_view name);

} // namespace sluice::tools
