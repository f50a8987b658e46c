#include "toolcalls/tool_calls.hpp"

#include "accounts/callable_accounts.hpp"
#include "toolcalls/plan.hpp"
#include "tools/arguments.hpp"
#include "tools/overlay.hpp"

#include <optional>
#include <utility>

namespace sluice::toolcalls {
namespace {

bool is_dead(Result<proxy::Outcome> const& outcome)
{
    return outcome ? outcome->kind == proxy::Outcome::Kind::error && outcome->status == 401
                   : outcome.error().code() == ErrorCode::reauth_needed;
}

void add_note(std::string& note, std::string_view more)
{
    if (!note.empty() && !more.empty())
        note += ' ';
    note += more;
}

/// The plan of a tool of one method.
Plan plan_of(ToolCall const& call, catalog::CallParts parts)
{
    Plan plan;
    plan.calls.push_back({call.tool->method, std::move(parts)});
    return plan;
}

} // namespace

ToolCalls::ToolCalls(proxy::Caller& caller, safeguards::SafeWrites& safe_writes)
    : caller_(caller)
    , safe_writes_(safe_writes)
{
}

std::optional<json::object> ToolCalls::arguments_in(json::object& from)
{
    auto* given = from.if_contains("arguments");
    if (auto const* text = given != nullptr ? given->if_string() : nullptr)
        if (auto written = json::parse_input(*text); written && written->is_object())
            return std::move(written->get_object());
    if (given == nullptr || given->is_null() || (given->is_array() && given->get_array().empty()))
        return json::object{};
    return given->is_object() ? std::optional(std::move(given->get_object())) : std::nullopt;
}

Result<FoundTool> ToolCalls::find_tool(Grant const& grant, std::string_view name)
{
    auto const* tool = grant.tools->find(name);
    if (tool == nullptr)
        return Error{ErrorCode::not_found, grant.tools->explain(name).message};
    return FoundTool{tool, tool->name == name ? std::string() : grant.tools->explain(name).message};
}

Result<ToolCall> ToolCalls::target_of(Grant const& grant, FoundTool found, json::object arguments)
{
    auto target = grant.served->target_of(*found.tool, arguments);
    if (!target)
        return target.error();
    return ToolCall{target->tool, std::move(target->account), std::move(arguments), std::move(found.note)};
}

Result<void> ToolCalls::check(ToolCall& call)
{
    auto& arguments = call.arguments.get_object();
    tools::drop_client_members(*call.tool, arguments);
    auto const unfolded = tools::read_leniently(*call.tool, arguments);
    auto failures = call.tool->overlay ? call.tool->overlay->resolve(arguments) : std::vector<FieldFailure>{};
    if (failures.empty())
        failures = call.tool->schema->validate(call.arguments);
    if (failures.empty())
        failures = tools::check_update(*call.tool, arguments);
    if (failures.empty())
        failures = tools::check_needs(*call.tool, arguments);
    tools::explain(*call.tool, unfolded, failures);
    return failures.empty() ? Result<void>() : Error{std::move(failures)};
}

Result<void> ToolCalls::fill(ToolCall& call, json::object const& input)
{
    json::value filled = call.tool->method->inputs->fill(std::move(call.arguments.get_object()), input);
    call.arguments = std::move(filled);
    return check(call);
}

Task<Result<Plan>> ToolCalls::plan(ToolCall const& call, catalog::CallParts parts, calllog::Origin const* origin,
                                   Deadline deadline)
{
    if (call.tool->method->composition)
        co_return co_await plan_calls(caller_, call.account, *call.tool, std::move(parts), origin, deadline);
    co_return plan_of(call, std::move(parts));
}

Task<Result<proxy::Outcome>> ToolCalls::plan_and_make(ToolCall const& call, catalog::CallParts parts,
                                                      proxy::Gathering gathering, std::string& steps, Deadline deadline)
{
    if (!call.tool->method->composition) {
        auto const only = plan_of(call, std::move(parts));
        co_return co_await carry_out(caller_, call.account, only, gathering, deadline);
    }
    auto planned = co_await plan(call, std::move(parts), gathering.requester.origin, deadline);
    if (!planned)
        co_return planned.error();
    steps = planned->steps();
    if (planned->refusal)
        co_return *std::move(planned->refusal);
    co_return co_await carry_out(caller_, call.account, *planned, gathering, deadline);
}

Task<Done> ToolCalls::preview_of(ToolCall const& call, catalog::CallParts parts, calllog::Origin const* origin,
                                 Deadline deadline)
{
    Done done;
    auto planned = co_await plan(call, std::move(parts), origin, deadline);
    if (planned && planned->refusal) {
        done.outcome = *std::move(planned->refusal);
        co_return done;
    }
    done.kind = Done::Kind::previewed;
    auto seen = planned ? co_await preview(caller_, call.account, *planned, origin, deadline)
                        : Result<json::object>(planned.error());
    if (!seen) {
        done.preview = seen.error();
        co_return done;
    }
    json::object answer{{"dry_run", true}};
    answer.insert(seen->begin(), seen->end());
    done.preview = std::move(answer);
    co_return done;
}

Task<safeguards::SafeWrites::Made> ToolCalls::make_safely(ToolCall const& call, Grant const& grant,
                                                          catalog::CallParts parts, safeguards::Safeguard safeguard,
                                                          proxy::Gathering gathering, std::string& steps,
                                                          Deadline deadline)
{
    using Made = safeguards::SafeWrites::Made;
    // What a person approves is what is sent, so it is worked out before. Otherwise it is worked out only if the call
    // is not one that was made before.
    std::optional<Plan> known;
    bool const is_bound = safeguard.needs_approval && call.tool->method->composition != nullptr;
    if (is_bound) {
        auto planned = co_await plan(call, parts, gathering.requester.origin, deadline);
        if (!planned)
            co_return Made{planned.error(), {}, {}, {}};
        steps = planned->steps();
        if (planned->refusal)
            co_return Made{*std::move(planned->refusal), {}, {}, {}};
        known = *std::move(planned);
    }
    safeguards::SafeWrites::Call const wanted{grant.holder, call.account, *call.tool, call.arguments.get_object(),
                                              known ? known->writes() : std::string()};
    safeguards::SafeWrites::Maker const once = [&] {
        return known ? carry_out(caller_, call.account, *known, gathering, deadline)
                     : plan_and_make(call, parts, gathering, steps, deadline);
    };
    safeguards::SafeWrites::Viewer const view = [&] {
        return view_of(call, parts, known, gathering.requester.origin, deadline);
    };
    co_return co_await safe_writes_.make(wanted, safeguard, once, view, deadline);
}

Task<Result<json::object>> ToolCalls::view_of(ToolCall const& call, catalog::CallParts parts,
                                              std::optional<Plan> const& known, calllog::Origin const* origin,
                                              Deadline deadline)
{
    if (known)
        co_return co_await preview(caller_, call.account, *known, origin, deadline);
    auto const planned = co_await plan(call, std::move(parts), origin, deadline);
    if (!planned)
        co_return planned.error();
    co_return co_await preview(caller_, call.account, *planned, origin, deadline);
}

Task<Done> ToolCalls::make(ToolCall const& call, Grant const& grant, proxy::PageListener* listener,
                           calllog::Requester requester, Deadline deadline)
{
    auto parts = tools::split_arguments(*call.tool, call.arguments.get_object());
    if (parts.dry_run)
        co_return co_await preview_of(call, std::move(parts), requester.origin, deadline);
    proxy::Gathering const gathering{.listener = listener, .requester = requester, .max_bytes = grant.max_bytes};
    Done done;
    done.note = call.note;
    std::string note_of_safeguard;
    auto const safeguard =
        safeguards::safeguard_of(*call.tool->method, grant.approval_tags, grant.vocabulary, grant.idempotency_window);
    if (safeguard.is_needed()) {
        auto made = co_await make_safely(call, grant, std::move(parts), safeguard, gathering, done.steps, deadline);
        if (made.pending) {
            done.kind = Done::Kind::pending;
            done.pending = std::move(made.pending);
            done.approval_url = std::move(made.approval_url);
            co_return done;
        }
        done.outcome = std::move(made.outcome);
        note_of_safeguard = std::move(made.note);
    } else {
        done.outcome = co_await plan_and_make(call, std::move(parts), gathering, done.steps, deadline);
    }
    if (done.outcome)
        add_note(done.note, done.outcome->note);
    add_note(done.note, note_of_safeguard);
    done.is_account_dead = is_dead(done.outcome);
    if (done.is_account_dead && done.outcome)
        done.outcome->message +=
            (done.outcome->message.ends_with('.') ? " " : ". ") + accounts::how_to_reconnect(*call.account);
    co_return done;
}

} // namespace sluice::toolcalls
