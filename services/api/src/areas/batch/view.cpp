#include "view.hpp"

#include "base/json.hpp"
#include "proxy/interpret.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace sluice::api {
namespace {

using batch::NodeResult;

/// Writes a member for each node that has one.
template <class Has, class Write>
void append_members(std::string& out, std::vector<NodeResult> const& nodes, Has const& has, Write const& write)
{
    bool is_first = true;
    for (auto const& node : nodes) {
        if (!std::invoke(has, node))
            continue;
        out.append(is_first ? "" : ",");
        is_first = false;
        json::append_quoted(out, node.name);
        out += ':';
        write(node);
    }
}

void append_records(std::string& out, NodeResult const& node)
{
    out += '[';
    bool is_first = true;
    for (auto const& records : node.records) {
        if (records.empty())
            continue;
        out.append(is_first ? "" : ",").append(records);
        is_first = false;
    }
    out += ']';
}

void append_failures(std::string& out, NodeResult const& node)
{
    out += '[';
    for (auto const& failure : node.failures) {
        out += &failure == &node.failures.front() ? "" : ",";
        out += failure.index ? fmt::format(R"({{"index":{},"error":)", *failure.index) : R"({"index":null,"error":)";
        out.append(failure.error).append("}");
    }
    out += ']';
}

json::object partial_view(batch::Partial const& partial)
{
    json::object view{{"reason", batch::name_of(partial.reason)}, {"message", partial.message}, {"made", partial.made}};
    view["wanted"] = partial.wanted ? json::value(*partial.wanted) : json::value(nullptr);
    if (partial.next_cursor)
        view["next_cursor"] = *partial.next_cursor;
    if (partial.retry_after_s)
        view["retry_after"] = *partial.retry_after_s;
    return view;
}

} // namespace

http::Response batch_response(batch::BatchResult const& done)
{
    auto response = http::json_response(200, std::string());
    auto& out = response.body;
    auto const& nodes = done.nodes;
    auto const has_failures = [](NodeResult const& node) { return !node.failures.empty(); };
    auto const is_partial = [](NodeResult const& node) { return node.partial.has_value(); };
    out = R"({"result":{)";
    append_members(out, nodes, &NodeResult::persist, [&](NodeResult const& node) { append_records(out, node); });
    out += R"(},"errors":{)";
    append_members(out, nodes, has_failures, [&](NodeResult const& node) { append_failures(out, node); });
    out += fmt::format(R"(}},"is_partial":{},"partial":{{)", std::ranges::any_of(nodes, is_partial));
    append_members(out, nodes, is_partial,
                   [&](NodeResult const& node) { out += boost::json::serialize(partial_view(*node.partial)); });
    out += fmt::format(R"(}},"calls":{}}})", done.calls);
    proxy::add_limit_headers(done.limits, response.headers);
    return response;
}

} // namespace sluice::api
