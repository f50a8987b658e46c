#include "toolcalls/tool_calls.hpp"

#include "accounts/callable_accounts.hpp"
#include "toolcalls/plan.hpp"
#include "tools/arguments.hpp"
#include "tools/overlay.hpp"

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

} // namespace

ToolCalls::ToolCalls(proxy::Caller& caller, safeguards::SafeWrites& safe_writes)
    : caller_(caller)
    , safe_writes_(safe_writes)
{
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

Task<Done> ToolCalls::make(ToolCall const& call, Grant const& grant, proxy::PageListener* listener,
                           http::Peer const* waiter, Deadline deadline)
{
    auto const& method = *call.tool->method;
    auto const& arguments = call.arguments.get_object();
    auto parts = tools::split_arguments(*call.tool, arguments);
    bool const is_dry_run = parts.dry_run;
    Done done;
    Plan plan;
    if (method.composition) {
        auto planned = co_await plan_calls(caller_, call.account, *call.tool, std::move(parts), deadline);
        if (!planned) {
            done.outcome = planned.error();
            co_return done;
        }
        plan = *std::move(planned);
        done.steps = plan.steps();
    } else {
        plan.calls.push_back({&method, std::move(parts)});
    }
    proxy::Gathering const gathering{listener, waiter, grant.max_bytes};
    done.note = call.note;
    std::string note_of_safeguard;
    if (plan.refusal) {
        done.outcome = *std::move(plan.refusal);
    } else if (is_dry_run) {
        done.kind = Done::Kind::previewed;
        done.preview = json::object{{"dry_run", true}};
        auto seen = co_await preview(caller_, call.account, plan, deadline);
        if (seen)
            done.preview->insert(seen->begin(), seen->end());
        else
            done.preview = seen.error();
        co_return done;
    } else if (auto const safeguard =
                   safeguards::safeguard_of(method, grant.approval_tags, grant.vocabulary, grant.idempotency_window);
               safeguard.is_needed()) {
        safeguards::SafeWrites::Call const wanted{grant.holder, call.account, *call.tool, arguments,
                                                  safeguard.needs_approval ? plan.writes() : std::string()};
        safeguards::SafeWrites::Maker const once = [&] {
            return carry_out(caller_, call.account, plan, gathering, deadline);
        };
        safeguards::SafeWrites::Viewer const view = [&] { return preview(caller_, call.account, plan, deadline); };
        auto made = co_await safe_writes_.make(wanted, safeguard, once, view, deadline);
        if (made.pending) {
            done.kind = Done::Kind::pending;
            done.pending = std::move(made.pending);
            done.approval_url = std::move(made.approval_url);
            co_return done;
        }
        done.outcome = std::move(made.outcome);
        note_of_safeguard = std::move(made.note);
    } else {
        done.outcome = co_await carry_out(caller_, call.account, plan, gathering, deadline);
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
