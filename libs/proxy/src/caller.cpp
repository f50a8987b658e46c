#include "proxy/caller.hpp"

#include "accounts/redact.hpp"
#include "http_api/query.hpp"
#include "http_api/url.hpp"
#include "proxy/parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace sluice::proxy {
namespace {

/// The content of a cursor: the position of the page, in the form of its paging style; after a line feed, how many
/// records of that page were given already.
struct Position {
    std::string page;
    std::int64_t skip = 0;

    explicit Position(std::string const& payload)
        : page(payload.substr(0, payload.find('\n')))
    {
        if (page.size() < payload.size())
            std::from_chars(payload.data() + page.size() + 1, payload.data() + payload.size(), skip);
    }
};

/// Removes the first `count` records of a list.
void skip_records(Outcome& outcome, std::int64_t count)
{
    if (outcome.kind != Outcome::Kind::list)
        return;
    auto records = split_records(std::string(outcome.page.items));
    records.erase(records.begin(), records.begin() + std::min<std::ptrdiff_t>(count, std::ssize(records)));
    outcome.page.count = records.size();
    outcome.body = fmt::format("[{}]", fmt::join(records, ","));
    outcome.page.items = outcome.body;
}

/// How many redirects are followed.
constexpr int kMaxRedirects = 3;

/// How long calls of an account do not ask again for a renewal after the token endpoint failed.
constexpr std::chrono::seconds kFailedFor{4};
/// How long calls do not ask for a renewal after the vendor refused a new credential. Less than the time between the
/// two health checks that give the verdict.
constexpr std::chrono::minutes kRefusedFor{4};
constexpr std::size_t kMostRenewals = 4096;

/// Whether the vendor failed, so that the same call may succeed later.
bool is_vendor_failure(Error const& error)
{
    return error.code() == ErrorCode::upstream_failed || error.code() == ErrorCode::upstream_timeout ||
           error.code() == ErrorCode::upstream_unreachable;
}

/// Whether a renewal is impossible: the account is dead, it has nothing to renew with, its row is not stored yet, or an
/// earlier renewal was cut off. The credential is then used until it ends.
bool is_hopeless(Error const& error)
{
    return error.code() == ErrorCode::reauth_needed || error.code() == ErrorCode::not_found ||
           error.code() == ErrorCode::conflict;
}

/// The error of a call whose renewal failed. It says that nothing was sent, so that a safeguard does not take a write
/// for made.
Error not_sent(Error const& error)
{
    if (error.code() != ErrorCode::upstream_failed && error.code() != ErrorCode::upstream_timeout)
        return error;
    return {ErrorCode::upstream_unreachable, error.public_detail(), error.log_message()};
}

bool is_unauthorised(Outcome const& outcome)
{
    return outcome.kind == Outcome::Kind::error && outcome.status == 401;
}

/// The target of a redirect; nothing if it has no valid one.
std::optional<http::Url> target_of(std::string const& url, http::Headers const& headers)
{
    auto const location = headers.find("location");
    auto const from = http::parse_url(url);
    if (!location || !from)
        return std::nullopt;
    auto to = http::resolve_url(*from, *location);
    return to ? std::optional(*std::move(to)) : std::nullopt;
}

std::string text_of(http::Url const& url)
{
    return (url.is_tls ? "https://" : "http://") + url.authority() + url.target;
}

/// The answer of a method with `download: link`: the link itself. It is often a secret, but the caller asked for it.
http::IncomingResponse link_answer(std::string const& url, std::chrono::microseconds elapsed)
{
    http::IncomingResponse answer;
    answer.headers.add("content-type", "application/json");
    answer.body = boost::json::serialize(json::object{{"url", url}});
    answer.elapsed = elapsed;
    return answer;
}

/// The answer of another host, to which the vendor redirected. A refusal becomes an error, since it says nothing about
/// the account.
Result<http::IncomingResponse> judged(http::Url const& elsewhere, Result<http::IncomingResponse> response)
{
    if (response && response->status >= 200 && response->status < 300)
        return response;
    if (!response && response.error().code() != ErrorCode::forbidden &&
        response.error().code() != ErrorCode::upstream_unreachable)
        return response;
    return Error{
        ErrorCode::upstream_failed,
        fmt::format("The vendor redirects to {}: {}", elsewhere.host,
                    response ? fmt::format("it answered {} {}.", response->status, http::reason_of(response->status))
                             : response.error().public_detail()),
        response ? std::string() : response.error().log_message()};
}

/// The request for a host to which the vendor redirects: it has no credential and nothing else of the account.
http::OutgoingRequest without_credential(catalog::Method const& method, http::OutgoingRequest const& first)
{
    http::OutgoingRequest request;
    request.method = http::method_of(method.verb);
    for (auto const* name : {"accept", "user-agent"})
        if (auto const value = first.headers.find(name))
            request.headers.add(name, *value);
    return request;
}

} // namespace

