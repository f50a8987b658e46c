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
/// The time for storing new tokens. They must be stored: they may be the only ones that work now.
constexpr std::chrono::seconds kCommitLimit{60};
/// For so long after a renewal the OAuth app counts as working.
constexpr std::chrono::minutes kAppProof{10};

bool is_alive(Account const& account, Timestamp now)
{
    return !account.access_expires_at || *account.access_expires_at > now;
}

Error cannot_renew(Account const& account, std::string_view why)
{
    return {ErrorCode::reauth_needed,
            fmt::format("The access token of the {} account of tenant {} has expired or is refused, and cannot be "
                        "renewed: {}",
                        account.integration_name, account.tenant_id, why)};
}

Error held_back(Account const& account)
{
    return {ErrorCode::conflict,
            fmt::format("An earlier renewal of the access token of the {} account of tenant {} was cut off, and the "
                        "vendor accepts a refresh token only once. The access token is used until it ends.",
                        account.integration_name, account.tenant_id)};
}

Error lease_lost()
{
    return {ErrorCode::unavailable, "The credential is being renewed elsewhere. Retry in a moment.",
            "refresh lease lost"};
}

Error app_refused(std::optional<AppTrouble> const& trouble)
{
    return {ErrorCode::forbidden, trouble ? trouble->message : "The vendor refuses the OAuth app."};
}

/// The error that was written into a dead account.
Error dead_error(Account const& account)
{
    auto const* error = account.last_error.if_object();
    auto const* message = error != nullptr ? json::string_at(*error, "message") : nullptr;
    return {ErrorCode::reauth_needed, message != nullptr ? std::string(*message) : "The account is not active."};
}

catalog::OAuth const* oauth_of(CallableAccount const& account)
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

/// Whether a lost answer means a lost grant, since the vendor accepts the old refresh token only once.
bool is_used_up(catalog::OAuth const& oauth)
{
    return oauth.grant == catalog::OAuth::Grant::authorization_code && !oauth.is_reuse_tolerated;
}

/// Checks that the account has something to renew with.
Result<void> check_renewable(CallableAccount const& account)
{
    auto const* oauth = oauth_of(account);
    if (oauth == nullptr)
        return cannot_renew(account.account, "its credentials are no OAuth tokens.");
    auto const context = open_context(account.account, account.key);
    if (!context)
        return context.error();
    if (auto const app = oauth_app(*oauth, account.app_secret, *context); !app)
        return account.account.has_own_client()
                   ? cannot_renew(account.account, app.error().public_detail())
                   : app.error(); // The account is good: it works again once the app is set.
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

Refresher::Refresher(AccountRepository& repository, Integrations& integrations, http::Client& client,
                     Clock const& clock, telemetry::Log& log, RefresherMetrics& metrics, RefresherConfig config)
    : repository_(repository)
    , integrations_(integrations)
    , client_(client)
    , clock_(clock)
    , log_(log)
    , failed_(log, telemetry::Level::warning, "credential was not renewed")
    , metrics_(metrics)
    , config_(config)
{
}

Task<Result<CallableAccountPtr>> Refresher::renew(CallableAccountPtr account, Why why, Deadline deadline)
{
    auto const id = account->account.id;
    auto fetch = [this, &account, why, deadline](IntegratedAccountId const&) { return run(account, why, deadline); };
    co_return co_await flights_.run(id, deadline, fetch);
}

Task<Result<CallableAccountPtr>> Refresher::run(CallableAccountPtr account, Why why, Deadline deadline)
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
        if (lease->kind == RefreshLease::Kind::app_refused)
            co_return app_refused(lease->state.app_trouble);
        if (lease->kind == RefreshLease::Kind::busy) {
            if (deadline.expired())
                co_return Error{ErrorCode::unavailable, "The credential is being renewed. Retry in a moment."};
            co_await sleep_until(deadline.at_most(kPause));
            continue;
        }
        auto const worked_at = lease->state.app_worked_at;
        bool const app_works = worked_at && clock_.now() - *worked_at < kAppProof;
        auto connected = co_await make_callable(integrations_, std::move(lease->state), Deadline::after(kStoreLimit));
        if (!connected)
            co_return connected.error();
        if (lease->kind == RefreshLease::Kind::renewed) {
            metrics_.shared.add();
            co_return connected;
        }
        failpoint("refresh_leased");
        co_return co_await renew_leased(*std::move(connected), {owner, lease->is_interrupted, app_works, why});
    }
}

