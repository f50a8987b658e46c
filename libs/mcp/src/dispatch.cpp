#include "catalog/arguments.hpp"
#include "encode.hpp"
#include "mcp/discovery.hpp"
#include "mcp/endpoint.hpp"
#include "proxy/preview.hpp"
#include "reauth.hpp"

#include <fmt/format.h>

#include <algorithm>

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

/// Whether a header says the same as an argument: numbers by value, the rest by its text.
bool is_same(json::value const& argument, std::string_view header)
{
    if (argument.is_string())
        return std::string_view(argument.get_string()) == header;
    auto const parsed = json::parse(header);
    return parsed && (parsed->is_number() || parsed->is_bool()) && *parsed == argument;
}

/// What is wrong with the headers that repeat arguments of a modern call; empty if nothing is.
std::string header_mismatch(catalog::Tool const& tool, RpcRequest const& request, json::object const& arguments)
{
    if (request.era != Era::modern)
        return {};
    for (auto const& [name, header] : tool.header_arguments) {
        auto const* argument = arguments.if_contains(name);
        bool const is_given = argument != nullptr && !argument->is_null();
        auto const sent = std::ranges::find(request.param_headers, header,
                                            [](auto const& pair) -> std::string const& { return pair.first; });
        bool const is_sent = sent != request.param_headers.end();
        auto const value = is_sent ? decode_header_value(sent->second) : std::nullopt;
        if (is_given != is_sent || (is_given && (!value || !is_same(*argument, *value))))
            return fmt::format("Header mismatch: Mcp-Param-{} must {}.", header,
                               is_given ? fmt::format("equal params.arguments.{}", name)
                                        : fmt::format("be absent, as params.arguments.{} is", name));
    }
    return {};
}

} // namespace

Task<Endpoint::Answer> Endpoint::dispatch(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, CallTrace& trace)
{
    bool const is_modern = request.era == Era::modern;
    (is_modern ? metrics_.modern_requests : metrics_.legacy_requests).add();
    trace.method = request.method.substr(0, 64);
    if (request.method == "tools/call")
        co_return co_await call_tool(std::move(request), std::move(snapshot), deadline, nullptr, trace);
    if (request.method == "tools/list")
        co_return list_tools(request, *snapshot);
    if (auto offered = co_await dispatch_offers(request, snapshot, deadline, trace))
        co_return *std::move(offered);
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
    return {
        200,
        encode_result(request, snapshot,
                      fmt::format(R"("protocolVersion":"{}","capabilities":{},"serverInfo":{},)"
                                  R"("instructions":{})",
                                  version, snapshot.capabilities, snapshot.server_info, quoted(snapshot.instructions))),
        {}};
}

Endpoint::Answer Endpoint::discover(RpcRequest const& request, ServerSnapshot const& snapshot) const
{
    return {200,
            encode_result(request, snapshot,
                          fmt::format(R"("supportedVersions":{},"capabilities":{},"instructions":{}{})",
                                      boost::json::serialize(all_revisions()), snapshot.capabilities,
                                      quoted(snapshot.instructions), cache_hints(request))),
            {}};
}

std::string Endpoint::cache_hints(RpcRequest const& request) const
{
    return request.era == Era::modern
               ? fmt::format(R"(,"ttlMs":{},"cacheScope":"private")", config_.list_lifetime.count())
               : std::string();
}

Endpoint::Answer Endpoint::answer_list(RpcRequest const& request, ServerSnapshot const& snapshot, std::string_view name,
                                       std::string_view array) const
{
    // Everything is on one page (many clients read no other), so no cursor of ours exists.
    if (request.params.contains("cursor"))
        return {200,
                encode_error(request.id, RpcCode::invalid_params,
                             fmt::format("params.cursor is not one of ours: all {} are on one page.", name)),
                {}};
    std::string members;
    members.reserve(array.size() + 96);
    members.append("\"").append(name).append("\":").append(array).append(cache_hints(request));
    return {200, encode_result(request, snapshot, members), {}};
}

Endpoint::Answer Endpoint::list_tools(RpcRequest const& request, ServerSnapshot const& snapshot) const
{
    bool const is_discovery = snapshot.server.config.exposure == Exposure::discovery;
    return is_discovery ? answer_list(request, snapshot, "tools", discovery_list())
                        : answer_list(request, snapshot, "tools", snapshot.tools->list_json());
}

std::optional<Endpoint::Answer> Endpoint::discover_tools(RpcRequest& request, ServerSnapshot const& snapshot,
                                                         std::string& name, json::value& arguments) const
{
    auto const answer = [&](Result<json::object> const& found) {
        return Answer{200,
                      found ? encode_own(request, snapshot, *found)
                            : encode_tool_error(request, snapshot, found.error()),
                      {}};
    };
    if (name == kSearchTools)
        return answer(search_tools(*snapshot.tools, arguments.get_object()));
    if (name == kGetToolSchema)
        return answer(get_tool_schema(*snapshot.tools, arguments.get_object()));
    if (name != kCallTool)
        return Answer{
            200,
            encode_error(request.id, RpcCode::invalid_params,
                         fmt::format("This MCP server shows its tools on request: find them with search_tools "
                                     "and call them with call_tool. {}",
                                     snapshot.tools->explain(name).message)),
            {}};
    auto& given = arguments.get_object();
    auto const* wanted = json::string_at(given, "tool_name");
    auto* passed = given.if_contains("arguments");
    if (wanted == nullptr)
        return answer(invalid("tool_name", "is required: a name that search_tools gave"));
    if (passed != nullptr && !passed->is_object() && !passed->is_null())
        return answer(invalid("arguments", "must be an object"));
    name = *wanted;
    json::value inner = passed != nullptr && passed->is_object() ? std::move(*passed) : json::value(json::object{});
    arguments = std::move(inner);
    if (snapshot.tools->find(name) == nullptr)
        return answer(invalid("tool_name", snapshot.tools->explain(name).message));
    return std::nullopt;
}

