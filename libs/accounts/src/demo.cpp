#include "accounts/demo.hpp"

#include "catalog/integration.hpp"

#include <fmt/format.h>

namespace sluice::accounts {
namespace {

struct Offer {
    std::string integration;
    json::object override;
    NewAccount account;
};

Result<Offer> read(Secret const& text)
{
    constexpr std::string_view kForm = "must be a JSON object with the texts integration, tenant_id and "
                                       "authentication_method, and the objects override and context";
    auto const parsed = json::parse(text.reveal());
    auto const* object = parsed ? parsed->if_object() : nullptr;
    auto const text_at = [&](std::string_view name) {
        auto const* found = object != nullptr ? json::string_at(*object, name) : nullptr;
        return found != nullptr ? std::string(*found) : std::string();
    };
    auto const* override = object != nullptr ? object->if_contains("override") : nullptr;
    auto const* context = object != nullptr ? object->if_contains("context") : nullptr;
    Offer offer{text_at("integration"), {}, {}};
    offer.account.tenant_id = text_at("tenant_id");
    offer.account.authentication_method = text_at("authentication_method");
    if (offer.integration.empty() || offer.account.tenant_id.empty() || offer.account.authentication_method.empty() ||
        override == nullptr || !override->is_object() || context == nullptr || !context->is_object())
        return invalid("demo.file", std::string(kForm));
    offer.override = override->get_object();
    offer.account.context = context->get_object();
    return offer;
}

} // namespace

Demo::Demo(Secret const* offer, Installer& installer, Directory& directory, AccountRepository& accounts)
    : offer_(offer)
    , installer_(installer)
    , directory_(directory)
    , accounts_(accounts)
{
}

Result<void> Demo::check(Secret const& offer)
{
    auto const parsed = read(offer);
    return parsed ? Result<void>{} : parsed.error();
}

Task<Result<Demo::Connected>> Demo::connect(EnvironmentId environment, tenancy::Author author, Deadline deadline)
{
    if (offer_ == nullptr)
        co_return Error{ErrorCode::not_found, "This Sluice offers no account to try: it has no demo.file."};
    auto offer = read(*offer_);
    if (!offer)
        co_return offer.error();
    EnvironmentIntegration row;
    row.environment = environment;
    row.integration = catalog::builtin_id(offer->integration);
    row.override = offer->override;
    auto const installed = co_await installer_.install(std::move(row), author, deadline);
    if (!installed)
        co_return installed.error();
    auto const& there = installed->row;
    auto const* address = there.override.if_contains("base_url");
    auto const* wanted = offer->override.if_contains("base_url");
    if ((address == nullptr) != (wanted == nullptr) || (address != nullptr && *address != *wanted))
        co_return Error{ErrorCode::conflict,
                        fmt::format("{} is installed in this environment for other accounts. Make another environment "
                                    "to try the demo account.",
                                    offer->integration)};
    tenancy::ListQuery query;
    using Is = tenancy::Condition::Operator;
    query.conditions = {{"tenant_id", Is::eq, {offer->account.tenant_id}},
                        {"environment_integration_id", Is::eq, {there.id.str()}}};
    auto const known = co_await accounts_.list(environment, std::move(query), deadline);
    if (!known)
        co_return known.error();
    if (!known->items.empty())
        co_return Connected{known->items.front(), false};
    offer->account.environment = environment;
    offer->account.environment_integration = there.id;
    auto made = co_await directory_.create(std::move(offer->account), std::move(author), deadline);
    if (!made)
        co_return made.error();
    co_return Connected{*std::move(made), true};
}

} // namespace sluice::accounts
