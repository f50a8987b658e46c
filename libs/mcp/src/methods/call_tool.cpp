#include "call_tool.hpp"

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "calllog/masking.hpp"
#include "encode_outcome.hpp"
#include "mcp/discovery.hpp"
#include "proxy/call_recorder.hpp"
#include "toolcalls/tool_search.hpp"
#include "tools/mentions.hpp"

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

/// The parts of the arguments that could not be read exactly, each with its path.
Error flaws_of(RpcRequest const& request)
{
    constexpr std::string_view kArguments = "arguments.";
    auto flaws = request.flaws;
    for (auto& flaw : flaws)
        if (flaw.path.starts_with(kArguments))
            flaw.path.erase(0, kArguments.size());
    return Error{std::move(flaws)};
}

/// The mismatch between the headers that repeat arguments of a modern call and those arguments; empty if there is none.
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

/// The binding of what the client carries for a call: it opens only for the same call.
std::string binding_of(ServerSnapshot const& snapshot, toolcalls::ToolCall const& call)
{
    return fmt::format("tool|{}|{}|{}|{}", snapshot.server.id.str(), call.account->account.id.str(), call.tool->name,
                       json::canonical(call.arguments.get_object()));
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

/// The text of a failure without what the caller sent, and without what looks like a secret.
std::string error_for_log(std::string_view message, json::value const& arguments)
{
    return calllog::masked(calllog::without_values(std::string(message), arguments));
}

/// What the model reads about a call that waits for approval.
json::object pending_view(toolcalls::Done const& done)
{
    json::object view{{"status", "pending_approval"},
                      {"approval_id", done.pending->id.str()},
                      {"expires_at", to_rfc3339(done.pending->ends_at)}};
    view["approval_url"] = done.approval_url.empty() ? json::value(nullptr) : json::value(done.approval_url);
    view["message"] = fmt::format(
        "Nothing was done yet: a person must approve this call. {} Then call the tool again with exactly these "
        "arguments; the call is made once.",
        done.approval_url.empty()
            ? std::string("That person sees it where approvals are decided; wait for the decision.")
            : fmt::format("Give that person this link and wait for the decision; the page asks for a code "
                          "that only that person gets: {}",
                          done.approval_url));
    return view;
}

/// For servers that show their tools on request. Answers the tools that find tools. For `call_tool` it gives nothing,
/// and puts the tool that is meant into `name` and its arguments into `arguments`.
std::optional<Answer> discover_tools(RpcRequest const& request, ServerSnapshot const& snapshot, std::string& name,
                                     json::object& arguments)
{
    auto const& tools = *snapshot.grant.tools;
    auto const answer = [&](Result<json::object> const& found) {
        return Answer{200,
                      found ? encode_own(request, snapshot, *found)
                            : encode_tool_error(request, snapshot, found.error()),
                      {}};
    };
    if (name == kSearchTools)
        return answer(toolcalls::search_tools(tools, arguments));
    if (name == kGetToolSchema)
        return answer(toolcalls::describe_tools(tools, arguments));
    if (name != kCallTool)
        return refuse_params(request,
                             fmt::format("This MCP server shows its tools on request: find them with search_tools "
                                         "and call them with call_tool. {}",
                                         tools.explain(name).message));
    auto const* wanted = json::string_at(arguments, "tool_name");
    if (wanted == nullptr)
        return answer(invalid("tool_name", "is required: a name that search_tools gave"));
    for (auto const& [member, value] : arguments)
        if (member != "tool_name" && member != "arguments" && !value.is_null())
            return answer(invalid(std::string(member), "is not known here: what the tool takes stands in arguments"));
    name = *wanted;
    auto passed = toolcalls::ToolCalls::arguments_in(arguments);
    if (!passed)
        return answer(invalid("arguments", "must be an object"));
    arguments = *std::move(passed);
    if (tools.find(name) == nullptr)
        return answer(invalid("tool_name", tools.explain(name).message));
    return std::nullopt;
}

} // namespace

CallTool::CallTool(proxy::Caller& caller, safeguards::SafeWrites& safe_writes, crypto::CursorSealer const& sealer,
                   limits::ShardLimits& shard_limits, EndpointMetrics& metrics)
    : calls_(caller, safe_writes)
    , sealer_(sealer)
    , shard_limits_(shard_limits)
    , metrics_(metrics)
{
}

Answer CallTool::refuse(RpcRequest const& request, ServerSnapshot const& snapshot, Error const& error,
                        ratelimit::Limits const& limits, json::value const& arguments) const
{
    // Advice to use a tool that this server does not show leads nowhere.
    auto failures = error.failures();
    for (auto& failure : failures)
        failure.message = tools::cut_mentions(failure.message,
                                              [&](std::string_view name) { return snapshot.grant.tools->hides(name); });
    Error const told = failures.empty() ? error : Error{std::move(failures)};
    Answer answer{200, encode_tool_error(request, snapshot, told, limits), limits};
    answer.error = error_for_log(told.public_detail(), arguments);
    answer.fault = calllog::fault_of(error);
    return answer;
}