Task<Endpoint::Answer> Endpoint::call_tool(RpcRequest request, SnapshotPtr snapshot, Deadline deadline,
                                           proxy::PageListener* listener, CallTrace& trace)
{
    auto const* given_name = json::string_at(request.params, "name");
    if (given_name == nullptr)
        co_return Answer{200, encode_error(request.id, RpcCode::invalid_params, "params.name must be a string."), {}};
    auto* given = request.params.if_contains("arguments");
    if (given != nullptr && !given->is_null() && !given->is_object())
        co_return Answer{
            200, encode_error(request.id, RpcCode::invalid_params, "params.arguments must be an object."), {}};
    std::string name(*given_name);
    json::value arguments = given != nullptr && given->is_object() ? std::move(*given) : json::value(json::object{});
    if (snapshot->server.config.exposure == Exposure::discovery)
        if (auto answered = discover_tools(request, *snapshot, name, arguments))
            co_return *std::move(answered);
    auto const* tool = snapshot->tools->find(name);
    if (tool == nullptr)
        co_return Answer{
            200, encode_error(request.id, RpcCode::invalid_params, snapshot->tools->explain(name).message), {}};
    if (auto const mismatch = header_mismatch(*tool, request, arguments.get_object()); !mismatch.empty())
        co_return Answer{400, encode_error(request.id, RpcCode::header_mismatch, mismatch), {}};
    trace.tool = tool->name;
    metrics_.tool_calls.add();
    auto const shown_name = tool->name;
    auto const target = snapshot->served->target_of(*tool, arguments.get_object());
    if (!target) {
        metrics_.tool_errors.add();
        co_return Answer{200, encode_tool_error(request, *snapshot, target.error()), {}};
    }
    auto const& account = target->account;
    tool = target->tool;
    trace.of(*account);

    catalog::drop_absent(*tool, arguments.get_object());
    if (auto failures = tool->overlay ? tool->overlay->resolve(arguments.get_object()) : std::vector<FieldFailure>{};
        !failures.empty()) {
        metrics_.tool_errors.add();
        co_return Answer{200, encode_tool_error(request, *snapshot, Error{std::move(failures)}), {}};
    }
    if (!is_own_state(request, *snapshot, *account, tool->name, arguments.get_object(), sealer_))
        co_return Answer{
            200, encode_error(request.id, RpcCode::invalid_params, "params.requestState is not one of ours."), {}};
    if (auto failures = tool->schema->validate(arguments); !failures.empty()) {
        metrics_.tool_errors.add();
        co_return Answer{200, encode_tool_error(request, *snapshot, Error{std::move(failures)}), {}};
    }
    auto parts = catalog::split_arguments(*tool, arguments.get_object());
    if (parts.dry_run) {
        auto const shown = co_await proxy::preview(caller_, account, *tool->method, std::move(parts), deadline);
        co_return Answer{200,
                         shown ? encode_own(request, *snapshot, *shown)
                               : encode_tool_error(request, *snapshot, shown.error()),
                         {}};
    }
    auto const max_bytes = snapshot->server.config.result_token_limit * kBytesPerToken;
    auto outcome = co_await proxy::call_pages(caller_, account, *tool->method, std::move(parts),
                                              {listener, static_cast<std::size_t>(max_bytes)}, deadline);
    bool const is_dead = outcome ? outcome->kind == proxy::Outcome::Kind::error && outcome->status == 401
                                 : outcome.error().code() == ErrorCode::reauth_needed;
    if (is_dead)
        if (auto question = ask_to_reconnect(request, *snapshot, *account, tool->name, arguments.get_object(), sealer_))
            co_return Answer{200, *std::move(question), {}};
    if (!outcome) {
        metrics_.tool_errors.add();
        co_return Answer{200, encode_tool_error(request, *snapshot, outcome.error()), {}};
    }
    trace.vendor_time = outcome->vendor_time;
    if (outcome->kind == proxy::Outcome::Kind::error)
        metrics_.tool_errors.add();
    if (is_dead)
        outcome->message += (outcome->message.ends_with('.') ? " " : ". ") + how_to_reconnect(*account);
    auto note = shown_name == name ? std::string() : snapshot->tools->explain(name).message;
    if (!outcome->note.empty())
        note += (note.empty() ? "" : " ") + outcome->note;
    co_return Answer{200, encode_outcome(request, *snapshot, *tool->method, *outcome, note), outcome->limits};
}

} // namespace sluice::mcp
