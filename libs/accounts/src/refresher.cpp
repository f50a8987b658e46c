#include "accounts/refresher.hpp"

#include "base/failpoint.hpp"
#include "base/random.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sluice::accounts {
namespace {

constexpr std::chrono::milliseconds kPause{100};
constexpr std::chrono::seconds kStoreLimit{5};
/// What the vendor gave has to be stored: it may be the only credential that still works.
constexpr std::chrono::seconds kCommitLimit{60};

double random_fraction()
{
    std::array<std::uint8_t, 2> bytes{};
    random_bytes(bytes);
    return (bytes[0] * 256.0 + bytes[1]) / 65536.0;
}

bool is_alive(Account const& account, Timestamp now)
{
    return !account.access_expires_at || *account.access_expires_at > now;
}

/// Often enough that a vendor who recovers in time keeps the account usable.
Clock::time_point::duration pause_after_failure(Clock::time_point::duration left)
{
    return std::clamp<Clock::time_point::duration>(left / 4, std::chrono::seconds(1), std::chrono::seconds(60));
}

Error cannot_renew(Account const& account, std::string_view why)
{
    return {ErrorCode::reauth_needed,
            fmt::format("The access token of the {} account of tenant {} has expired or is refused, and cannot be "
                        "renewed: {}",
                        account.integration_name, account.tenant_id, why)};
}

/// What was written into the account.
Error dead_error(Account const& account)
{
    auto const* error = account.last_error.if_object();
    auto const* message = error != nullptr ? json::string_at(*error, "message") : nullptr;
    return {ErrorCode::reauth_needed, message != nullptr ? std::string(*message) : "The account is not active."};
}

catalog::OAuth const* oauth_of(ConnectedAccount const& account)
{
    auto const* format = account.installed->integration->find_credentials(account.account.authentication_method);
    return format != nullptr && format->oauth ? &*format->oauth : nullptr;
}

std::string refresh_token_of(Context const& context)
{
    json::value const secret = context.secret;
    auto const* token = json::find_path(secret, "oauth.token.refresh_token");
    return token != nullptr && token->is_string() ? std::string(token->get_string()) : std::string();
}

/// Whether there is anything to renew with.
Result<void> check_renewable(ConnectedAccount const& account)
{
    auto const* oauth = oauth_of(account);
    if (oauth == nullptr)
        return cannot_renew(account.account, "its credentials are no OAuth tokens.");
    auto const context = open_context(account.account, account.key);
    if (!context)
        return context.error();
    if (auto const app = oauth_app(*oauth, account.app_secret, *context); !app)
        return cannot_renew(account.account, app.error().public_detail());
    if (oauth->grant == catalog::OAuth::Grant::authorization_code && refresh_token_of(*context).empty())
        return cannot_renew(account.account, "there is no refresh token.");
    return {};
}

} // namespace

RefresherMetrics::RefresherMetrics(telemetry::Registry& registry)
    : renewed(registry.counter("sluice_refreshes_total", "Credential renewals by outcome.", {{"outcome", "renewed"}}))
    , shared(registry.counter("sluice_refreshes_total", "Credential renewals by outcome.", {{"outcome", "shared"}}))
    , refused(registry.counter("sluice_refreshes_total", "Credential renewals by outcome.", {{"outcome", "refused"}}))
    , failed(registry.counter("sluice_refreshes_total", "Credential renewals by outcome.", {{"outcome", "failed"}}))
    , interrupted(
          registry.counter("sluice_refreshes_total", "Credential renewals by outcome.", {{"outcome", "interrupted"}}))
{
}

void mark_dead(Account& account, std::string_view message, Timestamp now)
{
    account.status = Status::needs_reauth;
    account.last_error =
        json::object{{"type", "authentication_error"}, {"message", message}, {"occurred_at", to_rfc3339(now)}};
}

Refresher::Refresher(AccountRepository& repository, Integrations& integrations, http::Client& client,
                     tenancy::Announcer& announcer, Clock const& clock, telemetry::Log& log, RefresherMetrics& metrics,
                     RefresherConfig config)
    : repository_(repository)
    , integrations_(integrations)
    , client_(client)
    , announcer_(announcer)
    , clock_(clock)
    , log_(log)
    , metrics_(metrics)
    , config_(config)
{
}

Task<Result<ConnectedPtr>> Refresher::renew(ConnectedPtr account, Deadline deadline)
{
    auto const id = account->account.id;
    auto fetch = [this, &account, deadline](IntegratedAccountId const&) { return run(account, deadline); };
    co_return co_await flights_.run(id, deadline, fetch);
}

Task<Result<ConnectedPtr>> Refresher::run(ConnectedPtr account, Deadline deadline)
{
    auto const& row = account->account;
    if (auto const renewable = check_renewable(*account); !renewable)
        co_return renewable.error();
    auto const owner = uuid_v7(clock_.now());
    for (;;) {
        auto lease = co_await repository_.lease_refresh(row.environment, row.id, row.generation, owner, config_.lease,
                                                        Deadline::after(kStoreLimit));
        if (!lease)
            co_return lease.error();
        if (lease->kind == RefreshLease::Kind::busy) {
            if (deadline.expired())
                co_return Error{ErrorCode::unavailable, "The credential is being renewed. Retry in a moment."};
            co_await sleep_until(deadline.at_most(kPause));
            continue;
        }
        auto connected = co_await connect(integrations_, std::move(lease->state), Deadline::after(kStoreLimit));
        if (!connected)
            co_return connected.error();
        if (lease->kind == RefreshLease::Kind::renewed) {
            metrics_.shared.add();
            co_return connected;
        }
        failpoint("refresh_leased");
        co_return co_await renew_leased(*std::move(connected), owner, lease->is_interrupted);
    }
}

