#include "connecting/connect_form.hpp"

#include "accounts/callable_accounts.hpp"
#include "catalog/template.hpp"

#include <algorithm>

namespace sluice::connecting {
namespace {

using catalog::FormField;

/// The binding with which a form token is sealed. Nothing else is sealed with this name.
constexpr std::string_view kBinding = "post_connect_user_form";

Error expired()
{
    return {ErrorCode::unauthenticated, "This form has expired. The account is connected all the same."};
}

bool is_offered(std::vector<FormField::Option> const& options, json::value const& value)
{
    return std::ranges::any_of(options, [&](auto const& option) { return option.value == value; });
}

/// Value and label of each item of a vendor's list; items without one are left out.
std::vector<FormField::Option> options_in(FormField::Source const& source, json::value const& items)
{
    std::vector<FormField::Option> options;
    if (!items.is_array())
        return options;
    for (auto const& item : items.get_array()) {
        auto const* value = json::find_path(item, source.value);
        auto const* label = json::find_path(item, source.label);
        if (value != nullptr && (value->is_string() || value->is_int64()) && label != nullptr && label->is_string())
            options.push_back({*value, std::string(label->get_string())});
    }
    return options;
}

} // namespace

ConnectForm::ConnectForm(accounts::AccountRepository& accounts, accounts::Integrations& integrations,
                         proxy::VendorCalls& vendor, crypto::CursorSealer const& sealer)
    : accounts_(accounts)
    , integrations_(integrations)
    , vendor_(vendor)
    , sealer_(sealer)
{
}

Task<Result<accounts::CallableAccountPtr>> ConnectForm::load(EnvironmentId environment, IntegratedAccountId id,
                                                             Deadline deadline)
{
    auto state = co_await accounts_.load_state(environment, id, deadline);
    if (!state)
        co_return state.error();
    co_return co_await accounts::make_callable(integrations_, *std::move(state), deadline);
}

Task<Result<std::optional<std::string>>> ConnectForm::token_for(EnvironmentId environment, IntegratedAccountId id,
                                                                Deadline deadline)
{
    using Token = std::optional<std::string>;
    auto const account = co_await load(environment, id, deadline);
    if (!account)
        co_return account.error();
    if (!(*account)->installed->integration->actions.post_connect_user_form)
        co_return Token{};
    json::object const who{{"environment", environment.str()}, {"account", id.str()}};
    co_return Token{sealer_.seal(kBinding, boost::json::serialize(who))};
}

Task<Result<accounts::CallableAccountPtr>> ConnectForm::open(std::string_view token, Deadline deadline)
{
    auto const opened = sealer_.open(kBinding, token);
    auto const who = opened ? json::parse(*opened) : Result<json::value>(opened.error());
    if (!who)
        co_return expired();
    auto const environment = EnvironmentId::parse(who->at("environment").as_string());
    auto const id = IntegratedAccountId::parse(who->at("account").as_string());
    if (!environment || !id)
        co_return expired();
    auto const account = co_await load(*environment, *id, deadline);
    if (!account)
        co_return account.error().code() == ErrorCode::not_found ? expired() : account.error();
    if (!(*account)->installed->integration->actions.post_connect_user_form)
        co_return expired(); // The definition has changed and has no form any more.
    co_return account;
}

Task<Result<std::vector<FormField::Option>>>
ConnectForm::options(accounts::CallableAccountPtr account, std::string field, json::object answers, Deadline deadline)
{
    auto const& form = *account->installed->integration->actions.post_connect_user_form;
    auto const* wanted = form.find(field);
    if (wanted == nullptr)
        co_return invalid("field", "is not a field of the form");
    if (!wanted->source)
        co_return wanted->options;
    for (auto const& needed : wanted->depends_on)
        if (auto const* answer = answers.if_contains(needed); answer == nullptr || answer->is_null())
            co_return invalid("values." + needed, "is required first");
    json::object const values{{"context", account->account.context}, {"form", std::move(answers)}};
    auto const items = co_await vendor_.call(account, wanted->source->call, values, deadline);
    if (!items)
        co_return items.error();
    co_return options_in(*wanted->source, *items);
}

Task<Result<void>> ConnectForm::submit(accounts::CallableAccountPtr account, json::object values,
                                       tenancy::Author author, Deadline deadline)
{
    auto const& form = *account->installed->integration->actions.post_connect_user_form;
    auto answers = catalog::check_answers(form, values);
    if (!answers)
        co_return answers.error();
    std::vector<FieldFailure> failures;
    for (auto const& field : form.fields) {
        auto const* answer = answers->if_contains(field.name);
        if (!field.source || answer == nullptr)
            continue;
        auto const offered = co_await options(account, field.name, *answers, deadline);
        if (!offered)
            co_return offered.error();
        bool const is_good = answer->is_array()
                                 ? std::ranges::all_of(answer->get_array(),
                                                       [&](auto const& chosen) { return is_offered(*offered, chosen); })
                                 : is_offered(*offered, *answer);
        if (!is_good)
            failures.push_back({"values." + field.name, "must be one of the options"});
    }
    if (!failures.empty())
        co_return Error{std::move(failures)};
    auto const& row = account->account;
    accounts::AccountChange change = [answers = *std::move(answers),
                                      installed = account->installed](auto&, auto& context) -> Result<void> {
        context = accounts::merge_context(context, answers, *installed->integration);
        return {};
    };
    auto const stored =
        co_await accounts_.store_answers(row.environment, row.id, std::move(change), std::move(author), deadline);
    if (!stored)
        co_return stored.error();
    co_return Result<void>{};
}

} // namespace sluice::connecting
