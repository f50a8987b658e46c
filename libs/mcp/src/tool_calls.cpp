// The way of a tool call: whose tool it is, what is asked of the client, and the call itself.
#include "mcp/tool_calls.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"
#include "encode_outcome.hpp"
#include "mcp/client_inputs.hpp"
#include "mcp/discovery.hpp"
#include "proxy/preview.hpp"
#include "tools/arguments.hpp"
#include "tools/overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace sluice::mcp {
namespace {

/// Whether a header says the same as an argument: numbers by value, the rest by its text.
bool is_same(json::value const& argument, std::string_view header)
{
    if (argument.is_string())
        return std::string_view(argument.get_string()) == header;
    auto const parsed = json::parse(header);
    return parsed && (parsed->is_number() || parsed->is_bool()) && json::to_text(*parsed) == json::to_text(argument);
}

/// The arguments of a call: null and an empty list mean none. Null if they are something else.
std::optional<json::object> arguments_in(json::object& params)
{
    auto* given = params.if_contains("arguments");
    if (given == nullptr || given->is_null() || (given->is_array() && given->get_array().empty()))
        return json::object{};
    return given->is_object() ? std::optional(std::move(given->get_object())) : std::nullopt;
}

/// What of the arguments is not as it was sent, by its path in them.
Error flaws_of(RpcRequest const& request)
{
    constexpr std::string_view kArguments = "arguments.";
    auto flaws = request.flaws;
    for (auto& flaw : flaws)
        if (flaw.path.starts_with(kArguments))
            flaw.path.erase(0, kArguments.size());
    return Error{std::move(flaws)};
}

/// What is wrong with the headers that repeat arguments of a modern call; empty if nothing is.
std::string header_mismatch(tools::Tool const& tool, RpcRequest const& request, json::object const& arguments)
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

/// What a conversation about a call is bound to.
std::string binding_of(ServerSnapshot const& snapshot, accounts::CallableAccount const& account,
                       tools::Tool const& tool, json::object const& arguments)
{
    return fmt::format("tool|{}|{}|{}|{}", snapshot.server.id.str(), account.account.id.str(), tool.name,
                       json::canonical(arguments));
}

std::string reauth_message(accounts::CallableAccount const& account)
{
    return fmt::format("The {} account of {} has to be connected again. Open this page, then go on.",
                       account.installed->integration->label, account.account.tenant_id);
}

std::array<std::uint8_t, 16> random_id()
{
    std::array<std::uint8_t, 16> id{};
    random_bytes(id);
    return id;
}

/// A call that waits for a person, as the model is told.
json::object pending_view(safeguards::SafeWrites::Made const& made)
{
    json::object view{{"status", "pending_approval"},
                      {"approval_id", made.pending->id.str()},
                      {"expires_at", to_rfc3339(made.pending->ends_at)}};
    view["approval_url"] = made.approval_url.empty() ? json::value(nullptr) : json::value(made.approval_url);
    view["message"] =
        fmt::format("Nothing was done yet: this call needs the approval of a person. {} Then call the tool again with "
                    "exactly these "
                    "arguments; it is made once.",
                    made.approval_url.empty()
                        ? std::string("They see it where they decide; wait until they have.")
                        : fmt::format("Give them this link and wait until they have decided; the page asks for a code "
                                      "that only they get: {}",
                                      made.approval_url));
    return view;
}

} // namespace

ToolCalls::ToolCalls(proxy::Caller& caller, safeguards::SafeWrites& safe_writes, crypto::CursorSealer const& sealer,
                     EndpointMetrics& metrics)
    : caller_(caller)
    , safe_writes_(safe_writes)
    , sealer_(sealer)
    , metrics_(metrics)
{
}

std::optional<Answer> ToolCalls::discover_tools(RpcRequest& request, ServerSnapshot const& snapshot, std::string& name,
                                                json::value& arguments) const
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
    if (wanted == nullptr)
        return answer(invalid("tool_name", "is required: a name that search_tools gave"));
    name = *wanted;
    auto passed = arguments_in(given);
    if (!passed)
        return answer(invalid("arguments", "must be an object"));
    arguments = *std::move(passed);
    if (snapshot.tools->find(name) == nullptr)
        return answer(invalid("tool_name", snapshot.tools->explain(name).message));
    return std::nullopt;
}

