#pragma once

#include "batch/graph.hpp"

#include <string>
#include <string_view>

namespace sluice::batch::test {

/// A batch as a caller writes it: `[{"resource":"tickets","loop_on":"…"}]`, with `args` of its own.
inline Batch written(std::string_view nodes, std::string_view args = "{}")
{
    Batch batch;
    batch.args = json::parse(args)->as_object();
    auto const text = [](json::object const& from, std::string_view name) {
        auto const* found = json::string_at(from, name);
        return found == nullptr ? std::string() : std::string(*found);
    };
    for (auto const& each : json::parse(nodes)->as_array()) {
        auto const& given = each.as_object();
        Node node;
        node.name = text(given, "name");
        node.resource = text(given, "resource").empty() ? "tickets" : text(given, "resource");
        node.method = text(given, "method");
        node.loop_on = text(given, "loop_on");
        if (auto const* id = given.if_contains("id"))
            node.id = *id;
        if (auto const* body = given.if_contains("body"))
            node.body = *body;
        if (auto const* query = json::object_at(given, "query"))
            node.query = *query;
        if (auto const* names = given.if_contains("depends_on"))
            node.depends_on = json::texts_in(*names);
        if (auto const* persist = given.if_contains("persist"))
            node.persist = persist->as_bool();
        batch.nodes.push_back(std::move(node));
    }
    return batch;
}

} // namespace sluice::batch::test
