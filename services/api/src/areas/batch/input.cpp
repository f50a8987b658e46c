#include "input.hpp"

#include "http_api/fields.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::api {
namespace {

/// Takes a member of any type out of an object.
json::value taken(json::object& from, std::string_view name)
{
    auto* found = from.if_contains(name);
    auto value = found == nullptr ? json::value(nullptr) : std::move(*found);
    from.erase(name);
    return value;
}

batch::Node read_node(json::object given, std::string const& path, std::vector<FieldFailure>& failures)
{
    batch::Node node;
    node.id = taken(given, "id");
    node.body = taken(given, "body");
    bool const is_one = given.contains("depends_on") && given.at("depends_on").is_string();
    http::Fields fields(given, path);
    node.name = fields.text("name", false).value_or("");
    node.resource = fields.text("resource", true).value_or("");
    node.method = fields.text("method", false).value_or("");
    if (auto const* query = fields.object("query", false))
        node.query = *query;
    if (is_one)
        node.depends_on = {fields.text("depends_on", false).value_or("")};
    else
        node.depends_on = fields.texts("depends_on", batch::kMostNodes).value_or(std::vector<std::string>{});
    node.loop_on = fields.text("loop_on", false).value_or("");
    node.persist = fields.flag("persist").value_or(true);
    if (!node.id.is_null() && !node.id.is_string() && !node.id.is_int64() && !node.id.is_uint64())
        fields.fail("id", "must be a text or an integer");
    for (auto& failure : fields.failures())
        failures.push_back(std::move(failure));
    return node;
}

} // namespace

Result<WantedBatch> read_batch(Call const& call, json::object const& body)
{
    auto rest = body;
    auto const given = taken(rest, "resources");
    http::Fields fields(rest);
    WantedBatch wanted;
    auto const account = fields.id<IntegratedAccountId>("integrated_account_id", !call.caller.account);
    wanted.explain = fields.flag("explain").value_or(false);
    if (auto const* args = fields.object("args", false))
        wanted.batch.args = *args;
    std::vector<FieldFailure> failures;
    auto const* nodes = given.if_array();
    if (nodes == nullptr)
        fields.fail("resources", "is required: a list of nodes");
    else if (nodes->size() > batch::kMostNodes)
        fields.fail("resources", fmt::format("must have at most {} nodes", batch::kMostNodes));
    else
        for (std::size_t i = 0; i < nodes->size(); ++i) {
            auto const path = fmt::format("resources[{}]", i);
            if (auto const* node = (*nodes)[i].if_object())
                wanted.batch.nodes.push_back(read_node(*node, path, failures));
            else
                failures.push_back({path, "must be an object"});
        }
    fields.merge(std::move(failures));
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    if (call.caller.account && account && *account != *call.caller.account)
        return Error{ErrorCode::forbidden, "The integrated-account token belongs to another account."};
    wanted.account = call.caller.account ? *call.caller.account : *account;
    return wanted;
}

} // namespace sluice::api
