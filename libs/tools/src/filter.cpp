#include "tools/filter.hpp"

#include "catalog/naming.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace sluice::tools {
namespace {

using catalog::Vocabulary;

/// Former names count too, since a filter may be older than the new name. On a tenant's server every name began with
/// that of the integration once.
bool is_name_of(std::string_view word, catalog::Method const& method, std::string_view tool_name)
{
    return word == catalog::prefixed_tool_name(method.integration, method.tool_name) ||
           word == catalog::prefixed_tool_name(method.integration, tool_name) || word == method.name ||
           word == tool_name || word == method.tool_name ||
           std::ranges::find(method.former_names, word) != method.former_names.end();
}

/// The calls that decide whether a composed method passes: its writes, or if it has none all of them.
std::vector<catalog::Method const*> deciding_calls(catalog::Method const& method)
{
    std::vector<catalog::Method const*> calls;
    for (auto const* called : method.called)
        if (called->access == method.access)
            calls.push_back(called);
    return calls;
}

bool matches_method(std::string_view word, catalog::Method const& method, std::string_view tool_name,
                    Vocabulary vocabulary)
{
    if (method.composition)
        return is_name_of(word, method, tool_name);
    if (word == "write" && vocabulary != Vocabulary::first)
        return method.access == catalog::Access::write;
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
    return is_name_of(word, method, tool_name) || word == method.verb;
}

bool has_tag(std::string_view tag, catalog::Method const& method, Vocabulary vocabulary)
{
    auto const& tags = method.tags_in(vocabulary);
    return std::ranges::find(tags, tag) != tags.end();
}

std::string known_tags(ToolList const& tools, Vocabulary vocabulary)
{
    std::set<std::string_view> tags;
    for (std::size_t i = 0; i < tools.size(); ++i)
        tags.insert(tools[i].method->tags_in(vocabulary).begin(), tools[i].method->tags_in(vocabulary).end());
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

} // namespace

bool ToolFilter::passes_methods(catalog::Method const& method, std::string_view tool_name) const
{
    bool const is_meant = methods.empty() || std::ranges::any_of(methods, [&](auto const& word) {
                              return matches_method(word, method, tool_name, vocabulary);
                          });
    // A composed method is shown by its name, or where all that it calls is: so no word shows more than it meant.
    // Servers of the first vocabulary get no new writes.
    bool const may_be_new = vocabulary != Vocabulary::first || method.access == catalog::Access::read;
    return is_meant || (method.composition && may_be_new &&
                        std::ranges::all_of(deciding_calls(method), [&](catalog::Method const* called) {
                            return passes_methods(*called, called->tool_name);
                        }));
}

bool ToolFilter::passes_tags(catalog::Method const& method) const
{
    bool const is_meant =
        tags.empty() || std::ranges::any_of(tags, [&](auto const& tag) { return has_tag(tag, method, vocabulary); });
    // It has the tags of all that it calls, so each of its writes must have one of these too.
    return is_meant && std::ranges::all_of(method.called, [&](catalog::Method const* called) {
               return called->access == catalog::Access::read || passes_tags(*called);
           });
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
        [&](std::string_view word, Tool const& tool) {
            return matches_method(word, *tool.method, tool.name, filter.vocabulary);
        },
        failures);
    check_words(
        filter.tags, "config.tags", tools, known_tags(tools, filter.vocabulary),
        [&](std::string_view tag, Tool const& tool) { return has_tag(tag, *tool.method, filter.vocabulary); },
        failures);
    auto const shown = apply(filter, tools);
    if (failures.empty() && std::ranges::find(shown, true) == shown.end())
        failures.push_back({"config", "methods and tags together leave no tool"});
    if (!failures.empty())
        return Error{std::move(failures)};
    return {};
}

Result<void> check_tags(std::vector<std::string> const& tags, std::string_view path, ToolList const& tools,
                        Vocabulary vocabulary)
{
    std::vector<FieldFailure> failures;
    check_words(
        tags, path, tools, known_tags(tools, vocabulary),
        [&](std::string_view tag, Tool const& tool) { return has_tag(tag, *tool.method, vocabulary); }, failures);
    if (!failures.empty())
        return Error{std::move(failures)};
    return {};
}

std::string explain_hidden(ToolFilter const& filter, Tool const& tool)
{
    if (!filter.passes_methods(*tool.method, tool.name))
        return fmt::format("config.methods of this MCP server is [{}], which leaves out {}{}.",
                           fmt::join(filter.methods, ", "), tool.name,
                           tool.method->is_custom() ? ": a custom method, so add custom or its name" : "");
    return fmt::format("config.tags of this MCP server is [{}]; {} has the tags [{}].", fmt::join(filter.tags, ", "),
                       tool.name, fmt::join(tool.method->tags_in(filter.vocabulary), ", "));
}

} // namespace sluice::tools