Task<Result<CallableAccountPtr>> Refresher::renew_leased(CallableAccountPtr account, Taken taken)
{
    auto const [owner, is_interrupted, app_works, why] = taken;
    auto const& row = account->account;
    auto const* oauth = oauth_of(*account);
    if (oauth == nullptr)
        co_return cannot_renew(row, "its credentials are no OAuth tokens.");
    if (is_interrupted)
        metrics_.interrupted.add();
    // The vendor may have used up the refresh token, and using it again may revoke the access token, which is still
    // good. Once the access token has ended or is refused, nothing can be lost. If the vendor tells no end and the
    // definition has no health method, the 401 of a call is enough.
    bool const is_told = why == Why::asked || row.access_expires_at || !account->installed->integration->health.empty();
    bool const is_good = is_told && is_alive(row, clock_.now()) && !row.doubts.credential_refused_at;
    if (is_interrupted && is_used_up(*oauth) && is_good)
        co_return co_await store_undecided(account, owner, held_back(row));
    if (auto const intended =
            co_await repository_.intend_refresh(row.environment, row.id, owner, Deadline::after(kStoreLimit));
        !intended)
        co_return intended.error().code() == ErrorCode::conflict ? lease_lost() : intended.error();
    failpoint("refresh_intended");
    auto answer = co_await ask_vendor(*account);
    failpoint("refresh_answered");
    if (!answer) {
        metrics_.failed.add();
        failed_.write(answer.error());
        auto const code = answer.error().code();
        bool const was_sent = code == ErrorCode::upstream_failed || code == ErrorCode::upstream_timeout;
        if (was_sent && is_used_up(*oauth) && is_good)
            co_return co_await store_undecided(account, owner, answer.error());
        TokenAnswer unclear;
        unclear.error = answer.error();
        co_return co_await store_failure(account, owner, std::move(unclear), is_interrupted);
    }
    if (answer->kind == TokenAnswer::Kind::granted)
        co_return co_await store_grant(std::move(account), owner, std::move(answer->grant));
    bool const is_refusal =
        answer->kind == TokenAnswer::Kind::ended || answer->kind == TokenAnswer::Kind::grant_refused;
    (is_refusal ? metrics_.refused : metrics_.failed).add();
    failed_.write(answer->error);
    if (answer->kind == TokenAnswer::Kind::unclear && answer->may_be_used_up && is_used_up(*oauth) && is_good)
        co_return co_await store_undecided(account, owner, answer->error);
    if (answer->kind == TokenAnswer::Kind::app_refused && app_works) {
        answer->kind = TokenAnswer::Kind::unclear;
        answer->error = {ErrorCode::upstream_failed,
                         fmt::format("The token endpoint of {} refuses to renew this account as if the OAuth app were "
                                     "wrong, but has just renewed an account with it. It is asked again after a pause.",
                                     account->installed->integration->label)};
    }
    co_return co_await store_failure(account, owner, *std::move(answer), is_interrupted);
}

Task<Result<CallableAccountPtr>> Refresher::store_grant(CallableAccountPtr account, Uuid owner, TokenGrant grant)
{
    AccountChange apply = [grant = std::move(grant), now = clock_.now(),
                           jitter = random_fraction()](Account& changed, Context& context) -> Result<void> {
        apply_grant(grant, now, jitter, changed, context);
        note_renewal(changed);
        return {};
    };
    RefreshEnd const end{RefreshEnd::Kind::renewed, {}};
    auto const written = co_await finish(*account, owner, end, std::move(apply));
    if (!written) {
        // The commit may have succeeded although its answer was lost.
        auto stored = co_await reload(*account, Deadline::after(kStoreLimit));
        bool const is_there = stored && (*stored)->account.generation != account->account.generation;
        co_return is_there ? std::move(stored) : written.error();
    }
    metrics_.renewed.add();
    if (written->status != Status::active)
        co_return dead_error(*written);
    co_return co_await reload(*account, Deadline::after(kStoreLimit));
}

