#include "toolcalls/tool_search.hpp"

#include "base/encoding.hpp"
#include "tools/search.hpp"

#include <algorithm>
#include <ranges>

namespace sluice::toolcalls {
namespace {

constexpr std::int64_t kMostFound = 20;
constexpr std::int64_t kFound = 8;
constexpr std::size_t kMostNames = 5;
constexpr std::size_t kMaxQuery = 500;
constexpr std::size_t kShownText = 240;

json::object brief_of(tools::Tool const& tool)
{
    return {{"name", tool.name},
            {"title", tool.title},
            {"description", utf8_prefix(tool.description, kShownText)},
            {"readOnlyHint", tool.method->access == catalog::Access::read}};
}

} // namespace

Result<json::object> search_tools(ToolSet const& tools, json::object const& arguments)
{
    auto const* query = json::string_at(arguments, "query");
    if (query == nullptr || query->size() > kMaxQuery)
        return invalid("query", "is required: text of at most 500 characters");
    auto const* given = arguments.if_contains("limit");
    boost::system::error_code is_no_integer;
    auto const limit = given == nullptr || given->is_null() ? static_cast<std::int64_t>(kFound)
                       : given->is_number()                 ? given->to_number<std::int64_t>(is_no_integer)
                                                            : 0;
    if (is_no_integer || limit < 1 || limit > kMostFound)
        return invalid("limit", "must be an integer from 1 to 20");
    auto const ranked = tools.search(*query);
    json::array found;
    for (auto const position : ranked | std::views::take(limit))
        found.push_back(brief_of(tools.tools()[position]));
    json::object answer{{"matches", ranked.size()}};
    answer["tools"] = std::move(found);
    return answer;
}

Result<json::object> describe_tools(ToolSet const& tools, json::object const& arguments)
{
    auto const* names = json::array_at(arguments, "tool_names");
    if (names == nullptr || names->empty() || names->size() > kMostNames ||
        !std::ranges::all_of(*names, [](auto const& name) { return name.is_string(); }))
        return invalid("tool_names", "must be a list of one to five names");
    json::array described;
    for (auto const& name : *names) {
        auto const* tool = tools.find(name.get_string());
        auto entry = tool != nullptr ? json::parse(tools.entry(*tool)) : Result<json::value>(json::value(nullptr));
        if (tool != nullptr && entry)
            described.push_back(*std::move(entry));
        else
            described.push_back(json::object{{"name", utf8_prefix(name.get_string(), 100)},
                                             {"error", tools.explain(name.get_string()).message}});
    }
    json::object answer;
    answer["tools"] = std::move(described);
    return answer;
}

} // namespace sluice::toolcalls