std::optional<Answer> ToolCalls::find_tool(RpcRequest& request, ServerSnapshot const& snapshot, ToolCall& call) const
{
    auto const refuse = [&](std::string_view message) {
        return Answer{200, encode_error(request.id, RpcCode::invalid_params, message), {}};
    };
    auto const* given_name = json::string_at(request.params, "name");
    if (given_name == nullptr)
        return refuse("params.name must be a string.");
    std::string name(*given_name);
    auto given = arguments_in(request.params);
    if (!given)
        return refuse("params.arguments must be an object.");
    call.arguments = *std::move(given);
    if (snapshot.shows_on_request)
        if (auto answered = discover_tools(request, snapshot, name, call.arguments))
            return answered;
    call.tool = snapshot.tools->find(name);
    if (call.tool == nullptr)
        return refuse(snapshot.tools->explain(name).message);
    if (!request.flaws.empty())
        return Answer{200, encode_tool_error(request, snapshot, flaws_of(request)), {}};
    if (auto const mismatch = header_mismatch(*call.tool, request, call.arguments.get_object()); !mismatch.empty())
        return Answer{400, encode_error(request.id, RpcCode::header_mismatch, mismatch), {}};
    if (call.tool->name != name)
        call.note = snapshot.tools->explain(name).message;
    return std::nullopt;
}

std::vector<FieldFailure> ToolCalls::check_arguments(ToolCall& call)
{
    auto& arguments = call.arguments.get_object();
    tools::drop_client_members(*call.tool, arguments);
    tools::drop_absent(*call.tool, arguments);
    auto failures = call.tool->overlay ? call.tool->overlay->resolve(arguments) : std::vector<FieldFailure>{};
    return failures.empty() ? call.tool->schema->validate(call.arguments) : std::move(failures);
}

Task<Answer> ToolCalls::call(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, proxy::PageListener* listener,
                             CallTrace& trace)
{
    ToolCall call;
    if (auto answered = find_tool(request, *snapshot, call))
        co_return *std::move(answered);
    auto const refuse = [&](Error const& error) {
        metrics_.tool_errors.add();
        return Answer{200, encode_tool_error(request, *snapshot, error), {}};
    };
    trace.tool = call.tool->name;
    metrics_.tool_calls.add();
    auto target = snapshot->served->target_of(*call.tool, call.arguments.get_object());
    if (!target)
        co_return refuse(target.error());
    call.account = std::move(target->account);
    call.tool = target->tool;
    trace.of(*call.account);
    if (auto failures = check_arguments(call); !failures.empty())
        co_return refuse(Error{std::move(failures)});

    auto const& method = *call.tool->method;
    Said said;
    if (request.era == Era::modern && (method.inputs || request.params.contains("requestState"))) {
        auto const binding = binding_of(*snapshot, *call.account, *call.tool, call.arguments.get_object());
        auto read = Said::read(request, binding, sealer_);
        if (!read)
            co_return Answer{
                200, encode_error(request.id, RpcCode::invalid_params, "params." + read.error().public_detail()), {}};
        said = *std::move(read);
    }
    if (method.inputs) {
        if (auto answered = ask_client(request, *snapshot, *method.inputs, call.arguments.get_object(), said, sealer_))
            co_return *std::move(answered);
        json::value filled = method.inputs->fill(std::move(call.arguments.get_object()), said.input());
        call.arguments = std::move(filled);
        if (auto failures = check_arguments(call); !failures.empty())
            co_return refuse(Error{std::move(failures)});
    }
    co_return co_await perform(std::move(call), std::move(said), std::move(request), std::move(snapshot), deadline,
                               listener, trace);
}

