#include "safeguards/safe_writes.hpp"

#include "base/encoding.hpp"
#include "proxy/kept_outcome.hpp"
#include "write_end.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice::safeguards {
namespace {

using State = WriteCall::State;

/// A call ends within its deadline (50 s) and the time of renewing its credential. A call that seems to run longer was
/// cut off, and nobody knows how it ended.
constexpr std::chrono::seconds kLongestCall{150};
/// The time in which a person must decide, and in which an approved call must be made.
constexpr std::chrono::seconds kApprovalLifetime{3600};
constexpr std::size_t kMaxAnswer = 256 * 1024;
/// A body stands in it up to four times: as arguments, as the request, and in the effects and the changes.
constexpr std::size_t kMaxRequest = 256 * 1024;

SafeWrites::Made failed(ErrorCode code, std::string message)
{
    return {Error{code, std::move(message)}, {}, {}, {}};
}

/// Adds a warning to an outcome that does not say whether the call had an effect.
Result<proxy::Outcome> with_doubt(Result<proxy::Outcome> outcome)
{
    constexpr std::string_view kDoubt =
        "It is not known whether the call had an effect: look before you repeat it with other arguments.";
    if (outcome) {
        if (outcome->kind == proxy::Outcome::Kind::error)
            outcome->message += fmt::format("{} {}", outcome->message.ends_with('.') ? "" : ".", kDoubt);
        return outcome;
    }
    return Error{outcome.error().code(), fmt::format("{} {}", outcome.error().public_detail(), kDoubt),
                 outcome.error().log_message()};
}

/// An error in the form of an outcome, so that it can be kept.
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

Safeguard safeguard_of(catalog::Method const& method, std::vector<std::string> const& approval_tags,
                       catalog::Vocabulary vocabulary, std::chrono::seconds window)
{
    Safeguard safeguard;
    // In the first vocabulary the words of the second count too: an older binary that changes a server forgets its
    // vocabulary, and that must not make a call go without approval.
    auto const has = [](std::vector<std::string> const& tags, std::string const& tag) {
        return std::ranges::find(tags, tag) != tags.end();
    };
    safeguard.needs_approval = std::ranges::any_of(approval_tags, [&](std::string const& tag) {
        return has(method.tags, tag) || (vocabulary == catalog::Vocabulary::first && has(method.first_tags, tag));
    });
    if (method.access == catalog::Access::write)
        safeguard.window = window;
    return safeguard;
}

SafeWrites::SafeWrites(WriteCallRepository& repository, tenancy::Waiters& waiters, crypto::Keyring const& keyring,
                       Clock const& clock, std::string page)
    : repository_(repository)
    , waiters_(waiters)
    , keyring_(keyring)
    , clock_(clock)
    , page_(std::move(page))
{
}

WriteCallKey SafeWrites::key_of(Call const& call) const
{
    auto arguments = call.arguments;
    arguments.erase("dry_run"); // A dry run never comes here: the argument is false, which means the same as absent.
    // The address is part of the key: a reconnected account may lead to another one at the vendor under the same id.
    auto const text = fmt::format("{}|{}|{}|{}.{}|{}{}{}", call.holder.server.str(), call.account->account.id.str(),
                                  call.account->base_url, call.tool.method->resource, call.tool.method->name,
                                  json::canonical(arguments), call.bound.empty() ? "" : "|", call.bound);
    // The oldest key is used, since adding a key does not change it. When the oldest key is retired, a repeated call
    // counts as new.
    auto const& key = keyring_.derived(crypto::Keyring::Purpose::token_hash).begin()->second;
    return {call.holder.environment, call.holder.server, crypto::hmac_sha256(key, text)};
}

std::string SafeWrites::link_of(EnvironmentId environment, ApprovalId id) const
{
    return fmt::format("{}?environment={}&approval={}", page_, environment.str(), id.str());
}

Task<SafeWrites::Made> SafeWrites::make(Call call, Safeguard safeguard, Maker maker, Viewer view, Deadline deadline)
{
    auto const key = key_of(call);
    std::optional<tenancy::Waiters::Place> place; // Set while somebody else makes the same call,
    ApprovalId awaited;                           // which has this id.
    for (;;) {
        auto known = co_await repository_.take(key, call.account->account.id, call.tool.name, safeguard.needs_approval,
                                               std::max(safeguard.window, kLongestCall), deadline.at_most(kStoreLimit));
        if (!known && known.error().code() == ErrorCode::not_found) {
            if (!safeguard.needs_approval && deadline.left() > kPause) {
                co_await sleep_until(Deadline::after(kPause)); // Another request's call was forgotten this moment.
                continue;
            }
            if (!safeguard.needs_approval)
                co_return failed(ErrorCode::conflict, "This MCP server is being changed. Call again.");
            auto asked = co_await ask(call, key, view, deadline);
            if (!asked)
                co_return failed(asked.error().code(), asked.error().public_detail());
            known = *std::move(asked);
        }
        if (!known)
            co_return failed(
                known.error().code(),
                known.error().public_detail() +
                    " Nothing was sent: this MCP server makes such a call only if the database can remember it.");
        if (known->is_taken) {
            auto outcome = co_await maker();
            auto settled = co_await settle(key.environment, known->id, safeguard.window, std::move(outcome));
            co_return Made{std::move(settled), {}, {}, {}};
        }
        auto const& call_before = *known;
        switch (call_before.state) {
        case State::approved:
            break; // A person approved it just now: the next round takes it.
        case State::pending:
            co_return Made{Error{},
                           {},
                           call_before,
                           call.holder.hands_out_links ? link_of(key.environment, call_before.id) : std::string()};
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
            if (deadline.left() <= kPause || clock_.now() - call_before.changed_at > kLongestCall)
                co_return failed(
                    ErrorCode::conflict,
                    fmt::format("The same call was begun at {}, and how it ended is not known. Look at its "
                                "effect; the call is made anew after {}.",
                                to_rfc3339(call_before.changed_at), to_rfc3339(call_before.ends_at)));
            if (place && awaited == call_before.id) {
                co_await place->wait(deadline);
                break;
            }
            // The place is taken before the next look, so that the call's end is not missed.
            auto joined = waiters_.join(key.environment, call_before.id.uuid());
            if (!joined)
                co_return failed(joined.error().code(), joined.error().public_detail());
            place.emplace(*std::move(joined));
            awaited = call_before.id;
            break;
        }
    }
}

Task<Result<WriteCall>> SafeWrites::ask(Call const& call, WriteCallKey key, Viewer const& view, Deadline deadline)
{
    auto const& integration = *call.account->installed->integration;
    auto seen = co_await view();
    if (!seen)
        co_return seen.error();
    Approval approval;
    approval.id = ApprovalId{uuid_v7(clock_.now())};
    approval.code = new_approval_code();
    approval.url = link_of(key.environment, approval.id);
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
    request["mcp_server"] = call.holder.name;
    request["arguments"] = call.arguments;
    request.insert(seen->begin(), seen->end());
    // The item's present state may be large. The person must see the request; the state before it may be left out.
    if (boost::json::serialize(request).size() > kMaxRequest)
        request["changes"] = nullptr;
    if (boost::json::serialize(request).size() > kMaxRequest)
        co_return Error{ErrorCode::too_large, fmt::format("This call needs a person's approval, and its arguments are "
                                                          "too large to be shown: send less than {} KiB at once.",
                                                          kMaxRequest / 1024 / 4)};
    co_return co_await repository_.ask(key, std::move(approval), deadline);
}

Task<Result<proxy::Outcome>> SafeWrites::settle(EnvironmentId environment, ApprovalId id, std::chrono::seconds window,
                                                Result<proxy::Outcome> outcome)
{
    // If the end of a call cannot be written, the call stays `running` for the window, so nobody repeats it before.
    if (proxy::had_no_effect(outcome)) {
        [[maybe_unused]] auto const given_back =
            co_await repository_.give_back(environment, id, Deadline::after(kStoreLimit));
        co_return outcome;
    }
    bool const is_certain = outcome && (outcome->kind != proxy::Outcome::Kind::error || outcome->had_effect);
    if (!is_certain)
        outcome = with_doubt(std::move(outcome));
    auto text =
        outcome ? proxy::kept_text(*outcome, kMaxAnswer) : proxy::kept_text(outcome_of(outcome.error()), kMaxAnswer);
    auto const finish = [&](Deadline deadline) { return repository_.finish(environment, id, text, window, deadline); };
    co_await write_end(finish);
    co_return outcome;
}

} // namespace sluice::safeguards
