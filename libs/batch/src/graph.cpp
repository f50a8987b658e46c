#include "batch/graph.hpp"

#include "base/near.hpp"
#include "proxy/parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::batch {
namespace {

constexpr std::size_t kMostName = 64;
constexpr std::size_t kNobody = SIZE_MAX;
constexpr std::string_view kOfNodes = "resources.";
constexpr std::string_view kOfArgs = "args.";

bool is_name(std::string_view text)
{
    return !text.empty() && text.size() <= kMostName && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

void add_unique(std::vector<std::size_t>& list, std::size_t value)
{
    if (std::ranges::find(list, value) == list.end())
        list.push_back(value);
}

std::string cut(std::string_view text)
{
    return std::string(text.substr(0, kMostName));
}

class Planner {
public:
    Planner(catalog::Integration const& integration, Batch batch)
        : integration_(integration)
        , batch_(std::move(batch))
    {
    }

    Result<Plan> run()
    {
        if (batch_.nodes.empty())
            return invalid("resources", "must have at least one node");
        if (batch_.nodes.size() > kMostNodes)
            return invalid("resources", fmt::format("must have at most {} nodes", kMostNodes));
        plan_.args = std::move(batch_.args);
        for (std::size_t i = 0; i < batch_.nodes.size(); ++i)
            add_node(i);
        if (failures_.empty())
            for (std::size_t i = 0; i < batch_.nodes.size(); ++i)
                connect(i);
        if (failures_.empty())
            put_in_order();
        if (failures_.empty())
            for (auto const i : order_) {
                choose_loop(i);
                count_calls(i);
                check_parts(i);
            }
        if (!failures_.empty())
            return Error{std::move(failures_)};
        return std::move(plan_);
    }

private:
    void fail(std::size_t node, std::string_view member, std::string message)
    {
        failures_.push_back(
            {fmt::format("resources[{}]{}{}", node, member.empty() ? "" : ".", member), std::move(message)});
    }

    void add_node(std::size_t i)
    {
        auto& wanted = batch_.nodes[i];
        PlannedNode node;
        node.name = wanted.name.empty() ? wanted.resource : wanted.name;
        node.persist = wanted.persist;
        node.method = method_of(i);
        if (!is_name(node.name) && !wanted.name.empty())
            fail(i, "name", fmt::format("must be 1 to {} of A-Z a-z 0-9 - _", kMostName));
        else if (position_of(node.name) != kNobody)
            fail(i, wanted.name.empty() ? "resource" : "name",
                 fmt::format("{} is the name of another node: give each a name of its own", cut(node.name)));
        node.given_id = wanted.id;
        node.given_query = wanted.query;
        if (!wanted.id.is_null())
            node.id = parsed(i, "id", std::move(wanted.id));
        node.query = parsed(i, "query", json::value(std::move(wanted.query)));
        if (!wanted.body.is_null())
            node.body = parsed(i, "body", std::move(wanted.body));
        plan_.nodes.push_back(std::move(node));
    }

    catalog::ValueTemplate parsed(std::size_t i, std::string_view member, json::value source)
    {
        auto made = catalog::ValueTemplate::parse(std::move(source));
        if (!made)
            fail(i, member, made.error().public_detail());
        return made ? *std::move(made) : catalog::ValueTemplate();
    }

    catalog::Method const* method_of(std::size_t i)
    {
        auto const& wanted = batch_.nodes[i];
        auto const found =
            proxy::rest_method(integration_, wanted.resource, wanted.method.empty() ? "list" : wanted.method);
        if (found)
            return *found;
        fail(i, integration_.has_resource(wanted.resource) ? "method" : "resource", found.error().public_detail());
        return nullptr;
    }

    std::size_t position_of(std::string_view name) const
    {
        auto const found = std::ranges::find(plan_.nodes, name, &PlannedNode::name);
        return found == plan_.nodes.end() ? kNobody : static_cast<std::size_t>(found - plan_.nodes.begin());
    }

    /// The node of that name, which must be another one.
    std::size_t other_node(std::size_t i, std::string_view member, std::string_view name)
    {
        auto const position = position_of(name);
        std::vector<std::string> names;
        for (auto const& node : plan_.nodes)
            names.push_back(node.name);
        if (position == kNobody)
            fail(i, member,
                 fmt::format("there is no node {}{}; there are {}", cut(name), did_you_mean(names, name),
                             fmt::join(names, ", ")));
        else if (position == i)
            fail(i, member, "is the node itself");
        return position == i ? kNobody : position;
    }

    void connect(std::size_t i)
    {
        auto& node = plan_.nodes[i];
        auto const& wanted = batch_.nodes[i];
        for (std::size_t k = 0; k < wanted.depends_on.size(); ++k)
            if (auto const other = other_node(i, fmt::format("depends_on[{}]", k), wanted.depends_on[k]);
                other != kNobody)
                add_unique(node.waits_for, other);
        if (wanted.loop_on.find("{{") != std::string::npos)
            loop_on_argument(i, wanted.loop_on);
        else if (!wanted.loop_on.empty())
            if (auto const other = other_node(i, "loop_on", wanted.loop_on); other != kNobody) {
                node.loops_on = other;
                add_unique(node.waits_for, other);
            }
        if (node.id)
            read(i, "id", *node.id);
        read(i, "query", node.query);
        if (node.body)
            read(i, "body", *node.body);
    }

    void loop_on_argument(std::size_t i, std::string_view text)
    {
        constexpr std::string_view kAllowed = "must be the name of a node, or a list of the args: {{args.ids}}";
        auto const parsed = catalog::Template::parse(text);
        auto const paths = parsed ? parsed->paths() : std::vector<std::string>{};
        if (paths.size() != 1 || !paths.front().starts_with(kOfArgs) || text != "{{" + paths.front() + "}}")
            return fail(i, "loop_on", std::string(kAllowed));
        auto const path = paths.front().substr(kOfArgs.size());
        auto const* list = json::find_path(plan_.args, path);
        if (list == nullptr || !list->is_array())
            return fail(i, "loop_on", fmt::format("args.{} is no list", cut(path)));
        plan_.nodes[i].loops_on_argument = path;
    }

    /// Notes which nodes a template reads.
    void read(std::size_t i, std::string_view member, catalog::ValueTemplate const& value)
    {
        for (auto const& path : value.paths()) {
            if (path.starts_with(kOfArgs))
                continue;
            if (!path.starts_with(kOfNodes)) {
                fail(i, member,
                     fmt::format(
                         "{{{{{}}}}} cannot be read: placeholders read args.<name> and resources.<node>.<member>",
                         cut(path)));
                continue;
            }
            auto const rest = std::string_view(path).substr(kOfNodes.size());
            auto const other = other_node(i, member, rest.substr(0, rest.find('.')));
            if (other == kNobody)
                continue;
            add_unique(plan_.nodes[i].reads, other);
            add_unique(plan_.nodes[i].waits_for, other);
        }
    }

    /// Every node after those that it waits for. Finds circles, and chains that are too long.
    void put_in_order()
    {
        std::vector<std::size_t> depth(plan_.nodes.size(), 0);
        std::vector<bool> is_placed(plan_.nodes.size(), false);
        for (bool has_moved = true; has_moved && order_.size() < plan_.nodes.size();) {
            has_moved = false;
            for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
                auto const& before = plan_.nodes[i].waits_for;
                if (is_placed[i] || !std::ranges::all_of(before, [&](auto other) { return is_placed[other]; }))
                    continue;
                for (auto const other : before)
                    depth[i] = std::max(depth[i], depth[other] + 1);
                if (depth[i] == kMostDepth)
                    fail(i, "depends_on",
                         fmt::format("at most {} nodes may wait for one another in a row", kMostDepth));
                is_placed[i] = has_moved = true;
                order_.push_back(i);
            }
        }
        if (order_.size() < plan_.nodes.size())
            fail_at_circle(is_placed);
    }

    /// Each node that is left waits for another that is left, so following them leads into a circle.
    void fail_at_circle(std::vector<bool> const& is_placed)
    {
        auto at = static_cast<std::size_t>(std::ranges::find(is_placed, false) - is_placed.begin());
        std::vector<std::size_t> way;
        while (std::ranges::find(way, at) == way.end()) {
            way.push_back(at);
            at = *std::ranges::find_if(plan_.nodes[at].waits_for, [&](auto other) { return !is_placed[other]; });
        }
        way.erase(way.begin(), std::ranges::find(way, at));
        way.push_back(at);
        std::vector<std::string_view> names;
        for (auto const each : way)
            names.push_back(plan_.nodes[each].name);
        fail(at, plan_.nodes[at].loops_on ? "loop_on" : "depends_on",
             fmt::format("the nodes wait for one another in a circle: {}", fmt::join(names, " for ")));
    }

    /// Whether a node that loops on `start` has a record of `other` in each iteration.
    bool is_in_loop(std::optional<std::size_t> start, std::size_t other) const
    {
        for (auto at = start; at; at = plan_.nodes[*at].loops_on)
            if (*at == other)
                return true;
        return false;
    }

    void choose_loop(std::size_t i)
    {
        auto& node = plan_.nodes[i];
        std::vector<std::size_t> open; // Nodes of several records, of which no single one is meant yet.
        for (auto const other : node.reads)
            if (plan_.nodes[other].gives_many() && !is_in_loop(node.loops_on, other))
                open.push_back(other);
        bool const loops = node.loops_on || !node.loops_on_argument.empty();
        // Of several, the one that loops on the others is meant.
        auto const inner = std::ranges::find_if(open, [&](auto candidate) {
            return std::ranges::all_of(open, [&](auto other) { return is_in_loop(candidate, other); });
        });
        if (!open.empty() && !loops && inner != open.end())
            node.loops_on = *inner;
        else if (!open.empty())
            fail(i, "loop_on",
                 fmt::format("{} gives several records, and this node {}: say in loop_on which node's records it runs "
                             "for, one by one",
                             plan_.nodes[open.front()].name, loops ? "loops on another" : "reads several such nodes"));
        for (auto const other : node.reads)
            plan_.nodes[other].is_read = true;
        if (node.loops_on)
            plan_.nodes[*node.loops_on].is_read = true;
    }

    void count_calls(std::size_t i)
    {
        auto& node = plan_.nodes[i];
        if (!node.loops_on_argument.empty())
            node.calls_at_least = json::find_path(plan_.args, node.loops_on_argument)->as_array().size();
        else if (node.loops_on)
            node.calls_at_least = plan_.nodes[*node.loops_on].gives_many() ? 0 : 1;
    }

    /// Whether the vendor's path has all its values. What a placeholder gives is not known yet; its text stands for it.
    void check_parts(std::size_t i)
    {
        auto const& wanted = plan_.nodes[i];
        PlannedNode shown = wanted;
        json::object query;
        for (auto const& [name, value] : wanted.given_query)
            if (name != "limit" || !value.is_string())
                query[name] = value.is_string() ? json::value("x") : value;
        shown.query = *catalog::ValueTemplate::parse(json::value(std::move(query)));
        if (wanted.id)
            shown.id = *catalog::ValueTemplate::parse(json::value("x"));
        shown.body.reset();
        auto const parts = parts_of(shown, json::object{});
        if (!parts)
            for (auto const& failure : parts.error().failures())
                fail(i, failure.path, failure.message);
    }

    catalog::Integration const& integration_;
    Batch batch_;
    Plan plan_;
    std::vector<std::size_t> order_;
    std::vector<FieldFailure> failures_;
};

} // namespace

Result<Plan> plan(catalog::Integration const& integration, Batch batch)
{
    return Planner(integration, std::move(batch)).run();
}

} // namespace sluice::batch