Task<Answer> ToolCalls::perform(ToolCall call, Said said, RpcRequest request, SnapshotPtr snapshot, Deadline deadline,
                                proxy::PageListener* listener, CallTrace& trace)
{
    auto const& method = *call.tool->method;
    auto parts = tools::split_arguments(*call.tool, call.arguments.get_object());
    if (parts.dry_run) {
        auto const shown = co_await proxy::preview(caller_, call.account, method, std::move(parts), deadline);
        co_return Answer{200,
                         shown ? encode_own(request, *snapshot, *shown)
                               : encode_tool_error(request, *snapshot, shown.error()),
                         {}};
    }
    auto const& server = snapshot->server;
    auto const& config = server.config;
    auto const max_bytes = static_cast<std::size_t>(config.result_token_limit * kBytesPerToken);
    auto const safeguard = safeguards::safeguard_of(method, config.approval_tags, config.idempotency_window);
    safeguards::SafeWrites::Made made;
    if (safeguard.is_needed()) {
        auto make = [&] {
            return proxy::call_pages(caller_, call.account, method, parts, {listener, request.peer, max_bytes},
                                     deadline);
        };
        made = co_await safe_writes_.make({{server.environment, server.id, server.name, config.approval_link},
                                           call.account,
                                           *call.tool,
                                           call.arguments.get_object(),
                                           parts},
                                          safeguard, std::move(make), deadline);
    } else {
        made.outcome = co_await proxy::call_pages(caller_, call.account, method, std::move(parts),
                                                  {listener, request.peer, max_bytes}, deadline);
    }
    if (made.pending)
        co_return answer_pending(made, call, std::move(said), request, *snapshot);
    auto& outcome = made.outcome;
    bool const is_dead = outcome ? outcome->kind == proxy::Outcome::Kind::error && outcome->status == 401
                                 : outcome.error().code() == ErrorCode::reauth_needed;
    if (is_dead)
        if (auto answered = ask_page("reauth", call.account->reconnect_url, reauth_message(*call.account), call,
                                     std::move(said), request, *snapshot))
            co_return *std::move(answered);
    if (!outcome) {
        metrics_.tool_errors.add();
        co_return Answer{200, encode_tool_error(request, *snapshot, outcome.error()), {}};
    }
    trace.vendor_time = outcome->vendor_time;
    if (outcome->kind == proxy::Outcome::Kind::error)
        metrics_.tool_errors.add();
    if (is_dead)
        outcome->message += (outcome->message.ends_with('.') ? " " : ". ") + how_to_reconnect(*call.account);
    auto note = std::move(call.note);
    for (auto const* more : {&outcome->note, &made.note})
        if (!more->empty())
            note += (note.empty() ? "" : " ") + *more;
    co_return Answer{
        200, encode_outcome(request, *snapshot, method, *outcome, note), outcome->limits, {}, std::move(outcome->held)};
}

std::optional<Answer> ToolCalls::ask_page(std::string_view key, std::string_view url, std::string message,
                                          ToolCall const& call, Said said, RpcRequest const& request,
                                          ServerSnapshot const& snapshot) const
{
    if (said.was_asked(key) || url.empty() || !can_show_page(request))
        return std::nullopt;
    auto params = page_params(url, message);
    if (request.era == Era::legacy) {
        // The client shows the page and calls again; nobody has to be told that the page is done with.
        params["elicitationId"] = std::string(key) + '-' + hex(random_id());
        json::object data;
        data["elicitations"] = json::array{std::move(params)};
        return Answer{200, encode_error(request.id, RpcCode::url_elicitation_required, message, data), {}};
    }
    if (!said.is_bound())
        said.bind(binding_of(snapshot, *call.account, *call.tool, call.arguments.get_object()));
    json::object asked{{"method", "elicitation/create"}};
    asked["params"] = std::move(params);
    json::object requests;
    requests[key] = std::move(asked);
    return Answer{200, said.ask(request, snapshot, std::move(requests), sealer_), {}};
}

Answer ToolCalls::answer_pending(safeguards::SafeWrites::Made const& made, ToolCall const& call, Said said,
                                 RpcRequest const& request, ServerSnapshot const& snapshot) const
{
    auto message = fmt::format("A call of {} needs your approval. Decide on this page, then go on.", call.tool->title);
    if (auto answered =
            ask_page("approval", made.approval_url, std::move(message), call, std::move(said), request, snapshot))
        return *std::move(answered);
    return {200, encode_own(request, snapshot, pending_view(made)), {}};
}

} // namespace sluice::mcp