Task<Error> Refresher::store_failure(CallableAccountPtr account, Uuid owner, TokenAnswer answer, bool was_interrupted)
{
    using Kind = TokenAnswer::Kind;
    auto message = answer.error.public_detail();
    if (was_interrupted && answer.kind == Kind::ended)
        message += " An earlier renewal was cut off, so the vendor may have replaced the refresh token then.";
    // The lease kept others from renewing, so the answer is about the stored credential.
    AccountChange change = [kind = answer.kind, message, now = clock_.now(),
                            jitter = random_fraction()](Account& row, Context&) -> Result<void> {
        if (kind == Kind::ended)
            mark_dead(row, message, now);
        else if (kind == Kind::grant_refused)
            note_refused_grant(row, message, now);
        else if (kind != Kind::app_refused)
            note_failed_renewal(row, now, jitter);
        return {};
    };
    RefreshEnd end;
    if (answer.kind == Kind::app_refused)
        end = RefreshEnd{RefreshEnd::Kind::app_refused, message};
    auto const written = co_await finish(*account, owner, std::move(end), std::move(change));
    if (!written)
        co_return written.error();
    co_return written->status != Status::active ? dead_error(*written) : answer.error;
}

Task<Error> Refresher::store_undecided(CallableAccountPtr account, Uuid owner, Error error)
{
    AccountChange change = [](Account& row, Context&) -> Result<void> {
        row.refresh_due_at = row.access_expires_at;
        return {};
    };
    RefreshEnd const end{RefreshEnd::Kind::undecided, {}};
    auto const written = co_await finish(*account, owner, end, std::move(change));
    co_return written ? error : written.error();
}

Task<Result<TokenAnswer>> Refresher::ask_vendor(CallableAccount const& account)
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
        if (auto const scopes = wanted_scopes(*oauth, *context); !scopes.empty())
            form.add("scope", fmt::format("{}", fmt::join(scopes, " ")));
    } else {
        form.add("grant_type", "refresh_token");
        form.add("refresh_token", refresh_token_of(*context));
    }
    auto request = token_request(*oauth, *std::move(url), *app, std::move(form), account.tls);
    request.owner = http::Owner{account.account.environment, account.account.id};
    auto const answer = co_await client_.send(std::move(request), Deadline::after(config_.vendor_limit));
    if (!answer)
        co_return answer.error();
    if (answer->unread)
        co_return *answer->unread;
    co_return read_token_answer(integration.label, *oauth, *answer);
}

Task<Result<Account>> Refresher::finish(CallableAccount const& account, Uuid owner, RefreshEnd end,
                                        AccountChange change)
{
    auto const& row = account.account;
    auto const deadline = Deadline::after(kCommitLimit);
    for (;;) {
        auto written = co_await repository_.finish_refresh(row.environment, row.id, owner, end, change,
                                                           Deadline::after(kStoreLimit));
        if (written) {
            failpoint("refresh_committed");
            co_return written;
        }
        bool const is_over = written.error().code() != ErrorCode::unavailable || deadline.expired();
        if (is_over) {
            log_.write(telemetry::Level::error, "the outcome of a renewal was not stored", written.error());
            co_return written.error().code() == ErrorCode::conflict ? lease_lost() : written.error();
        }
        co_await sleep_until(deadline.at_most(kPause));
    }
}

Task<Result<CallableAccountPtr>> Refresher::reload(CallableAccount const& account, Deadline deadline)
{
    auto state = co_await repository_.load_state(account.account.environment, account.account.id, deadline);
    if (!state)
        co_return state.error();
    co_return co_await make_callable(integrations_, *std::move(state), deadline);
}

} // namespace sluice::accounts
