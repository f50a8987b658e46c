#include "schema/schema.hpp"

#include "check.hpp"
#include "rules.hpp"

#include <algorithm>
#include <vector>

namespace sluice::schema {
namespace {

/// Adds the rules of a value and those of its branches to `nodes`.
void spread(Node const& node, std::vector<Node const*>& nodes)
{
    nodes.push_back(&node);
    for (auto const* branches : {&node.all_of, &node.any_of, &node.one_of})
        for (auto const& branch : *branches)
            spread(branch, nodes);
}

/// The rules for a part of a value, found in the rules of the value.
std::vector<Node const*> rules_below(std::vector<Node const*> const& nodes, auto const& find)
{
    std::vector<Node const*> found;
    for (auto const* node : nodes)
        if (auto const* below = find(*node))
            found.push_back(below);
    return found;
}

void drop_nulls(std::vector<Node const*> const& nodes, json::object& members);

void drop_nulls_in(std::vector<Node const*> const& rules, json::value& value)
{
    std::vector<Node const*> nodes;
    for (auto const* rule : rules)
        spread(*rule, nodes);
    if (auto* members = value.if_object())
        return drop_nulls(nodes, *members);
    auto const of_items = rules_below(nodes, [](Node const& node) { return node.items.get(); });
    if (!of_items.empty())
        for (auto& element : value.get_array())
            if (element.is_structured())
                drop_nulls_in(of_items, element);
}

void drop_nulls(std::vector<Node const*> const& nodes, json::object& members)
{
    auto const takes_null = [](Node const* node) { return fits(*node, nullptr); };
    for (auto member = members.begin(); member != members.end();) {
        auto& value = member->value();
        bool is_absent = false;
        if (value.is_null() || value.is_structured()) {
            auto const rules = rules_below(nodes, [&](Node const& node) { return node.below_name(member->key()); });
            is_absent = value.is_null() && !rules.empty() && std::ranges::none_of(rules, takes_null);
            if (value.is_structured() && !rules.empty())
                drop_nulls_in(rules, value);
        }
        // Erasing moves the last member to this position, so it is looked at again.
        member = is_absent ? members.erase(member) : member + 1;
    }
}

} // namespace

struct Schema::Impl {
    Node root;
};

Schema::Schema() = default;
Schema::~Schema() = default;
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;

Result<Schema> Schema::compile(json::value const& schema)
{
    Schema result;
    std::string mistake;
    result.impl_ = std::make_unique<Impl>(Impl{compile_rules(schema, mistake)});
    if (!mistake.empty())
        return invalid("", "is not a valid JSON Schema: " + mistake);
    return result;
}

std::vector<FieldFailure> Schema::validate(json::value const& value) const
{
    return check(impl_->root, value);
}

void Schema::drop_nulls(json::object& members) const
{
    std::vector<Node const*> nodes;
    spread(impl_->root, nodes);
    schema::drop_nulls(nodes, members);
}

} // namespace sluice::schema