CallerMetrics::CallerMetrics(telemetry::Registry& registry)
    : vendor_seconds(registry.histogram("sluice_proxy_vendor_seconds", "Time a vendor took to answer."))
    , ok(registry.counter("sluice_proxy_calls_total", "Vendor calls by outcome.", {{"outcome", "ok"}}))
    , client_errors(registry.counter("sluice_proxy_calls_total", "Vendor calls by outcome.", {{"outcome", "4xx"}}))
    , server_errors(registry.counter("sluice_proxy_calls_total", "Vendor calls by outcome.", {{"outcome", "5xx"}}))
    , throttled(registry.counter("sluice_proxy_calls_total", "Vendor calls by outcome.", {{"outcome", "throttled"}}))
    , unreachable(
          registry.counter("sluice_proxy_calls_total", "Vendor calls by outcome.", {{"outcome", "unreachable"}}))
{
}

Caller::Caller(http::Client& client, accounts::Vault const& vault, accounts::Refresher& refresher,
               crypto::CursorSealer const& cursors, Clock const& clock, CallObserver& observer, CallerMetrics& metrics)
    : client_(client)
    , vault_(vault)
    , refresher_(refresher)
    , cursors_(cursors)
    , clock_(clock)
    , observer_(observer)
    , metrics_(metrics)
{
}

Task<Result<Outcome>> Caller::call(accounts::CallableAccountPtr account, catalog::Method const& method,
                                   catalog::CallParts parts, RawBody const* raw, Deadline deadline,
                                   http::Peer const* waiter)
{
    if (method.access == catalog::Access::write)
        waiter = nullptr;
    if (account->account.is_sandbox && method.access == catalog::Access::write)
        co_return Error{ErrorCode::not_allowed, "This is a sandbox account: it is read-only."};
    // A cursor is bound to the call's other values. The binding is made only if there is a cursor.
    std::string binding;
    std::string asked;
    std::int64_t skip = 0;
    if (method.paginated && parts.next_cursor) {
        binding = cursor_binding(account->account.id.str(), method, parts);
        auto const payload = cursors_.open(binding, *parts.next_cursor);
        if (!payload)
            co_return payload.error();
        Position const position(*payload);
        skip = position.skip;
        asked = position.page;
        if (skip > 0)
            parts.limit =
                std::min(parts.limit.value_or(method.pagination.default_limit) + skip, method.pagination.max_limit);
    }
    if (account->base_url.empty())
        co_return accounts::render_base_url(*account->installed->integration, account->account.context).error();
    if (vault_.is_renewal_due(*account)) {
        auto renewed = co_await renew(account, Why::asked, deadline);
        // A credential that cannot be renewed is used until it ends; the vault refuses it after that.
        if (renewed)
            account = *std::move(renewed);
        else if (account->account.access_expires_at <= clock_.now())
            co_return not_sent(renewed.error());
    }
    auto outcome = co_await exchange(*account, method, parts, asked, raw, deadline, waiter);
    auto const* last = last_renewal(*account);
    if (outcome && is_unauthorised(*outcome) && (last == nullptr || last->error)) {
        auto renewed = co_await renew(account, Why::refused, deadline);
        if (renewed) {
            account = *std::move(renewed);
            outcome = co_await exchange(*account, method, parts, asked, raw, deadline, waiter);
            if (outcome && is_unauthorised(*outcome))
                remember(*account, std::nullopt);
        } else if (!is_hopeless(renewed.error())) {
            co_return not_sent(renewed.error()); // The credential may be good, so this is no verdict.
        }
    }
    if (!outcome)
        co_return outcome;
    count(*outcome);
    if (skip > 0)
        skip_records(*outcome, skip);
    if (outcome->kind == Outcome::Kind::list && outcome->page.next) {
        if (binding.empty())
            binding = cursor_binding(account->account.id.str(), method, parts);
        auto const& pagination = method.pagination;
        if (auto const next = pagination.style->next(pagination.settings, *outcome->page.next, asked))
            outcome->next_cursor = cursors_.seal(binding, *next);
        else
            outcome->note = kEndlessNote;
    }
    // The vendor's text may repeat the credential that was sent.
    if (outcome->kind == Outcome::Kind::error || outcome->kind == Outcome::Kind::unread) {
        outcome->message = accounts::without_secrets(std::move(outcome->message), *account);
        outcome->body = accounts::without_secrets(std::move(outcome->body), *account);
        outcome->vendor_headers = accounts::without_secrets(std::move(outcome->vendor_headers), *account);
        if (outcome->status == 401)
            observer_.unauthorised(account);
        else if (outcome->status == 403)
            observer_.forbidden(account, method, outcome->message);
    }
    co_return outcome;
}