std::optional<Answer> CallTool::read(RpcRequest& request, ServerSnapshot const& snapshot, Wanted& wanted) const
{
    auto const* given_name = json::string_at(request.params, "name");
    if (given_name == nullptr)
        return refuse_params(request, "params.name must be a string.");
    std::string name(*given_name);
    auto given = toolcalls::ToolCalls::arguments_in(request.params);
    if (!given)
        return refuse_params(request, "params.arguments must be an object.");
    wanted.arguments = *std::move(given);
    if (snapshot.shows_on_request)
        if (auto answered = discover_tools(request, snapshot, name, wanted.arguments))
            return answered;
    auto found = toolcalls::ToolCalls::find_tool(snapshot.grant, name);
    if (!found)
        return refuse_params(request, found.error().public_detail());
    wanted.found = *std::move(found);
    if (!request.flaws.empty())
        return Answer{200, encode_tool_error(request, snapshot, flaws_of(request)), {}};
    if (auto const mismatch = header_mismatch(*wanted.found.tool, request, wanted.arguments); !mismatch.empty())
        return Answer{400, encode_error(request.id, RpcCode::header_mismatch, mismatch), {}};
    return std::nullopt;
}

Task<Answer> CallTool::answer(RpcCall rpc)
{
    auto& request = rpc.request;
    auto const& snapshot = *rpc.snapshot;
    Wanted wanted;
    if (auto answered = read(request, snapshot, wanted))
        co_return *std::move(answered);
    rpc.trace.origin.tool = wanted.found.tool->name;
    auto call = toolcalls::ToolCalls::target_of(snapshot.grant, std::move(wanted.found), std::move(wanted.arguments));
    if (!call)
        co_return refuse(request, snapshot, call.error());
    rpc.trace.of(call->account->account.id, call->account->account.integration_name);
    rpc.tally = limits::Tally(&shard_limits_);
    auto const& metrics = metrics_of(*call);
    auto answer = co_await count_and_make(rpc, *std::move(call));
    metrics[static_cast<std::size_t>(answer.error.empty() ? calllog::Fault::none : answer.fault)]->add();
    co_return answer;
}

ToolCallMetrics const& CallTool::metrics_of(toolcalls::ToolCall const& call)
{
    auto const& account = call.account->account;
    auto known = known_metrics_.find(account.integration);
    if (known == known_metrics_.end())
        known = known_metrics_.emplace(account.integration, metrics_.tool_calls(accounts::metric_label(account))).first;
    return known->second;
}

Task<Answer> CallTool::count_and_make(RpcCall& rpc, toolcalls::ToolCall call)
{
    if (auto const counted = count(rpc, call); !counted)
        co_return refuse(rpc.request, *rpc.snapshot, counted.error(), rpc.tally.limits());
    auto answer = co_await make(rpc, std::move(call));
    answer.limits = limits::tighter(answer.limits, rpc.tally.limits());
    co_return answer;
}

Result<void> CallTool::count(RpcCall& rpc, toolcalls::ToolCall const& call)
{
    if (rpc.request.factor)
        if (auto const counted = rpc.tally.count(*rpc.request.factor); !counted)
            return counted;
    rpc.tally.consumed_by(rpc.snapshot->server.id);
    return rpc.tally.count(call.account->account.id, call.account->account.fair_share.get());
}

Task<Answer> CallTool::make(RpcCall& rpc, toolcalls::ToolCall call)
{
    auto const& request = rpc.request;
    auto const& snapshot = *rpc.snapshot;
    if (auto const checked = toolcalls::ToolCalls::check(call); !checked)
        co_return refuse(request, snapshot, checked.error(), {}, call.arguments);
    Said said;
    if (auto answered = ask(call, said, request, snapshot))
        co_return *std::move(answered);
    auto done =
        co_await calls_.make(call, snapshot.grant, rpc.listener, {request.peer, &rpc.trace.origin}, rpc.deadline);
    rpc.trace.steps = std::move(done.steps);
    switch (done.kind) {
    case toolcalls::Done::Kind::previewed:
        co_return Answer{200,
                         done.preview ? encode_own(request, snapshot, *done.preview)
                                      : encode_tool_error(request, snapshot, done.preview.error()),
                         {}};
    case toolcalls::Done::Kind::pending:
        co_return answer_pending(done, call, std::move(said), request, snapshot);
    case toolcalls::Done::Kind::made:
        break;
    }
    co_return answer_made(std::move(done), call, std::move(said), rpc);
}

