#include "run.hpp"

#include "http_api/error_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace sluice::batch {
namespace {

constexpr int kFailedDependency = 424; // RFC 4918 section 11.4

/// Puts `value` in place of the member at a dotted path of objects.
void put(json::value& root, std::string_view path, json::value const& value)
{
    auto* at = &root;
    while (!path.empty()) {
        auto const name = path.substr(0, path.find('.'));
        at = &at->as_object()[name];
        path.remove_prefix(std::min(path.size(), name.size() + 1));
    }
    *at = value;
}

} // namespace

Run::Run(Plan const& plan, Bounds& bounds)
    : plan_(plan)
    , bounds_(bounds)
    , states_(plan.nodes.size())
{
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        states_[i].result.name = plan.nodes[i].name;
        states_[i].result.persist = plan.nodes[i].persist;
    }
    settle();
}

std::optional<Run::Item> Run::take()
{
    if (bounds_.stopped())
        return std::nullopt;
    for (std::size_t i = 0; i < states_.size(); ++i) {
        auto& state = states_[i];
        if (state.phase != Phase::running || state.next == state.iterations.size())
            continue;
        ++state.busy;
        ++busy_;
        return Item{i, state.next++};
    }
    return std::nullopt;
}

void Run::end(Item item)
{
    --states_[item.node].busy;
    --busy_;
    settle();
}

void Run::settle()
{
    for (bool has_changed = true; has_changed;) {
        has_changed = false;
        for (std::size_t i = 0; i < states_.size(); ++i)
            has_changed = settle(i) || has_changed;
    }
}

bool Run::settle(std::size_t node)
{
    auto& state = states_[node];
    if (state.phase == Phase::running) {
        if (state.busy > 0 || state.next < state.wanted || state.was_cut > 0)
            return false;
        bool const has_failed = state.failed > 0 && (state.failed == state.wanted);
        state.phase = has_failed ? Phase::failed : Phase::succeeded;
        return true;
    }
    if (state.phase != Phase::waiting)
        return false;
    auto const& before = plan_.nodes[node].waits_for;
    auto const failed = std::ranges::find_if(before, [&](auto other) { return states_[other].phase == Phase::failed; });
    if (failed != before.end()) {
        skip(node, *failed);
        return true;
    }
    if (bounds_.stopped() ||
        !std::ranges::all_of(before, [&](auto other) { return states_[other].phase == Phase::succeeded; }))
        return false;
    begin(node);
    return true;
}

void Run::begin(std::size_t node)
{
    auto const& planned = plan_.nodes[node];
    auto& state = states_[node];
    // A run takes at least one call, so the last of these finds that there are no more.
    auto const add = [&](Iteration iteration) {
        if (++state.wanted <= bounds_.limits().calls + 1)
            state.iterations.push_back(std::move(iteration));
    };
    if (!planned.loops_on_argument.empty()) {
        for (auto const& element : json::find_path(plan_.args, planned.loops_on_argument)->as_array())
            add({{}, &element});
    } else if (planned.loops_on) {
        auto const& outer = states_[*planned.loops_on];
        for (std::size_t i = 0; i < outer.records.size(); ++i)
            for (auto const& record : outer.records[i]) {
                auto records = outer.iterations[i].records;
                records.emplace_back(*planned.loops_on, &record);
                add({std::move(records), nullptr});
            }
    } else {
        add({});
    }
    state.phase = Phase::running;
    state.records.resize(state.iterations.size());
    state.result.records.resize(state.iterations.size());
}

void Run::skip(std::size_t node, std::size_t because)
{
    states_[node].phase = Phase::failed;
    json::object error{{"statusCode", kFailedDependency}, {"error", "Failed Dependency"}};
    error["message"] = fmt::format("Not run, since {} has failed.", plan_.nodes[because].name);
    states_[node].result.failures.push_back({std::nullopt, boost::json::serialize(error)});
}

json::value const* Run::record_for(Item item, std::size_t other) const
{
    auto const& iteration = states_[item.node].iterations[item.index];
    for (auto const& [node, record] : iteration.records)
        if (node == other)
            return record;
    auto const& records = states_[other].records;
    return records.empty() || records.front().empty() ? nullptr : &records.front().front();
}

json::value Run::values_of(Item item) const
{
    auto const& planned = plan_.nodes[item.node];
    json::object resources;
    for (auto const other : planned.reads)
        if (auto const* record = record_for(item, other))
            resources[plan_.nodes[other].name] = *record;
    json::object values;
    values["resources"] = std::move(resources);
    auto& args = values["args"] = plan_.args;
    if (auto const* element = states_[item.node].iterations[item.index].element)
        put(args, planned.loops_on_argument, *element);
    return values;
}

void Run::add(Item item, std::string records)
{
    has_succeeded_ = true;
    if (records.empty())
        return;
    auto& state = states_[item.node];
    if (plan_.nodes[item.node].is_read)
        if (auto parsed = json::parse('[' + records + ']', {.max_bytes = SIZE_MAX, .max_depth = 128}))
            for (auto& record : parsed->get_array())
                state.records[item.index].push_back(std::move(record));
    auto& text = state.result.records[item.index];
    text.append(text.empty() ? "" : ",").append(records);
    bounds_.count_bytes(records.size());
}

void Run::fail(Item item, std::string error)
{
    auto& state = states_[item.node];
    auto const& planned = plan_.nodes[item.node];
    bool const has_loop = planned.loops_on || !planned.loops_on_argument.empty();
    ++state.failed;
    bounds_.count_bytes(error.size());
    state.result.failures.push_back({has_loop ? std::optional(item.index) : std::nullopt, std::move(error)});
}

void Run::cut(Item item, std::optional<std::string> next_cursor)
{
    auto& state = states_[item.node];
    ++state.was_cut;
    if (state.wanted == 1)
        state.next_cursor = std::move(next_cursor);
}

void Run::note(Item item, std::string message)
{
    states_[item.node].note = std::move(message);
}

Partial Run::partial_of(State& state) const
{
    auto partial = *bounds_.stopped();
    partial.made = state.next - state.was_cut;
    partial.next_cursor = std::move(state.next_cursor);
    if (state.phase != Phase::waiting)
        partial.wanted = state.wanted;
    return partial;
}

std::vector<NodeResult> Run::take_results() &&
{
    auto const is_open = [](State const& state) {
        return state.phase == Phase::waiting || state.phase == Phase::running;
    };
    if (!bounds_.stopped() && std::ranges::any_of(states_, is_open))
        bounds_.stop_for_calls();
    std::vector<NodeResult> results;
    for (auto& state : states_) {
        if (is_open(state))
            state.result.partial = partial_of(state);
        else if (!state.note.empty())
            state.result.partial = Partial{Reason::vendor, std::move(state.note), state.next, state.wanted, {}, {}};
        std::ranges::sort(state.result.failures, {}, &Failure::index);
        results.push_back(std::move(state.result));
    }
    return results;
}

} // namespace sluice::batch
