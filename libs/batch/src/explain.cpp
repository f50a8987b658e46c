#include "batch/graph.hpp"

#include "tools/arguments.hpp"

namespace sluice::batch {
namespace {

/// What stands in the path for a parameter: the text that the caller gave, or else the parameter's name.
std::string given_for(PlannedNode const& node, std::string const& parameter)
{
    if (!node.given_id.is_null() && node.method->own_id() == parameter)
        return tools::text_of_argument(node.given_id);
    auto const* given = node.given_query.if_contains(parameter);
    return given != nullptr ? tools::text_of_argument(*given) : '{' + parameter + '}';
}

std::string url_of(PlannedNode const& node, std::string_view base_url)
{
    std::string url(base_url);
    for (auto const& part : node.method->path)
        url += part.is_parameter ? given_for(node, part.text) : part.text;
    char separator = '?';
    for (auto const& [name, value] : node.given_query) {
        auto const* parameter = node.method->find_parameter(name);
        bool const is_ours = node.method->paginated && (name == "limit" || name == "next_cursor");
        if (is_ours || (parameter != nullptr && parameter->in_path))
            continue;
        url.append(1, separator).append(name).append("=").append(tools::text_of_argument(value));
        separator = '&';
    }
    return url;
}

json::value loop_of(Plan const& plan, PlannedNode const& node)
{
    if (node.loops_on)
        return json::value(plan.nodes[*node.loops_on].name);
    return node.loops_on_argument.empty() ? json::value(nullptr) : json::value("args." + node.loops_on_argument);
}

} // namespace

json::object explain(Plan const& plan, std::string_view base_url)
{
    json::array nodes;
    std::size_t calls = 0;
    for (auto const& node : plan.nodes) {
        json::array waits_for;
        for (auto const other : node.waits_for)
            waits_for.emplace_back(plan.nodes[other].name);
        json::object shown{{"name", node.name}, {"resource", node.method->resource}, {"method", node.method->name}};
        shown["access"] = node.method->access == catalog::Access::write ? "write" : "read";
        shown["http_method"] = node.method->verb;
        shown["url"] = url_of(node, base_url);
        shown["waits_for"] = std::move(waits_for);
        shown["loops_on"] = loop_of(plan, node);
        shown["calls_at_least"] = node.calls_at_least;
        calls += node.calls_at_least;
        nodes.push_back(std::move(shown));
    }
    json::object answer;
    answer["plan"] = std::move(nodes);
    answer["calls_at_least"] = calls;
    return answer;
}

} // namespace sluice::batch