std::string Caller::cursor_within(accounts::CallableAccount const& account, catalog::Method const& method,
                                  catalog::CallParts const& parts, std::size_t records) const
{
    auto const binding = cursor_binding(account.account.id.str(), method, parts);
    auto const opened = parts.next_cursor ? cursors_.open(binding, *parts.next_cursor) : Result<std::string>("");
    Position const position(opened ? *opened : std::string());
    return cursors_.seal(binding,
                         fmt::format("{}\n{}", position.page, position.skip + static_cast<std::int64_t>(records)));
}

Task<Result<Outcome>> Caller::exchange(accounts::CallableAccount const& account, catalog::Method const& method,
                                       catalog::CallParts const& parts, std::string_view position, RawBody const* raw,
                                       Deadline deadline, http::Peer const* waiter)
{
    auto const credential = vault_.credential(account);
    if (!credential)
        co_return credential.error();
    auto request = build(method, parts, raw, account.base_url, *credential, position);
    if (!request)
        co_return request.error();
    auto const owner = http::Owner{account.account.environment, account.account.id};
    request->waiter = waiter;
    request->owner = owner;
    bool const may_follow = method.access == catalog::Access::read && http::is_safe(request->method);
    auto url = may_follow ? request->url : std::string();
    auto response = co_await client_.send(*std::move(request), deadline);
    std::optional<http::Url> elsewhere; // From the first redirect to another host on, no request has the credential.
    for (int i = 0; i < kMaxRedirects && response && may_follow && is_redirect(response->status); ++i) {
        auto const target = target_of(url, response->headers);
        if (!target)
            break;
        auto const before = response->elapsed;
        if (method.gives_link) {
            response = link_answer(text_of(*target), before);
            break;
        }
        auto next = build(method, parts, raw, account.base_url, *credential, position);
        if (!next)
            co_return next.error();
        auto const from = http::parse_url(url);
        if (elsewhere || !from || !target->same_origin(*from)) {
            next = without_credential(method, *next);
            elsewhere = target;
        }
        url = text_of(*target);
        next->url = url;
        next->waiter = waiter;
        next->owner = owner;
        response = co_await client_.send(*std::move(next), deadline);
        if (response)
            response->elapsed += before;
    }
    if (elsewhere)
        response = judged(*elsewhere, std::move(response));
    if (!response) {
        if (waiter == nullptr || !waiter->is_gone())
            metrics_.unreachable.add();
        co_return response.error();
    }
    if (response->unread && method.access == catalog::Access::read)
        co_return *response->unread;
    co_return interpret(*account.installed->integration, method, *std::move(response), clock_.now());
}

Caller::Renewal const* Caller::last_renewal(accounts::CallableAccount const& account) const
{
    if (renewals_.empty())
        return nullptr;
    auto const found = renewals_.find(account.account.id);
    bool const holds = found != renewals_.end() && found->second.generation == account.account.generation &&
                       clock_.now() < found->second.until;
    return holds ? &found->second : nullptr;
}

void Caller::remember(accounts::CallableAccount const& account, std::optional<Error> error)
{
    auto const now = clock_.now();
    if (renewals_.size() >= kMostRenewals)
        std::erase_if(renewals_, [now](auto const& each) { return each.second.until <= now; });
    if (renewals_.size() >= kMostRenewals)
        return;
    auto const until = error ? now + kFailedFor : now + kRefusedFor;
    renewals_.insert_or_assign(account.account.id, Renewal{account.account.generation, until, std::move(error)});
}

Task<Result<accounts::CallableAccountPtr>> Caller::renew(accounts::CallableAccountPtr account, Why why,
                                                         Deadline deadline)
{
    if (auto const* last = last_renewal(*account); last != nullptr && last->error)
        co_return *last->error;
    auto renewed = co_await refresher_.renew(account, why, deadline);
    if (!renewed && is_vendor_failure(renewed.error()))
        remember(*account, renewed.error());
    co_return renewed;
}

void Caller::count(Outcome const& outcome)
{
    metrics_.vendor_seconds.observe(std::chrono::duration<double>(outcome.vendor_time).count());
    if (outcome.limits.throttled)
        metrics_.throttled.add();
    else if (outcome.kind != Outcome::Kind::error)
        metrics_.ok.add();
    else
        (outcome.status >= 500 ? metrics_.server_errors : metrics_.client_errors).add();
}

} // namespace sluice::proxy
