#include "catalog/arguments.hpp"
#include "encode.hpp"
#include "mcp/endpoint.hpp"

#include <fmt/format.h>

namespace sluice::mcp {
namespace {

std::string quoted(std::string_view text)
{
    std::string out;
    json::append_quoted(out, text);
    return out;
}

std::string_view text_or(json::object const& object, std::string_view key, std::string_view fallback)
{
    auto const* text = json::string_at(object, key);
    return text != nullptr ? std::string_view(*text) : fallback;
}

} // namespace

Task<Endpoint::Answer> Endpoint::dispatch(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, CallTrace& trace)
{
    bool const is_modern = request.era == Era::modern;
    (is_modern ? metrics_.modern_requests : metrics_.legacy_requests).add();
    trace.method = request.method.substr(0, 64);
    if (request.method == "tools/call")
        co_return co_await call_tool(std::move(request), std::move(snapshot), deadline, trace);
    if (request.method == "tools/list")
        co_return list_tools(request, *snapshot);
    if (is_modern && request.method == "server/discover")
        co_return discover(request, *snapshot);
    if (!is_modern && request.method == "initialize")
        co_return initialize(request, *snapshot, trace);
    if (!is_modern && request.method == "ping")
        co_return Answer{200, encode_result(request, *snapshot, ""), {}};
    // Legacy clients take a 404 for a lost session, so they get the error in band.
    auto const message = fmt::format("The method {} is not offered here.", request.method.substr(0, 64));
    co_return Answer{is_modern ? 404 : 200, encode_error(request.id, RpcCode::method_not_found, message), {}};
}

Endpoint::Answer Endpoint::initialize(RpcRequest const& request, ServerSnapshot const& snapshot, CallTrace& trace) const
{
    if (auto const* client = json::object_at(request.params, "clientInfo"))
        trace.client = fmt::format("{} {}", text_or(*client, "name", "?").substr(0, 60),
                                   text_or(*client, "version", "?").substr(0, 30));
    auto const version = negotiate(text_or(request.params, "protocolVersion", ""));
    return {200,
            encode_result(request, snapshot,
                          fmt::format(R"("protocolVersion":"{}","capabilities":{{"tools":{{}}}},"serverInfo":{},)"
                                      R"("instructions":{})",
                                      version, snapshot.server_info, quoted(snapshot.instructions))),
            {}};
}

Endpoint::Answer Endpoint::discover(RpcRequest const& request, ServerSnapshot const& snapshot) const
{
    json::array versions;
    for (auto const revision : kModernRevisions)
        versions.emplace_back(revision);
    return {200,
            encode_result(request, snapshot,
                          fmt::format(R"("supportedVersions":{},"capabilities":{{"tools":{{}}}},"instructions":{},)"
                                      R"("ttlMs":{},"cacheScope":"private")",
                                      boost::json::serialize(versions), quoted(snapshot.instructions),
                                      config_.list_lifetime.count())),
            {}};
}

Endpoint::Answer Endpoint::list_tools(RpcRequest const& request, ServerSnapshot const& snapshot) const
{
    // Everything is on one page (many clients read no other), so no cursor of ours exists.
    if (request.params.contains("cursor"))
        return {200,
                encode_error(request.id, RpcCode::invalid_params,
                             "params.cursor is not one of ours: all tools are on one page."),
                {}};
    std::string members;
    members.reserve(snapshot.tools->list_json().size() + 64);
    members += R"("tools":)";
    members += snapshot.tools->list_json();
    if (request.era == Era::modern)
        members += fmt::format(R"(,"ttlMs":{},"cacheScope":"private")", config_.list_lifetime.count());
    return {200, encode_result(request, snapshot, members), {}};
}

Task<Endpoint::Answer> Endpoint::call_tool(RpcRequest request, SnapshotPtr snapshot, Deadline deadline,
                                           CallTrace& trace)
{
    auto const* name = json::string_at(request.params, "name");
    if (name == nullptr)
        co_return Answer{200, encode_error(request.id, RpcCode::invalid_params, "params.name must be a string."), {}};
    auto* given = request.params.if_contains("arguments");
    if (given != nullptr && !given->is_null() && !given->is_object())
        co_return Answer{
            200, encode_error(request.id, RpcCode::invalid_params, "params.arguments must be an object."), {}};
    auto const* tool = snapshot->tools->find(*name);
    if (tool == nullptr)
        co_return Answer{
            200, encode_error(request.id, RpcCode::invalid_params, snapshot->tools->explain_absent(*name)), {}};
    trace.tool = tool->name;
    metrics_.tool_calls.add();

    json::value arguments = given != nullptr && given->is_object() ? std::move(*given) : json::value(json::object{});
    catalog::drop_absent(*tool, arguments.get_object());
    if (auto failures = tool->schema.validate(arguments); !failures.empty()) {
        metrics_.tool_errors.add();
        co_return Answer{200, encode_tool_error(request, *snapshot, Error{std::move(failures)}), {}};
    }
    auto parts = catalog::split_arguments(*tool, arguments.get_object());
    auto outcome = co_await caller_.call(snapshot->account, *tool->method, std::move(parts), nullptr, deadline);
    if (!outcome) {
        metrics_.tool_errors.add();
        co_return Answer{200, encode_tool_error(request, *snapshot, outcome.error()), {}};
    }
    trace.vendor_time = outcome->vendor_time;
    if (outcome->kind == proxy::Outcome::Kind::error)
        metrics_.tool_errors.add();
    co_return Answer{200, encode_outcome(request, *snapshot, *outcome), outcome->limits};
}

} // namespace sluice::mcp