std::optional<Answer> CallTool::ask(toolcalls::ToolCall& call, Said& said, RpcRequest const& request,
                                    ServerSnapshot const& snapshot) const
{
    auto const& inputs = call.tool->method->inputs;
    if (request.era == Era::modern && (inputs || request.params.contains("requestState"))) {
        auto read = Said::read(request, binding_of(snapshot, call), sealer_);
        if (!read)
            return refuse_params(request, "params." + read.error().public_detail());
        said = *std::move(read);
    }
    if (!inputs)
        return std::nullopt;
    if (auto answered = ask_client(request, snapshot, *inputs, call.arguments.get_object(), said, sealer_))
        return answered;
    if (auto const filled = toolcalls::ToolCalls::fill(call, said.input()); !filled)
        return refuse(request, snapshot, filled.error(), {}, call.arguments);
    return std::nullopt;
}

std::string CallTool::forecast_of(toolcalls::ToolCall const& call) const
{
    auto const forecast = shard_limits_.forecast(call.account->account.id);
    return forecast ? boost::json::serialize(limits::view_of(*forecast)) : std::string();
}

Answer CallTool::answer_made(toolcalls::Done done, toolcalls::ToolCall const& call, Said said, RpcCall const& rpc) const
{
    auto const& request = rpc.request;
    auto const& snapshot = *rpc.snapshot;
    if (done.is_account_dead && said.has_declined("reauth"))
        return refuse(request, snapshot,
                      {ErrorCode::forbidden, fmt::format("The page on which {} has to be connected again was declined. "
                                                         "Do not repeat the call; say what is needed.",
                                                         call.account->account.tenant_id)});
    // Of a call that was made in part the client must read what was made, so that it does not call again.
    bool const had_effect = done.outcome && done.outcome->had_effect;
    if (done.is_account_dead && !had_effect)
        if (auto answered = ask_page("reauth", call.account->reconnect_url, reauth_message(*call.account), call,
                                     std::move(said), request, snapshot))
            return *std::move(answered);
    auto& outcome = done.outcome;
    if (!outcome)
        return refuse(request, snapshot, outcome.error(), {}, call.arguments);
    rpc.trace.vendor_time = outcome->vendor_time;
    outcome->limits = limits::tighter(outcome->limits, rpc.tally.limits());
    Answer answer{200,
                  encode_outcome(request, snapshot, *call.tool->method, *outcome, forecast_of(call), done.note),
                  outcome->limits,
                  {},
                  std::move(outcome->held)};
    answer.windows = std::move(outcome->windows);
    if (outcome->kind == proxy::Outcome::Kind::error) {
        answer.error = error_for_log(outcome->message, call.arguments);
        answer.fault = proxy::fault_of(*outcome);
    }
    return answer;
}

std::optional<Answer> CallTool::ask_page(std::string_view key, std::string_view url, std::string message,
                                         toolcalls::ToolCall const& call, Said said, RpcRequest const& request,
                                         ServerSnapshot const& snapshot) const
{
    if (said.was_asked(key) || url.empty() || !can_show_page(request))
        return std::nullopt;
    auto params = page_params(url, message);
    if (request.era == Era::legacy) {
        // The client shows the page and calls again. So no notification says that the page is done.
        params["elicitationId"] = std::string(key) + '-' + hex(random_id());
        json::object data;
        data["elicitations"] = json::array{std::move(params)};
        // Some clients show only the text. The URL holds no secret.
        return Answer{
            200,
            encode_error(request.id, RpcCode::url_elicitation_required, fmt::format("{} {}", message, url), data),
            {}};
    }
    if (!said.is_bound())
        said.bind(binding_of(snapshot, call));
    json::object asked{{"method", "elicitation/create"}};
    asked["params"] = std::move(params);
    json::object requests;
    requests[key] = std::move(asked);
    return Answer{200, said.ask(request, snapshot, std::move(requests), sealer_), {}};
}

Answer CallTool::answer_pending(toolcalls::Done const& done, toolcalls::ToolCall const& call, Said said,
                                RpcRequest const& request, ServerSnapshot const& snapshot) const
{
    if (said.has_declined("approval"))
        return refuse(
            request, snapshot,
            {ErrorCode::forbidden,
             fmt::format("The page of approval was declined, so nothing was done. Do not repeat this call; ask "
                         "what is wanted instead. Until {} it can still be approved ({}).",
                         to_rfc3339(done.pending->ends_at), done.pending->id.str())});
    auto message = fmt::format("A call of {} needs your approval. Decide on this page, then go on.", call.tool->title);
    if (auto answered =
            ask_page("approval", done.approval_url, std::move(message), call, std::move(said), request, snapshot))
        return *std::move(answered);
    return {200, encode_own(request, snapshot, pending_view(done)), {}};
}

} // namespace sluice::mcp
