#include "mcp/safe_writes.hpp"

#include "base/encoding.hpp"
#include "proxy/kept_outcome.hpp"
#include "proxy/preview.hpp"
#include "runtime/offload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice::mcp {
namespace {

using State = WriteCall::State;

/// For what has to be written when a call is over, whatever is left of its own time.
constexpr std::chrono::seconds kSettleLimit{5};
/// A call ends within its deadline (50 s), so one that runs longer was cut off.
constexpr std::chrono::seconds kLease{90};
/// How long a person has to decide, and an approved call to be made.
constexpr std::chrono::seconds kApprovalLifetime{3600};
/// How soon a call that another one waits for is looked at again.
constexpr std::chrono::milliseconds kPause{250};
constexpr std::size_t kMaxAnswer = 256 * 1024;
constexpr std::size_t kMaxRequest = 128 * 1024;
constexpr std::string_view kLinkBinding = "approval link";

/// Members in order of their names, so that equal arguments have equal texts.
void append_canonical(std::string& out, json::value const& value)
{
    if (auto const* object = value.if_object()) {
        std::vector<json::object::const_iterator> members;
        for (auto member = object->begin(); member != object->end(); ++member)
            members.push_back(member);
        std::ranges::sort(members, {}, [](auto const& member) { return member->key(); });
        out += '{';
        for (auto const& member : members) {
            json::append_quoted(out, member->key());
            out += ':';
            append_canonical(out, member->value());
            out += ',';
        }
        out += '}';
    } else if (auto const* array = value.if_array()) {
        out += '[';
        for (auto const& element : *array) {
            append_canonical(out, element);
            out += ',';
        }
        out += ']';
    } else {
        out += boost::json::serialize(value);
    }
}

SafeWrites::Made failed(ErrorCode code, std::string message)
{
    return {Error{code, std::move(message)}, {}, {}, {}};
}

/// What is told instead of an outcome that nobody knows.
Result<proxy::Outcome> with_doubt(Result<proxy::Outcome> outcome)
{
    constexpr std::string_view kDoubt =
        "It is not known whether the call had an effect: look before you repeat it with other arguments.";
    if (outcome) {
        if (outcome->kind == proxy::Outcome::Kind::error)
            outcome->message += fmt::format(" {}", kDoubt);
        return outcome;
    }
    return Error{outcome.error().code(), fmt::format("{} {}", outcome.error().public_detail(), kDoubt),
                 outcome.error().log_message()};
}

/// An error of ours as something that can be kept.
proxy::Outcome outcome_of(Error const& error)
{
    proxy::Outcome outcome;
    outcome.kind = proxy::Outcome::Kind::error;
    outcome.status = error.code() == ErrorCode::upstream_timeout ? 504 : 502;
    outcome.remote_status = outcome.status;
    outcome.message = error.public_detail();
    return outcome;
}

} // namespace

std::string_view name_of(State state) noexcept
{
    static constexpr std::array<std::string_view, 5> kNames{"pending", "approved", "declined", "running", "done"};
    return kNames.at(static_cast<std::size_t>(state));
}

Safeguard safeguard_of(ServerConfig const& config, catalog::Method const& method)
{
    Safeguard safeguard;
    safeguard.needs_approval = std::ranges::any_of(config.approval_tags, [&](auto const& tag) {
        return std::ranges::find(method.tags, tag) != method.tags.end();
    });
    if (method.access == catalog::Access::write)
        safeguard.window = config.idempotency_window;
    return safeguard;
}

SafeWrites::SafeWrites(WriteCallRepository& repository, proxy::Caller& caller, crypto::CursorSealer const& sealer,
                       crypto::Keyring const& keyring, Clock const& clock, std::string page)
    : repository_(repository)
    , caller_(caller)
    , sealer_(sealer)
    , keyring_(keyring)
    , clock_(clock)
    , page_(std::move(page))
{
}

WriteCallKey SafeWrites::key_of(Call const& call) const
{
    auto text = fmt::format("{}|{}|{}.{}|", call.server.id.str(), call.account->account.id.str(),
                            call.tool.method->resource, call.tool.method->name);
    append_canonical(text, call.arguments);
    // Under the oldest key: it is the one that all replicas have while keys are being rotated.
    auto const& key = keyring_.derived(crypto::Keyring::Purpose::token_hash).begin()->second;
    return {call.server.environment, call.server.id, crypto::hmac_sha256(key, text)};
}

std::string SafeWrites::link_of(EnvironmentId environment, ApprovalId id) const
{
    // Behind the #, so that it reaches no log on its way and nothing that only fetches the page.
    return fmt::format("{}#{}", page_, sealer_.seal(kLinkBinding, to_hex(environment.uuid()) + to_hex(id.uuid())));
}

Result<SafeWrites::Link> SafeWrites::open_link(crypto::CursorSealer const& sealer, std::string_view secret)
{
    auto const opened = sealer.open(kLinkBinding, secret);
    constexpr std::size_t kHex = 36;
    auto const environment = opened ? uuid_from_hex(opened->substr(0, kHex)) : std::nullopt;
    auto const id = environment && opened->size() == 2 * kHex ? uuid_from_hex(opened->substr(kHex)) : std::nullopt;
    if (!id)
        return Error{ErrorCode::not_found, "This link is not one of ours, or it has ended."};
    return Link{EnvironmentId{*environment}, ApprovalId{*id}};
}

