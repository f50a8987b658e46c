#include "proxy/caller.hpp"

#include "accounts/redact.hpp"
#include "accounts/scopes.hpp"
#include "http_api/media_type.hpp"
#include "http_api/query.hpp"
#include "http_api/url.hpp"
#include "proxy/parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sluice::proxy {
namespace {

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

/// Notes where the page is in its list, and how the list goes on.
void take_turn(catalog::Method const& method, paging::Ask const& ask, std::string_view url,
               std::string_view secret_parameter, Outcome& outcome)
{
    auto const& pagination = method.pagination;
    auto const count = static_cast<std::int64_t>(outcome.page.count);
    auto next = pagination.style->next(pagination.settings,
                                       {ask, url, secret_parameter, count, outcome.page.signs, outcome.vendor_headers});
    outcome.turn.position = ask.position;
    outcome.turn.limit = ask.limit;
    outcome.turn.is_short = next.is_short;
    if (next.position && next.position->size() > kLongestPosition) {
        next.position.reset();
        next.note = kLongNextNote;
    }
    outcome.turn.next = std::move(next.position);
    if (!next.note.empty())
        outcome.note = std::move(next.note);
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

/// Whether the body of a call is a stream.
bool is_sent_once(Passthrough const* through)
{
    return through != nullptr && through->body && through->body->source;
}

std::string_view raw_body_of(Passthrough const* through)
{
    return through != nullptr && through->body ? std::string_view(through->body->bytes) : std::string_view{};
}

/// Whether the client has asked for an answer only if it has another version.
bool is_conditional(Passthrough const* through)
{
    return through != nullptr &&
           (through->headers.contains("if-none-match") || through->headers.contains("if-modified-since"));
}

/// Lets the answer to a request be a stream, if that is wanted.
void let_stream(Passthrough const* through, catalog::Method const& method, http::OutgoingRequest& request)
{
    if (through == nullptr)
        return;
    request.stream_deadline = through->stream_deadline;
    if (through->streams == Passthrough::Streams::never || method.is_list())
        return;
    request.streams_answer = [through, &method](int status, http::Headers const& headers) {
        // A vendor that says its errors in a success has to be read.
        bool const is_read =
            method.error_when != nullptr && http::parse_media_type(headers.find("content-type").value_or("")).is_json();
        return status >= 200 && status < 300 && status != 204 && !is_read && is_streamed(*through, headers);
    };
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

/// The vendor's text may repeat the credential that was sent.
void take_secrets_out(Outcome& outcome, accounts::CallableAccount const& account)
{
    auto const clean = [&](std::string& text) { text = accounts::without_secrets(std::move(text), account); };
    auto body = accounts::without_secrets(outcome.body, account);
    bool const is_changed = body != outcome.body;
    outcome.body = std::move(body);
    outcome.vendor_headers = accounts::without_secrets(std::move(outcome.vendor_headers), account);
    // A message that was cut may end in a part of a secret, which is found only in the whole body.
    if (outcome.is_refusal && is_changed)
        read_refusal(account.installed->integration->errors, outcome);
    clean(outcome.message);
    clean(outcome.remote_code);
    for (auto& failure : outcome.failures) {
        clean(failure.path);
        clean(failure.message);
    }
    std::ranges::for_each(outcome.missing_scopes, clean);
}

/// The scopes of a 403 that the account lacks: those that the vendor asks for, else those of the definition, without
/// those that it was granted.
std::vector<std::string> scopes_missing(std::vector<std::string> wanted, accounts::CallableAccount const& account,
                                        catalog::Method const& method)
{
    if (wanted.empty())
        return accounts::missing_scopes(account.account, method);
    if (auto const granted = accounts::granted_scopes(account.account))
        std::erase_if(wanted, [&](auto const& scope) { return std::ranges::find(*granted, scope) != granted->end(); });
    return wanted;
}

/// The request for a host to which the vendor redirects: it has no credential and nothing else of the account.
http::OutgoingRequest without_credential(catalog::Method const& method, http::OutgoingRequest const& first)
{
    http::OutgoingRequest request;
    request.method = http::method_of(method.verb);
    for (auto const* name : {"accept", "user-agent", "accept-encoding", "range", "if-range"})
        if (auto const value = first.headers.find(name))
            request.headers.add(name, *value);
    return request;
}

} // namespace

CallMetrics CallerMetrics::of(std::string const& integration) const
{
    auto const calls = [&](char const* outcome) {
        return &registry_.counter("sluice_proxy_calls_total", "Vendor calls by integration and outcome.",
                                  {{"integration", integration}, {"outcome", outcome}});
    };
    return {&registry_.histogram("sluice_proxy_vendor_seconds", "Time a vendor took to answer.",
                                 {{"integration", integration}}),
            calls("ok"),
            calls("4xx"),
            calls("5xx"),
            calls("throttled"),
            calls("unreachable")};
}

CallMetrics const& Caller::metrics_of(accounts::CallableAccount const& account)
{
    auto const& row = account.account;
    auto known = known_metrics_.find(row.integration);
    if (known == known_metrics_.end())
        known = known_metrics_.emplace(row.integration, metrics_.of(accounts::metric_label(row))).first;
    return known->second;
}

Caller::Caller(http::Client& client, accounts::Vault const& vault, accounts::Refresher& refresher,
               crypto::CursorSealer const& cursors, Clock const& clock, CallObserver& observer, CallRecorder& recorder,
               CallerMetrics& metrics, UnreadLimits& unread_limits)
    : client_(client)
    , vault_(vault)
    , refresher_(refresher)
    , cursors_(cursors)
    , clock_(clock)
    , observer_(observer)
    , recorder_(recorder)
    , metrics_(metrics)
    , unread_limits_(unread_limits)
{
}

Task<Result<Outcome>> Caller::call(accounts::CallableAccountPtr account, catalog::Method const& method,
                                   catalog::CallParts parts, Passthrough const* through, Deadline deadline,
                                   calllog::Requester requester)
{
    if (method.access == catalog::Access::write)
        requester.waiter = nullptr;
    Attempt attempt;
    auto outcome = co_await make(account, method, parts, through, deadline, requester, attempt);
    if (requester.origin != nullptr)
        recorder_.record({*account, method, parts, *requester.origin, attempt, raw_body_of(through)}, outcome);
    co_return outcome;
}

Task<Result<Outcome>> Caller::make(accounts::CallableAccountPtr& account, catalog::Method const& method,
                                   catalog::CallParts& parts, Passthrough const* through, Deadline deadline,
                                   calllog::Requester requester, Attempt& attempt)
{
    if (account->account.is_sandbox && method.access == catalog::Access::write)
        co_return Error{ErrorCode::not_allowed, "This is a sandbox account: it is read-only."};
    // A cursor is bound to the call's other values. The binding is made only if there is a cursor.
    std::string binding;
    Place place;
    if (method.paginated && parts.next_cursor) {
        binding = cursor_binding(account->account.id.str(), method, parts);
        auto const payload = cursors_.open(binding, *parts.next_cursor);
        if (!payload)
            co_return payload.error();
        place = Place::parse(*payload);
    }
    if (method.paginated)
        parts.limit = limit_at(place, method.pagination, parts.limit);
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
    auto outcome = co_await exchange(*account, method, parts, place.position, through, deadline, requester, attempt);
    auto const* last = last_renewal(*account);
    if (outcome && is_unauthorised(*outcome) && (last == nullptr || last->error)) {
        auto renewed = co_await renew(account, Why::refused, deadline);
        if (renewed && is_sent_once(through))
            co_return Error{ErrorCode::unavailable, "The account's credential had ended. It is renewed now: send the "
                                                    "body again. Nothing was changed."};
        if (renewed) {
            account = *std::move(renewed);
            outcome = co_await exchange(*account, method, parts, place.position, through, deadline, requester, attempt);
            if (outcome && is_unauthorised(*outcome))
                remember(*account, std::nullopt);
        } else if (!is_hopeless(renewed.error())) {
            co_return not_sent(renewed.error()); // The credential may be good, so this is no verdict.
        }
    }
    if (!outcome)
        co_return outcome;
    count(*outcome, *account);
    if (place.skip > 0)
        skip_records(*outcome, place.skip);
    outcome->turn.skip = place.skip;
    if (outcome->turn.next) {
        if (binding.empty())
            binding = cursor_binding(account->account.id.str(), method, parts);
        outcome->next_cursor = cursors_.seal(binding, *outcome->turn.next);
    }
    if (outcome->kind == Outcome::Kind::error || outcome->kind == Outcome::Kind::unread) {
        take_secrets_out(*outcome, *account);
        if (account->is_trial)
            co_return outcome; // Nobody has such a row: there is nothing to tell about it.
        if (outcome->status == 401)
            observer_.unauthorised(account);
        else if (outcome->status == 403) {
            outcome->missing_scopes = scopes_missing(std::move(outcome->missing_scopes), *account, method);
            observer_.forbidden(account, method, outcome->message, outcome->missing_scopes);
        }
    }
    co_return outcome;
}

std::string Caller::cursor_within(accounts::CallableAccount const& account, catalog::Method const& method,
                                  catalog::CallParts const& parts, Turn const& turn, std::size_t records) const
{
    Place const place{turn.position, turn.skip + static_cast<std::int64_t>(records), turn.limit.value_or(0)};
    return cursors_.seal(cursor_binding(account.account.id.str(), method, parts), place.str());
}

Task<Result<Outcome>> Caller::exchange(accounts::CallableAccount const& account, catalog::Method const& method,
                                       catalog::CallParts const& parts, std::string_view position,
                                       Passthrough const* through, Deadline deadline, calllog::Requester requester,
                                       Attempt& attempt)
{
    auto const credential = vault_.credential(account);
    if (!credential)
        co_return credential.error();
    auto request = build(method, parts, through, account.base_url, *credential, position);
    if (!request)
        co_return request.error();
    auto const owner = http::Owner{account.account.environment, account.account.id};
    request->waiter = requester.waiter;
    attempt.note(*request, account, requester.origin);
    request->owner = owner;
    let_stream(through, method, *request);
    bool const may_follow = method.access == catalog::Access::read && http::is_safe(request->method);
    auto url = may_follow || method.paginated ? request->url : std::string();
    auto response = co_await client_.send(*std::move(request), deadline);
    std::optional<http::Url> elsewhere; // From the first redirect to another host on, no request has the credential.
    std::string own_url;                // The last address before that.
    for (int i = 0; i < kMaxRedirects && response && may_follow && is_redirect(response->status); ++i) {
        auto const target = target_of(url, response->headers);
        if (!target)
            break;
        auto const before = response->elapsed;
        if (method.gives_link) {
            response = link_answer(text_of(*target), before);
            break;
        }
        auto next = build(method, parts, through, account.base_url, *credential, position);
        if (!next)
            co_return next.error();
        auto const from = http::parse_url(url);
        if (elsewhere || !from || !target->same_origin(*from)) {
            next = without_credential(method, *next);
            if (!elsewhere)
                own_url = url;
            elsewhere = target;
        }
        url = text_of(*target);
        next->url = url;
        next->waiter = requester.waiter;
        next->owner = owner;
        let_stream(through, method, *next);
        response = co_await client_.send(*std::move(next), deadline);
        if (response)
            response->elapsed += before;
        else if (deadline.expired())
            response = Error{ErrorCode::upstream_timeout, "The vendor redirects, and the time for the call was over.",
                             response.error().log_message()};
    }
    if (elsewhere)
        response = judged(*elsewhere, std::move(response));
    if (!response) {
        if (requester.waiter == nullptr || !requester.waiter->is_gone())
            metrics_of(account).unreachable->add();
        co_return response.error();
    }
    if (response->unread && method.access == catalog::Access::read)
        co_return *response->unread;
    auto outcome = interpret(*account.installed->integration, method, *std::move(response), clock_.now());
    if (!elsewhere && !account.is_trial)
        observer_.answered(account, outcome);
    if (!account.structured_limits)
        outcome.windows.clear(); // No header of the answer tells them.
    if (outcome.remote_status == 304 && is_conditional(through)) {
        outcome.kind = Outcome::Kind::empty; // The client has the present version (RFC 9110 section 15.4.5).
        outcome.status = 304;
    }
    if (method.paginated && outcome.kind == Outcome::Kind::list)
        take_turn(method, {position, parts.limit}, elsewhere ? own_url : url, credential->query, outcome);
    co_return outcome;
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

void Caller::count(Outcome const& outcome, accounts::CallableAccount const& account)
{
    if (!outcome.unread_limit.empty()) {
        auto const value = outcome.vendor_headers.find_last(outcome.unread_limit).value_or("");
        unread_limits_.note(*account.installed->integration, outcome.unread_limit,
                            accounts::without_secrets(std::string(value), account), clock_.now());
    }
    auto const& metrics = metrics_of(account);
    metrics.vendor_seconds->observe(std::chrono::duration<double>(outcome.vendor_time).count());
    if (outcome.limits.throttled)
        metrics.throttled->add();
    else if (outcome.kind != Outcome::Kind::error)
        metrics.ok->add();
    else
        (outcome.status >= 500 ? metrics.server_errors : metrics.client_errors)->add();
}

} // namespace sluice::proxy
