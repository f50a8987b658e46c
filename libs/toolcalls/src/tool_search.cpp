#include "toolcalls/tool_search.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

namespace sluice::toolcalls {
namespace {

constexpr std::int64_t kMostFound = 20;
constexpr std::int64_t kFound = 8;
constexpr std::size_t kMostNames = 5;
constexpr std::size_t kMaxQuery = 500;
constexpr std::size_t kShownText = 240;
/// A word in the tool's name counts more than a word in its description.
constexpr int kNameWeight = 3;

/// Lower-case words of letters and digits; a final s is dropped, so that tickets finds ticket.
std::set<std::string> words_of(std::string_view text)
{
    std::set<std::string> words;
    std::string word;
    auto const end = [&] {
        if (word.size() > 3 && word.ends_with('s'))
            word.pop_back();
        if (word.size() > 1)
            words.insert(word);
        word.clear();
    };
    for (char const c : to_lower(text)) {
        bool const is_part = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) > 0x7f;
        if (is_part)
            word += c;
        else
            end();
    }
    end();
    return words;
}

int score_of(tools::Tool const& tool, std::set<std::string> const& wanted)
{
    auto const name = words_of(tool.name + ' ' + tool.title);
    auto const text = words_of(tool.description);
    int score = 0;
    for (auto const& word : wanted)
        score += name.contains(word) ? kNameWeight : (text.contains(word) ? 1 : 0);
    return score;
}

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
    auto const wanted = words_of(*query);
    std::vector<std::tuple<int, std::size_t, tools::Tool const*>> ranked; // By score, then by the order of the list.
    for (std::size_t i = 0; i < tools.tools().size(); ++i) {
        auto const& tool = tools.tools()[i];
        auto const score = score_of(tool, wanted);
        if (tools.is_shown(i) && (score > 0 || wanted.empty()))
            ranked.emplace_back(-score, i, &tool);
    }
    std::ranges::sort(ranked);
    auto const most = static_cast<std::size_t>(limit);
    json::array found;
    for (auto const& [score, position, tool] : ranked)
        if (found.size() < most)
            found.push_back(brief_of(*tool));
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
        auto entry = tool != nullptr ? json::parse(tool->list_entry) : Result<json::value>(json::value(nullptr));
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