Task<SafeWrites::Made> SafeWrites::make(Call call, Safeguard safeguard, Maker maker, Deadline deadline)
{
    auto const key = key_of(call);
    for (;;) {
        auto known = co_await repository_.take(key, call.account->account.id, call.tool.name, safeguard.needs_approval,
                                               kLease, deadline);
        if (!known && known.error().code() == ErrorCode::not_found) {
            auto asked = co_await ask(call, key, deadline);
            if (!asked)
                co_return failed(asked.error().code(), asked.error().public_detail());
            known = std::optional(*std::move(asked));
        }
        if (!known)
            co_return failed(known.error().code(), known.error().public_detail() +
                                                       " Nothing was sent: this MCP server makes such a call "
                                                       "only while it can be remembered.");
        if (!*known) {
            auto outcome = co_await maker();
            co_return Made{co_await settle(key, safeguard.window, std::move(outcome)), {}, {}, {}};
        }
        auto const& call_before = **known;
        switch (call_before.state) {
        case State::pending:
        case State::approved: // By somebody just now: taken in the next round.
            if (call_before.state == State::approved)
                break;
            co_return Made{Error{},
                           {},
                           call_before,
                           call.server.config.approval_link ? link_of(key.environment, call_before.id) : std::string()};
        case State::declined:
            co_return failed(ErrorCode::forbidden,
                             fmt::format("A person declined this call at {}. Do not repeat it; ask what is wanted "
                                         "instead.",
                                         to_rfc3339(call_before.changed_at)));
        case State::done: {
            auto outcome = proxy::kept_outcome(call_before.answer);
            auto note = fmt::format("The same call was made at {}; this is its answer, and nothing was sent again. "
                                    "After {} the call is made anew.",
                                    to_rfc3339(call_before.changed_at), to_rfc3339(call_before.ends_at));
            co_return Made{std::move(outcome), std::move(note), {}, {}};
        }
        case State::running:
            if (deadline.left() <= kPause)
                co_return failed(ErrorCode::conflict,
                                 fmt::format("The same call is being made since {}, and how it ended is not known "
                                             "yet. Look at its effect, or call again after {}.",
                                             to_rfc3339(call_before.changed_at), to_rfc3339(call_before.ends_at)));
            co_await sleep_until(Deadline::after(kPause));
            break;
        }
    }
}

Task<Result<WriteCall>> SafeWrites::ask(Call const& call, WriteCallKey key, Deadline deadline)
{
    auto const& integration = *call.account->installed->integration;
    auto preview = co_await proxy::preview(caller_, call.account, *call.tool.method, call.parts, deadline);
    if (!preview)
        co_return preview.error();
    Approval approval;
    approval.server = key.server;
    approval.environment = key.environment;
    approval.account = call.account->account.id;
    approval.tool = call.tool.name;
    approval.ends_at = clock_.now() + kApprovalLifetime;
    auto& request = approval.request;
    request["title"] = call.tool.title;
    request["integration"] = integration.name;
    request["integration_label"] = integration.label;
    request["tenant_id"] = call.account->account.tenant_id;
    request["mcp_server"] = call.server.name;
    request["arguments"] = call.arguments;
    request["request"] = preview->at("request");
    request["changes"] = preview->at("changes");
    // What is there now may be large; the person has to see what is asked for, not all that it is done to.
    if (boost::json::serialize(request).size() > kMaxRequest)
        request["changes"] = nullptr;
    if (boost::json::serialize(request).size() > kMaxRequest)
        co_return Error{ErrorCode::too_large, fmt::format("This call needs a person's approval, and its arguments are "
                                                          "too large to be shown: send less than {} KiB at once.",
                                                          kMaxRequest / 1024 / 2)};
    co_return co_await repository_.ask(key, std::move(approval), deadline);
}

Task<Result<proxy::Outcome>> SafeWrites::settle(WriteCallKey key, std::chrono::seconds window,
                                                Result<proxy::Outcome> outcome)
{
    auto const limit = Deadline::after(kSettleLimit);
    // What cannot be written stays as `running` until its lease ends: nobody repeats it before that.
    if (proxy::had_no_effect(outcome)) {
        [[maybe_unused]] auto const given_back = co_await repository_.give_back(key, limit);
        co_return outcome;
    }
    bool const is_certain = outcome && outcome->kind != proxy::Outcome::Kind::error;
    if (!is_certain)
        outcome = with_doubt(std::move(outcome));
    auto text =
        outcome ? proxy::kept_text(*outcome, kMaxAnswer) : proxy::kept_text(outcome_of(outcome.error()), kMaxAnswer);
    [[maybe_unused]] auto const kept = co_await repository_.finish(key, std::move(text), window, limit);
    co_return outcome;
}

} // namespace sluice::mcp
