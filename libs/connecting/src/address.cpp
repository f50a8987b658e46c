#include "connecting/address.hpp"

#include "accounts/vault.hpp"
#include "base/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::connecting {
namespace {

constexpr std::chrono::milliseconds kLimit{700};

/// The first field of an address that a person enters; null if the definition fixes it.
catalog::ContextField const* address_field(catalog::Integration const& integration)
{
    for (auto const& path : integration.base_url.paths())
        for (auto const& field : integration.fields)
            if (path == "context." + field.name)
                return &field;
    return nullptr;
}

/// `Acme.gorgias.com` for people: what they entered, with what follows it.
std::string shown_address(catalog::ContextField const& field, json::object const& context)
{
    auto const* value = json::string_at(context, field.name);
    return (value != nullptr ? std::string(*value) : std::string()) + field.suffix;
}

} // namespace

Task<Result<void>> check_address(http::Client& client, Address address, Deadline deadline)
{
    auto const& integration = *address.integration;
    auto const* field = address_field(integration);
    if (!integration.address || field == nullptr)
        co_return Result<void>{};
    auto const base = accounts::render_base_url(integration, address.context);
    if (!base)
        co_return base.error();
    http::OutgoingRequest request;
    request.method = http::Method::get;
    request.url = *base + integration.address->path;
    request.owner.environment = address.environment;
    request.tls = address.tls;
    auto const answer = co_await client.send(std::move(request), deadline.at_most(kLimit));
    if (!answer ||
        std::ranges::find(integration.address->missing, answer->status) == integration.address->missing.end())
        co_return Result<void>{};
    co_return invalid("context." + field->name,
                      fmt::format("There is no {} at {}. Check the {}.", integration.label,
                                  shown_address(*field, address.context), to_lower(field->label)));
}

} // namespace sluice::connecting
