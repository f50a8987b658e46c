#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "catalog/call_parts.hpp"
#include "catalog/integration.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::batch {

/// A node as the caller describes it.
struct Node {
    std::string name; ///< Of its records, in the result and in placeholders; empty: the resource.
    std::string resource;
    std::string method; ///< Empty: `list`, or `get` of a resource that has only one item.
    json::value id;     ///< Of the item: a text, which may have placeholders, or a number. Null: there is none.
    json::object query; ///< Values may have placeholders.
    json::value body;   ///< As `query`. Null: there is none.
    std::vector<std::string> depends_on; ///< Names of nodes that must have succeeded before.
    /// The name of the node for each of whose records this one runs; or `{{args.ids}}`, a list of the caller's own.
    std::string loop_on;
    bool persist = true; ///< Whether its records are in the result.
};

struct Batch {
    json::object args; ///< Values of the caller's own, which placeholders read as `args.…`.
    std::vector<Node> nodes;
};

inline constexpr std::size_t kMostNodes = 50;
inline constexpr std::size_t kMostDepth = 10; ///< The most nodes that wait for one another in a row.

/// A node that can be run. Nodes are named by their positions.
struct PlannedNode {
    std::string name;
    catalog::Method const* method = nullptr;
    std::optional<catalog::ValueTemplate> id;
    catalog::ValueTemplate query;
    std::optional<catalog::ValueTemplate> body;
    json::value given_id; ///< As the caller wrote it, and the next one too.
    json::object given_query;
    std::vector<std::size_t> waits_for;
    std::vector<std::size_t> reads; ///< The nodes whose records its placeholders read; all are in `waits_for`.
    std::optional<std::size_t> loops_on;
    std::string loops_on_argument; ///< The path in `args` of the list that it loops on; mostly empty.
    bool is_read = false;          ///< Whether another node reads its records, or loops on them.
    bool persist = true;
    std::size_t calls_at_least = 1;

    /// Whether it may give several records.
    [[nodiscard]] bool gives_many() const { return method->is_list() || loops_on || !loops_on_argument.empty(); }
};

/// A graph that was checked. The nodes point into the integration, which must live as long.
struct Plan {
    json::value args; ///< An object.
    std::vector<PlannedNode> nodes;
};

/// Checks a graph. A node without `loop_on` whose placeholders read one node that gives several records loops on that.
/// Inside a loop, the records of the nodes on which that node loops are read too. Errors: invalid_argument with every
/// mistake and its path (`resources[1].depends_on`).
[[nodiscard]] Result<Plan> plan(catalog::Integration const& integration, Batch batch);

/// Shows a plan (api-spec, `BatchPlan`). `base_url` is the vendor's address.
[[nodiscard]] json::object explain(Plan const& plan, std::string_view base_url);

/// The parts of one call of a node; `values` is `{args, resources: {<name>: record}}`. `limit` is the most records that
/// the caller wants, also above a page. Errors: invalid_argument at `id`, `query.<name>` or `body`, or at the path of a
/// value that a placeholder does not find.
[[nodiscard]] Result<catalog::CallParts> parts_of(PlannedNode const& node, json::value const& values);

} // namespace sluice::batch
