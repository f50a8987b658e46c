#include "toolcalls/plan.hpp"

#include "proxy/parts.hpp"
#include "proxy/preview.hpp"
#include "tools/effects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice::toolcalls {
namespace {

constexpr std::size_t kMaxAnswer = 8 * 1024 * 1024;
/// The most bytes of a value that is worked out. The vendor's answers may be larger.
constexpr std::size_t kMaxValue = 1024 * 1024;
constexpr std::size_t kMaxAnswers = 2 * kMaxAnswer; ///< Of all reads of a plan.

std::string name_of(catalog::Method const& method)
{
    return fmt::format("{}.{}", method.resource, method.name);
}

/// The answer of a read, as templates read it.
Result<json::value> value_in(proxy::Outcome const& outcome)
{
    using Kind = proxy::Outcome::Kind;
    if (outcome.kind != Kind::object && outcome.kind != Kind::list)
        return json::value(nullptr);
    return json::parse(outcome.kind == Kind::list ? outcome.page.items : std::string_view(outcome.body),
                       {.max_bytes = kMaxAnswer, .max_depth = 64});
}

/// Works out the steps of one composed method.
class Planner {
public:
    Planner(proxy::Caller& caller, accounts::CallableAccountPtr account, catalog::Composition const& composition,
            catalog::CallParts parts, calllog::Origin const* origin)
        : caller_(caller)
        , account_(std::move(account))
        , composition_(composition)
        , parts_(std::move(parts))
        , values_{{"arguments", parts_.body ? *parts_.body : json::value(json::object{})}, {"steps", json::object{}}}
        , origin_(origin)
    {
    }

    Task<Result<Plan>> run(Deadline deadline)
    {
        for (auto const& step : composition_.steps) {
            auto const* request = std::get_if<catalog::RequestStep>(&step.what);
            if (request != nullptr) {
                auto const taken = co_await take(*request, step, deadline);
                if (!taken)
                    co_return taken.error();
                if (plan_.refusal)
                    co_return std::move(plan_);
                continue;
            }
            auto value = catalog::value_of(step, values_);
            if (!value && std::holds_alternative<catalog::RefuseStep>(step.what))
                co_return value.error();
            if (!value)
                co_return lacks(step.name, value.error());
            if (*value && json::to_text(**value).size() > kMaxValue)
                co_return Error{ErrorCode::too_large,
                                fmt::format("The value {} of this tool grows too large.", step.name)};
            if (*value)
                keep(step.name, **std::move(value));
        }
        if (plan_.calls.empty())
            co_return invalid("", "With these arguments there is nothing to do.");
        if (!has_result_)
            plan_.result = plan_.calls.size() - 1;
        // The answer of the tool is the answer of this call, so it is asked for as the caller wishes.
        auto& result = plan_.calls[plan_.result].parts;
        result.limit = parts_.limit;
        result.next_cursor = parts_.next_cursor;
        result.fields = parts_.fields;
        co_return std::move(plan_);
    }

private:
    static Error lacks(std::string_view what, Error const& error)
    {
        return {ErrorCode::upstream_failed,
                fmt::format("The vendor's answer lacks what {} needs: {}.", what, error.public_detail())};
    }

    void keep(std::string const& name, json::value value) { values_.at("steps").as_object()[name] = std::move(value); }

    Task<Result<void>> take(catalog::RequestStep const& request, catalog::CompositionStep const& step,
                            Deadline deadline)
    {
        if (!step.when.holds(values_))
            co_return Result<void>{};
        auto const* method = account_->installed->integration->find(request.call.resource, request.call.method);
        auto const arguments = request.call.arguments.render(values_);
        if (!arguments)
            co_return lacks(name_of(*method), arguments.error());
        auto parts = proxy::flat_parts(*method, arguments->get_object());
        bool const is_for_values = method->access == catalog::Access::read && !step.name.empty();
        if (!is_for_values) {
            if (request.is_result) {
                plan_.result = plan_.calls.size();
                has_result_ = true;
            }
            plan_.calls.push_back({method, std::move(parts)});
            co_return Result<void>{};
        }
        proxy::Gathering const gathering{.requester = {.origin = origin_}};
        auto answer = co_await proxy::call_pages(caller_, account_, *method, std::move(parts), gathering, deadline);
        if (!answer)
            co_return answer.error();
        plan_.reads.push_back(method);
        plan_.vendor_time += answer->vendor_time;
        read_bytes_ += answer->body.size();
        if (read_bytes_ > kMaxAnswers)
            co_return Error{ErrorCode::too_large, "The vendor's answers are too large for this tool."};
        if (answer->kind == proxy::Outcome::Kind::error) {
            plan_.refusal = *std::move(answer);
            co_return Result<void>{};
        }
        auto value = value_in(*answer);
        if (!value)
            co_return Error{ErrorCode::upstream_failed, "The vendor's answer could not be read.",
                            value.error().public_detail()};
        keep(step.name, *std::move(value));
        co_return Result<void>{};
    }

