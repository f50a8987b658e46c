#include "accounts/directory.hpp"

#include "accounts/context.hpp"
#include "accounts/revoke.hpp"
#include "accounts/vault.hpp"
#include "crypto/token.hpp"

#include <fmt/format.h>

#include <map>

namespace sluice::accounts {
namespace {

/// Tokens are imported one by one, so their renewals need no spreading.
constexpr double kMiddle = 0.5;
constexpr std::chrono::seconds kRenewLimit{30};
constexpr std::chrono::seconds kRevokeLimit{10};
/// For the vendor, whatever the deadline of the request is; and for storing after that.
constexpr std::chrono::seconds kTrialLimit{25};
constexpr std::chrono::seconds kStoreLimit{5};

/// New credentials make the account active; what was known about the old ones is removed.
void reactivate(Account& account)
{
    account.status = Status::active;
    account.last_error = nullptr;
    account.last_forbidden_error = nullptr;
}

/// Merges a context patch and checks the whole. Runs on a database thread; `installed` is shared and immutable.
Result<void> merge_and_check(InstalledPtr const& installed, json::object const& patch, Timestamp now, Account& account,
                             Context& context)
{
    auto const& integration = *installed->integration;
    auto merged = patch_context(context, patch, integration, account.authentication_method);
    if (!merged)
        return merged.error();
    if (auto const checked = check_context(merged->whole(), integration, account.authentication_method); !checked)
        return checked.error();
    if (auto const url = render_base_url(integration, merged->visible); !url)
        return url.error();
    context = *std::move(merged);
    plan_refresh(now, kMiddle, account, context);
    return {};
}

} // namespace

Directory::Directory(AccountRepository& accounts, InstallationRepository& installations,
                     IntegrationRepository& definitions, AccountTokenRepository& tokens, Integrations& integrations,
                     CallableAccounts& callable, Refresher& refresher, CredentialTrial& trial, http::Client& client,
                     http::Behind& behind, crypto::Keyring const& keyring, Clock const& clock)
    : accounts_(accounts)
    , installations_(installations)
    , definitions_(definitions)
    , tokens_(tokens)
    , integrations_(integrations)
    , callable_(callable)
    , refresher_(refresher)
    , trial_(trial)
    , client_(client)
    , behind_(behind)
    , keyring_(keyring)
    , clock_(clock)
{
}

Task<Result<void>> Directory::try_credentials(Account const& account, Context const& context)
{
    if (account.access_expires_at && *account.access_expires_at <= clock_.now())
        co_return Result<void>{};
    auto const tried = co_await trial_.try_credentials(account, context, Deadline::after(kTrialLimit));
    if (tried || tried.error().code() == ErrorCode::invalid_argument)
        co_return tried;
    constexpr std::string_view kUntried = "To store them untried, send `\"verify\": false`.";
    auto const& said = tried.error().public_detail();
    if (tried.error().code() == ErrorCode::reauth_needed)
        co_return invalid("context", fmt::format("holds credentials that the vendor refuses: {} Nothing was stored. {}",
                                                 said, kUntried));
    co_return Error{tried.error().code(),
                    fmt::format("{} The credentials could not be tried, and nothing was stored. {}", said, kUntried),
                    tried.error().log_message()};
}

Task<Result<void>> Directory::try_patch(CallableAccountPtr const& callable, std::optional<std::string> const& method,
                                        json::object const& patch, Deadline deadline)
{
    auto state = co_await accounts_.load_state(callable->account.environment, callable->account.id, deadline);
    if (!state)
        co_return state.error();
    auto& account = state->account;
    auto context = open_context(account, state->key);
    if (!context)
        co_return context.error();
    account.authentication_method = method.value_or(account.authentication_method);
    if (auto const merged = merge_and_check(callable->installed, patch, clock_.now(), account, *context); !merged)
        co_return merged.error();
    co_return co_await try_credentials(account, *context);
}

Task<Result<Account>> Directory::create(NewAccount account, tenancy::Author author, Deadline deadline)
{
    auto const installation =
        co_await installations_.find(account.environment, account.environment_integration, deadline);
    if (!installation)
        co_return installation.error().code() == ErrorCode::not_found
            ? invalid("environment_integration_id", "is no environment integration of this environment")
            : installation.error();
    auto const stored = co_await definitions_.find(account.environment, installation->integration, deadline);
    if (!stored)
        co_return stored.error();
    auto const installed = co_await integrations_.install(
        installation->integration, stored->version, installation->override, std::vector<DocumentationRow>{}, deadline);
    if (!installed)
        co_return installed.error();
    auto const& definition = *(*installed)->integration;
    if (auto const checked = check_context(account.context, definition, account.authentication_method); !checked)
        co_return checked.error();
    auto parts = split_context(account.context, definition);
    if (auto const url = render_base_url(definition, parts.visible); !url)
        co_return url.error();
    Account row;
    row.environment = account.environment;
    row.environment_integration = account.environment_integration;
    row.tenant_id = std::move(account.tenant_id);
    row.authentication_method = std::move(account.authentication_method);
    row.region = std::move(account.region);
    row.is_sandbox = account.is_sandbox;
    row.fair_share = std::move(account.fair_share);
    row.status = Status::active;
    plan_refresh(clock_.now(), kMiddle, row, parts);
    if (account.verify) {
        if (auto const tried = co_await try_credentials(row, parts); !tried)
            co_return tried.error();
        deadline = Deadline::after(kStoreLimit);
    }
    co_return co_await accounts_.create(std::move(row), std::move(parts), std::move(author), deadline);
}

Task<Result<Account>> Directory::change(EnvironmentId environment, IntegratedAccountId id, AccountPatch patch,
                                        tenancy::Author author, Deadline deadline)
{
    auto const callable = co_await callable_.find(environment, id, deadline);
    if (!callable)
        co_return callable.error();
    auto const installed = (*callable)->installed;
    bool const new_credentials = patch.context && has_credentials(*patch.context, *installed->integration,
                                                                  (*callable)->account.authentication_method);
    if (new_credentials && !patch.may_enter_credentials)
        co_return Error{ErrorCode::forbidden,
                        "Credentials in `context` need the permission credentials:write, which you do "
                        "not have."};
    if (new_credentials && patch.verify) {
        if (auto const tried = co_await try_patch(*callable, std::nullopt, *patch.context, deadline); !tried)
            co_return tried.error();
        deadline = Deadline::after(kStoreLimit);
    }
    AccountChange edit = [=, patch = std::move(patch), now = clock_.now()](Account& account,
                                                                           Context& context) -> Result<void> {
        account.tenant_id = patch.tenant_id.value_or(account.tenant_id);
        account.is_sandbox = patch.is_sandbox.value_or(account.is_sandbox);
        account.is_blocked = patch.is_blocked.value_or(account.is_blocked);
        account.region = patch.region.value_or(account.region);
        account.fair_share = patch.fair_share.value_or(account.fair_share);
        if (new_credentials)
            reactivate(account);
        return patch.context ? merge_and_check(installed, *patch.context, now, account, context) : Result<void>{};
    };
    co_return co_await accounts_.update(environment, id, new_credentials, std::move(edit), std::move(author), deadline);
}

Task<Result<Account>> Directory::replace_credentials(EnvironmentId environment, IntegratedAccountId id,
                                                     NewCredentials credentials, tenancy::Author author,
                                                     Deadline deadline)
{
    auto const callable = co_await callable_.find(environment, id, deadline);
    if (!callable)
        co_return callable.error();
    if (credentials.verify) {
        auto const tried =
            co_await try_patch(*callable, credentials.authentication_method, credentials.context, deadline);
        if (!tried)
            co_return tried.error();
        deadline = Deadline::after(kStoreLimit);
    }
    AccountChange edit = [installed = (*callable)->installed, given = std::move(credentials),
                          now = clock_.now()](Account& account, Context& old) -> Result<void> {
        account.authentication_method = given.authentication_method.value_or(account.authentication_method);
        reactivate(account);
        return merge_and_check(installed, given.context, now, account, old);
    };
    co_return co_await accounts_.update(environment, id, true, std::move(edit), std::move(author), deadline);
}

Task<Result<void>> Directory::renew(EnvironmentId environment, IntegratedAccountId id, tenancy::Author author,
                                    Deadline deadline)
{
    auto const callable = co_await callable_.find(environment, id, deadline);
    if (!callable)
        co_return callable.error();
    auto const& row = (*callable)->account;
    auto const* format = (*callable)->installed->integration->find_credentials(row.authentication_method);
    if (format == nullptr || !format->oauth)
        co_return Error{ErrorCode::conflict,
                        fmt::format("Credentials of the kind {} are not renewed.", row.authentication_method)};
    // Before the vendor is asked: what it answers, or a crash, must not hide who wanted it.
    auto const asked = co_await accounts_.ask_renewal(environment, id, std::move(author), deadline);
    if (!asked)
        co_return asked.error();
    auto const renewed = co_await refresher_.renew(*callable, Refresher::Why::asked, Deadline::after(kRenewLimit));
    // While the old token works, a failed renewal is no error, unless the account is dead.
    bool const works = !row.access_expires_at || *row.access_expires_at > clock_.now();
    if (!renewed && (!works || renewed.error().code() == ErrorCode::reauth_needed))
        co_return renewed.error();
    co_return Result<void>{};
}

Task<Result<MintedAccountToken>> Directory::mint_token(EnvironmentId environment, IntegratedAccountId id,
                                                       tenancy::Author author, Deadline deadline)
{
    auto token = crypto::mint_token(keyring_, crypto::TokenKind::account);
    auto const expires_at = clock_.now() + AccountTokens::kLifetime;
    auto const created = co_await tokens_.create(
        {environment, id, expires_at}, crypto::hash_token(keyring_, token.reveal()), std::move(author), deadline);
    if (!created)
        co_return created.error();
    co_return MintedAccountToken{std::move(token), expires_at};
}

Task<void> Directory::revoke_behind(EnvironmentId environment, Result<CallableAccountPtr> callable)
{
    if (!callable)
        co_return;
    // If the vendor cannot be asked, the grant ends by itself or when the customer removes the app.
    auto revoking = revoke(client_, *callable, Deadline::after(kRevokeLimit));
    co_await behind_.leave(environment, std::move(revoking));
}

Task<Result<void>> Directory::remove(EnvironmentId environment, IntegratedAccountId id, tenancy::Author author,
                                     Deadline deadline)
{
    auto const callable = co_await callable_.find(environment, id, deadline);
    auto const removed = co_await accounts_.remove(environment, id, std::move(author), deadline);
    if (!removed)
        co_return removed.error();
    co_await revoke_behind(environment, callable);
    co_return Result<void>{};
}

Task<Result<std::vector<IntegratedAccountId>>> Directory::remove_all(EnvironmentId environment,
                                                                     std::vector<IntegratedAccountId> ids,
                                                                     tenancy::Author author, Deadline deadline)
{
    std::map<IntegratedAccountId, Result<CallableAccountPtr>> callable;
    for (auto const& id : ids)
        callable.insert_or_assign(id, co_await callable_.find(environment, id, deadline));
    auto gone = co_await accounts_.remove_all(environment, std::move(ids), std::move(author), deadline);
    if (!gone)
        co_return gone.error();
    for (auto const& id : *gone)
        co_await revoke_behind(environment, callable.at(id));
    co_return gone;
}

} // namespace sluice::accounts
