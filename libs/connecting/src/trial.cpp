#include "connecting/trial.hpp"

#include "accounts/callable_accounts.hpp"
#include "base/failpoint.hpp"
#include "base/random.hpp"
#include "connecting/address.hpp"

#include <fmt/format.h>

namespace sluice::connecting {
namespace {

constexpr std::chrono::seconds kStoreLimit{5};

json::object merged(json::object into, json::object const& over)
{
    for (auto const& [name, value] : over)
        into[name] = value;
    return into;
}

/// The status of an account that could not become `active`.
accounts::Status status_of(Error const& error)
{
    return error.code() == ErrorCode::setup_failed ? accounts::Status::post_install_error
                                                   : accounts::Status::validation_error;
}

Result<void> accepted(Result<proxy::VendorCalls::Check> const& checked)
{
    if (!checked)
        return checked.error();
    return checked->refusal.empty() ? Result<void>{} : Error{ErrorCode::reauth_needed, checked->refusal};
}

} // namespace

std::string_view error_type_of(Error const& error)
{
    switch (error.code()) {
    case ErrorCode::reauth_needed:
        return "validation_error";
    case ErrorCode::setup_failed:
        return "post_install_error";
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::unauthenticated:
        return "invalid_token";
    default:
        return "connection_error";
    }
}

Trial::Trial(ConnectionRepository& connections, accounts::AccountRepository& accounts,
             accounts::InstallationRepository& installations, accounts::Integrations& integrations,
             http::Client& client, proxy::VendorCalls& vendor, Clock const& clock)
    : connections_(connections)
    , accounts_(accounts)
    , installations_(installations)
    , integrations_(integrations)
    , client_(client)
    , vendor_(vendor)
    , clock_(clock)
{
}

Task<Result<accounts::CallableAccountPtr>> Trial::callable(accounts::Account const& account,
                                                           accounts::Context const& context, Deadline deadline)
{
    auto installation = co_await installations_.load(account.environment, account.environment_integration, deadline);
    if (!installation)
        co_return installation.error();
    accounts::AccountState state;
    auto& row = state.account;
    // The trial uses an id that no row has. So nothing that is learnt changes a row, and no renewal finds one.
    row.id = IntegratedAccountId{uuid_v7(clock_.now())};
    row.environment = account.environment;
    row.environment_integration = account.environment_integration;
    row.integration = installation->row.integration;
    row.tenant_id = account.tenant_id;
    row.authentication_method = account.authentication_method;
    row.region = account.region;
    row.context = context.visible;
    row.access_expires_at = account.access_expires_at; // Without `refresh_due_at`: a renewal would use the tokens up.
    // A key of its own: what it seals lives no longer than the trial.
    state.key = crypto::DataKey::generate(account.environment, 1);
    row.sealed = state.key.seal(accounts::sealing_place(row.id), boost::json::serialize(context.secret));
    state.is_trial = true;
    state.is_enabled = installation->row.is_enabled;
    state.override = std::move(installation->row.override);
    state.app_secret = std::move(installation->app_secret);
    state.tls_key = std::move(installation->tls_key);
    state.integration_version = installation->integration_version;
    co_return co_await accounts::make_callable(integrations_, std::move(state), deadline);
}

Task<Result<void>> Trial::try_context(accounts::Account const& account, accounts::Context const& context,
                                      Deadline deadline)
{
    auto connected = co_await callable(account, context, deadline);
    if (!connected)
        co_return connected.error();
    co_return accepted(co_await vendor_.check(*std::move(connected), deadline));
}

Task<Result<void>> Trial::try_credentials(accounts::Account const& account, accounts::Context const& context,
                                          Deadline deadline)
{
    auto connected = co_await callable(account, context, deadline);
    if (!connected)
        co_return connected.error();
    Address address{account.environment, (*connected)->installed->integration, context.visible, (*connected)->tls};
    if (auto const there = co_await check_address(client_, std::move(address), deadline); !there)
        co_return there.error();
    co_return accepted(co_await vendor_.check(*std::move(connected), deadline));
}

Task<Result<void>> Trial::set_up(accounts::CallableAccountPtr account, Deadline deadline)
{
    auto const& steps = account->installed->integration->actions.post_install;
    json::object values{{"context", account->account.context}, {"steps", json::object{}}};
    json::object learnt;
    for (auto const& step : steps) {
        bool const is_request = step.kind == catalog::Step::Kind::request;
        auto made =
            is_request ? co_await vendor_.call(account, step.call, values, deadline) : step.context.render(values);
        if (!made && made.error().code() == ErrorCode::reauth_needed)
            co_return made.error();
        if (!made)
            co_return Error{ErrorCode::setup_failed,
                            fmt::format("Setting the account up failed: {}", made.error().public_detail())};
        if (is_request)
            values["steps"].get_object()[step.name] = *std::move(made);
        else
            learnt = merged(std::move(learnt), made->get_object());
        values["context"] = merged(account->account.context, learnt);
    }
    if (learnt.empty())
        co_return Result<void>{};
    accounts::AccountChange change = [learnt = std::move(learnt), installed = account->installed](
                                         accounts::Account&, accounts::Context& context) -> Result<void> {
        context = accounts::merge_context(context, learnt, *installed->integration);
        return {};
    };
    auto const stored = co_await accounts_.note(account->account.environment, account->account.id, std::move(change),
                                                Deadline::after(kStoreLimit));
    if (!stored)
        co_return stored.error();
    failpoint("connect_set_up");
    co_return Result<void>{};
}

Task<Result<accounts::Account>> Trial::run(std::optional<ConnectionId> connection, std::optional<LinkTokenId> link,
                                           accounts::Account account, Deadline deadline)
{
    failpoint("connect_stored");
    auto state = co_await accounts_.load_state(account.environment, account.id, deadline);
    if (!state)
        co_return state.error();
    auto connected = co_await accounts::make_callable(integrations_, *std::move(state), deadline);
    if (!connected)
        co_return connected.error();
    auto checked = co_await set_up(*connected, deadline);
    if (checked)
        checked = accepted(co_await vendor_.check(*connected, deadline));
    json::value error;
    if (!checked)
        error = json::object{{"type", error_type_of(checked.error())},
                             {"error_type", error_type_of(checked.error())},
                             {"message", checked.error().public_detail()},
                             {"occurred_at", to_rfc3339(clock_.now())}};
    failpoint("connect_tried");
    auto settled = co_await connections_.settle(account.environment, connection, link, account.id,
                                                checked ? accounts::Status::active : status_of(checked.error()),
                                                std::move(error), Deadline::after(kStoreLimit));
    if (!settled)
        co_return settled.error();
    failpoint("connect_settled");
    if (!checked)
        co_return checked.error();
    co_return settled;
}

} // namespace sluice::connecting