Task<Result<ConnectedPtr>> Refresher::renew_leased(ConnectedPtr account, Uuid owner, bool is_interrupted)
{
    auto const& row = account->account;
    auto const* oauth = oauth_of(*account);
    if (is_interrupted)
        metrics_.interrupted.add();
    if (is_interrupted && oauth != nullptr && !oauth->is_reuse_tolerated) {
        // The vendor may have used up the refresh token; presenting it again would revoke whatever it gave instead.
        AccountChange dead = [now = clock_.now()](Account& changed, Context&) -> Result<void> {
            mark_dead(changed,
                      "Renewing the access token was cut off, and the vendor accepts a refresh token only once: the "
                      "account has to be connected again.",
                      now);
            return {};
        };
        co_return co_await finish(std::move(account), owner, false, std::move(dead));
    }
    if (auto const intended =
            co_await repository_.intend_refresh(row.environment, row.id, owner, Deadline::after(kStoreLimit));
        !intended)
        co_return intended.error();
    failpoint("refresh_intended");
    auto grant = co_await ask_vendor(*account);
    failpoint("refresh_answered");
    if (grant) {
        AccountChange apply = [grant = *grant, now = clock_.now(),
                               jitter = random_fraction()](Account& changed, Context& context) -> Result<void> {
            apply_grant(grant, now, jitter, changed, context);
            return {};
        };
        auto renewed = co_await finish(std::move(account), owner, true, std::move(apply));
        if (renewed)
            metrics_.renewed.add();
        co_return renewed;
    }
    auto const error = grant.error();
    bool const is_dead = error.code() == ErrorCode::reauth_needed;
    (is_dead ? metrics_.refused : metrics_.failed).add();
    log_.write(telemetry::Level::warning, "credential was not renewed", error);
    // While the lease was ours nobody else has renewed, so the verdict is on the credential that is stored.
    AccountChange verdict = [is_dead, message = error.public_detail(), now = clock_.now()](Account& changed,
                                                                                           Context&) -> Result<void> {
        if (is_dead)
            mark_dead(changed, message, now);
        else if (changed.access_expires_at)
            changed.refresh_due_at = now + pause_after_failure(*changed.access_expires_at - now);
        return {};
    };
    auto const told = co_await finish(account, owner, false, std::move(verdict));
    if (!told)
        co_return told.error();
    if (!is_dead && is_alive(row, clock_.now()))
        co_return account; // The old one still works; it will be tried again.
    co_return error;
}

Task<Result<TokenGrant>> Refresher::ask_vendor(ConnectedAccount const& account)
{
    auto const& integration = *account.installed->integration;
    auto const* oauth = oauth_of(account);
    auto context = open_context(account.account, account.key);
    if (!context)
        co_return context.error();
    auto const app = oauth_app(*oauth, account.app_secret, *context);
    if (!app)
        co_return app.error();
    auto url = oauth->token_url.render_url(account.visible);
    if (!url)
        co_return url.error();
    http::Query form;
    if (oauth->grant == catalog::OAuth::Grant::client_credentials) {
        form.add("grant_type", "client_credentials");
        if (!oauth->scopes.empty())
            form.add("scope", fmt::format("{}", fmt::join(oauth->scopes, " ")));
    } else {
        form.add("grant_type", "refresh_token");
        form.add("refresh_token", refresh_token_of(*context));
    }
    auto const answer = co_await client_.send(token_request(*oauth, *std::move(url), *app, std::move(form)),
                                              Deadline::after(config_.vendor_limit));
    if (!answer)
        co_return answer.error();
    co_return read_token_answer(integration.label, *answer);
}

Task<Result<ConnectedPtr>> Refresher::finish(ConnectedPtr account, Uuid owner, bool new_credentials,
                                             AccountChange change)
{
    auto const& row = account->account;
    auto const deadline = Deadline::after(kCommitLimit);
    for (;;) {
        auto const written = co_await repository_.finish_refresh(row.environment, row.id, owner, new_credentials,
                                                                 change, Deadline::after(kStoreLimit));
        if (written)
            break;
        bool const is_over = written.error().code() != ErrorCode::unavailable || deadline.expired();
        if (is_over) {
            log_.write(telemetry::Level::error, "the outcome of a renewal was not stored", written.error());
            co_return written.error();
        }
        co_await sleep_until(deadline.at_most(kPause));
    }
    failpoint("refresh_committed");
    co_await announcer_.announce({tenancy::Change::Kind::account, row.environment, row.id.uuid()});
    auto fresh = co_await reload(*account, Deadline::after(kStoreLimit));
    if (fresh && (*fresh)->account.status != Status::active)
        co_return dead_error((*fresh)->account);
    co_return fresh;
}

Task<Result<ConnectedPtr>> Refresher::reload(ConnectedAccount const& account, Deadline deadline)
{
    auto state = co_await repository_.load_state(account.account.environment, account.account.id, deadline);
    if (!state)
        co_return state.error();
    co_return co_await connect(integrations_, *std::move(state), deadline);
}

} // namespace sluice::accounts