    proxy::Caller& caller_;
    accounts::CallableAccountPtr account_;
    catalog::Composition const& composition_;
    catalog::CallParts parts_;
    json::value values_;
    calllog::Origin const* origin_;
    Plan plan_;
    bool has_result_ = false;
    std::size_t read_bytes_ = 0;
};

/// An error after a part of the calls was made.
proxy::Outcome ended_early(Result<proxy::Outcome> failed, Plan const& plan, std::size_t position)
{
    proxy::Outcome outcome;
    if (failed)
        outcome = *std::move(failed);
    else {
        outcome.kind = proxy::Outcome::Kind::error;
        auto const code = failed.error().code();
        outcome.status = outcome.remote_status = code == ErrorCode::reauth_needed      ? 401
                                                 : code == ErrorCode::upstream_timeout ? 504
                                                                                       : 502;
        outcome.message = failed.error().public_detail();
    }
    std::string made;
    for (std::size_t i = 0; i < position; ++i)
        if (plan.calls[i].method->access == catalog::Access::write)
            made += (made.empty() ? "" : ", ") + name_of(*plan.calls[i].method);
    auto const& failing = *plan.calls[position].method;
    outcome.message = fmt::format(
        "{} was made; then {} failed: {}{} Do not repeat the whole call, since that would make "
        "the first part again: make only what is missing, with {}.",
        made, name_of(failing), outcome.message, outcome.message.ends_with('.') ? "" : ".", failing.tool_name);
    outcome.had_effect = true;
    outcome.limits.throttled = false; // Its advice to call again would be about the whole call.
    return outcome;
}

/// A call as text, whatever the order of its members.
std::string binding_of(PlannedCall const& call)
{
    auto parts = call.parts;
    std::ranges::sort(parts.path);
    auto const body = std::exchange(parts.body, std::nullopt);
    return proxy::cursor_binding("", *call.method, parts) + (body ? '|' + json::canonical(*body) : std::string());
}

/// The tool of a method as the account has it; null if it has none.
tools::Tool const* tool_of(accounts::CallableAccount const& account, catalog::Method const& method)
{
    auto const position = account.tools->find(method.tool_name);
    auto const* tool = position < account.tools->size() ? &(*account.tools)[position] : nullptr;
    return tool != nullptr && tool->method == &method ? tool : nullptr;
}

} // namespace

std::string Plan::steps() const
{
    std::string text;
    for (auto const* method : reads)
        text += (text.empty() ? "" : " ") + name_of(*method);
    for (auto const& call : calls)
        text += (text.empty() ? "" : " ") + name_of(*call.method);
    return text;
}

std::string Plan::writes() const
{
    std::string text;
    for (auto const& call : calls)
        text += binding_of(call) + '\n';
    return text;
}

Task<Result<Plan>> plan_calls(proxy::Caller& caller, accounts::CallableAccountPtr account, tools::Tool const& tool,
                              catalog::CallParts parts, calllog::Origin const* origin, Deadline deadline)
{
    Planner planner(caller, std::move(account), *tool.method->composition, std::move(parts), origin);
    co_return co_await planner.run(deadline);
}

Task<Result<proxy::Outcome>> carry_out(proxy::Caller& caller, accounts::CallableAccountPtr account, Plan const& plan,
                                       proxy::Gathering gathering, Deadline deadline)
{
    std::optional<proxy::Outcome> result;
    std::chrono::microseconds vendor_time{};
    for (std::size_t i = 0; i < plan.calls.size(); ++i) {
        auto const& call = plan.calls[i];
        proxy::Gathering const of_call =
            i == plan.result ? gathering : proxy::Gathering{.requester = {.origin = gathering.requester.origin}};
        auto outcome = co_await proxy::call_pages(caller, account, *call.method, call.parts, of_call, deadline);
        bool const has_failed = !outcome || outcome->kind == proxy::Outcome::Kind::error;
        bool const is_nothing_made =
            std::ranges::none_of(plan.calls.begin(), plan.calls.begin() + static_cast<std::ptrdiff_t>(i),
                                 [](PlannedCall const& made) { return made.method->access == catalog::Access::write; });
        if (has_failed && is_nothing_made)
            co_return outcome;
        if (has_failed)
            co_return ended_early(std::move(outcome), plan, i);
        vendor_time += outcome->vendor_time;
        auto const limits = outcome->limits;
        auto windows = std::move(outcome->windows);
        if (i == plan.result)
            result = *std::move(outcome);
        if (result) {
            result->limits = limits;
            result->windows = std::move(windows);
        }
    }
    result->vendor_time = plan.vendor_time + vendor_time;
    co_return *std::move(result);
}

Task<Result<json::object>> preview(proxy::Caller& caller, accounts::CallableAccountPtr account, Plan const& plan,
                                   calllog::Origin const* origin, Deadline deadline)
{
    auto const& integration = *account->installed->integration;
    bool const has_steps = !plan.reads.empty() || plan.calls.size() > 1;
    json::object shown{{"about", nullptr}, {"effects", nullptr}};
    json::array effects;
    json::array steps;
    for (auto const* method : plan.reads)
        steps.push_back(json::object{{"title", method->title}, {"method", name_of(*method)}, {"access", "read"}});
    for (std::size_t i = 0; i < plan.calls.size(); ++i) {
        auto const& call = plan.calls[i];
        auto seen = co_await proxy::preview(caller, account, *call.method, call.parts, origin, deadline);
        if (!seen)
            co_return seen.error();
        tools::SeenCall const known{integration, *call.method, tool_of(*account, *call.method),
                                    call.parts,  seen->item,   seen->changes};
        for (auto& effect : tools::effects_of(known))
            effects.push_back(std::move(effect));
        json::object step{{"title", call.method->title}, {"method", name_of(*call.method)}};
        step["access"] = call.method->access == catalog::Access::write ? "write" : "read";
        if (i != plan.result)
            step["request"] = std::move(seen->request);
        steps.push_back(std::move(step));
        if (i != plan.result)
            continue;
        shown["about"] = tools::about_of(known);
        shown["request"] = std::move(seen->request);
        shown["changes"] = std::move(seen->changes);
    }
    shown["effects"] = std::move(effects);
    if (has_steps)
        shown["steps"] = std::move(steps);
    co_return shown;
}

} // namespace sluice::toolcalls
