#include "tools/filter.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace sluice::tools {
namespace {

bool matches_method(std::string_view word, catalog::Method const& method, std::string_view tool_name)
{
    switch (method.method_class()) {
    case catalog::MethodClass::read:
        if (word == "read")
            return true;
        break;
    case catalog::MethodClass::write:
        if (word == "write")
            return true;
        break;
    case catalog::MethodClass::custom:
        if (word == "custom")
            return true;
        break;
    }
    // Former names count too, since a filter may be older than the new name.
    return word == method.name || word == tool_name || word == method.tool_name || word == method.verb ||
           std::ranges::find(method.former_names, word) != method.former_names.end();
}

bool has_tag(std::string_view tag, catalog::Method const& method)
{
    return std::ranges::find(method.tags, tag) != method.tags.end();
}

std::string known_tags(ToolList const& tools)
{
    std::set<std::string_view> tags;
    for (std::size_t i = 0; i < tools.size(); ++i)
        tags.insert(tools[i].method->tags.begin(), tools[i].method->tags.end());
    return tags.empty() ? std::string("no tool has a tag") : fmt::format("allowed are {}", fmt::join(tags, ", "));
}

template <class Matches>
void check_words(std::vector<std::string> const& words, std::string_view path, ToolList const& tools,
                 std::string const& allowed, Matches const& matches, std::vector<FieldFailure>& failures)
{
    for (std::size_t word = 0; word < words.size(); ++word) {
        bool known = false;
        for (std::size_t i = 0; i < tools.size() && !known; ++i)
            known = matches(words[word], tools[i]);
        if (!known)
            failures.push_back(
                {documents::join_path(path, word), fmt::format("\"{}\" matches no tool; {}", words[word], allowed)});
    }
}

/// How many words two names share, so that `list_tickets` finds `list_all_gorgias_tickets`.
std::size_t common_words(std::string_view a, std::string_view b)
{
    auto const words = [](std::string_view name) {
        std::set<std::string_view> set;
        while (!name.empty()) {
            auto const end = name.find_first_of("_-");
            set.insert(name.substr(0, end));
            name = end == std::string_view::npos ? std::string_view{} : name.substr(end + 1);
        }
        return set;
    };
    auto const first = words(a);
    std::size_t common = 0;
    for (auto const word : words(b))
        common += first.contains(word) ? 1 : 0;
    return common;
}

} // namespace

bool ToolFilter::passes_methods(catalog::Method const& method, std::string_view tool_name) const
{
    return methods.empty() ||
           std::ranges::any_of(methods, [&](auto const& word) { return matches_method(word, method, tool_name); });
}

bool ToolFilter::passes_tags(catalog::Method const& method) const
{
    return tags.empty() || std::ranges::any_of(tags, [&](auto const& tag) { return has_tag(tag, method); });
}

std::vector<bool> apply(ToolFilter const& filter, ToolList const& tools)
{
    std::vector<bool> shown(tools.size());
    for (std::size_t i = 0; i < tools.size(); ++i)
        shown[i] = filter.passes(*tools[i].method, tools[i].name);
    return shown;
}

Result<void> check_filter(ToolFilter const& filter, ToolList const& tools)
{
    std::vector<FieldFailure> failures;
    check_words(
        filter.methods, "config.methods", tools,
        "allowed are read, write, custom, an HTTP verb, or the name of a method or tool",
        [](std::string_view word, Tool const& tool) { return matches_method(word, *tool.method, tool.name); },
        failures);
    check_words(
        filter.tags, "config.tags", tools, known_tags(tools),
        [](std::string_view tag, Tool const& tool) { return has_tag(tag, *tool.method); }, failures);
    auto const shown = apply(filter, tools);
    if (failures.empty() && std::ranges::find(shown, true) == shown.end())
        failures.push_back({"config", "methods and tags together leave no tool"});
    if (!failures.empty())
        return Error{std::move(failures)};
    return {};
}

Result<void> check_tags(std::vector<std::string> const& tags, std::string_view path, ToolList const& tools)
{
    std::vector<FieldFailure> failures;
    check_words(
        tags, path, tools, known_tags(tools),
        [](std::string_view tag, Tool const& tool) { return has_tag(tag, *tool.method); }, failures);
    if (!failures.empty())
        return Error{std::move(failures)};
    return {};
}

std::string explain_hidden(ToolFilter const& filter, Tool const& tool)
{
    if (!filter.passes_methods(*tool.method, tool.name))
        return fmt::format("config.methods of this MCP server is [{}], which leaves out {}.",
                           fmt::join(filter.methods, ", "), tool.name);
    return fmt::format("config.tags of this MCP server is [{}]; {} has the tags [{}].", fmt::join(filter.tags, ", "),
                       tool.name, fmt::join(tool.method->tags, ", "));
}

std::vector<std::string> near_names(ToolList const& tools, std::vector<bool> const& shown, std::string_view name)
{
    std::vector<std::pair<std::size_t, std::string>> ranked;
    for (std::size_t i = 0; i < tools.size(); ++i)
        if (auto const common = common_words(name, tools[i].name); shown[i] && common > 1)
            ranked.emplace_back(common, tools[i].name);
    std::ranges::sort(ranked, [](auto const& a, auto const& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::vector<std::string> names;
    for (auto& [common, tool] : ranked)
        if (names.size() < 3)
            names.push_back(std::move(tool));
    return names;
}

} // namespace sluice::tools
