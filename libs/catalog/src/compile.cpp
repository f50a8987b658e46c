#include "catalog/integration.hpp"
#include "manifest.hpp"
#include "openapi/operations.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sluice::catalog {
namespace {

/// The members that an override may have. The other members of the manifest say what the vendor is, not how to reach
/// it.
constexpr std::array<std::string_view, 7> kOverridable{"base_url",    "headers",          "pagination", "rate_limit",
                                                       "credentials", "error_expression", kTlsMember};
/// The members of a credential format that are about the developer's own OAuth app.
constexpr std::array<std::string_view, 2> kAppMembers{"client_id", "scopes"};

/// A digest of manifest and document, in hex.
std::string digest_of(Definition const& definition)
{
    auto const manifest = boost::json::serialize(definition.manifest.root);
    auto const document = boost::json::serialize(definition.document.root);
    return to_hex(uuid_of_name(manifest + '\n' + document));
}

/// Writes the developer's app into the credential formats of the manifest.
void override_credentials(json::object& root, json::value const& value, std::vector<FieldFailure>& failures)
{
    auto const* formats = value.if_object();
    if (formats == nullptr) {
        failures.push_back({"override.credentials", "must be an object such as {\"oauth2\":{\"client_id\":…}}"});
        return;
    }
    auto* known = root["credentials"].if_object();
    for (auto const& [name, app] : *formats) {
        auto const path = documents::join_path("override.credentials", name);
        auto* format = known != nullptr && known->contains(name) ? known->at(name).if_object() : nullptr;
        if (format == nullptr || !app.is_object()) {
            failures.push_back({path, "must be an object under the name of one of the integration's formats"});
            continue;
        }
        for (auto const& [member, given] : app.get_object()) {
            if (std::ranges::find(kAppMembers, std::string_view(member)) == kAppMembers.end())
                failures.push_back({documents::join_path(path, member), "cannot be overridden; allowed are client_id, "
                                                                        "client_secret, scopes"});
            else
                (*format)[member] = given;
        }
    }
}

Method const* find_in(std::vector<Method> const& methods, std::string_view resource, std::string_view name)
{
    auto const found = std::ranges::find_if(
        methods, [&](Method const& each) { return each.resource == resource && each.name == name; });
    return found == methods.end() ? nullptr : &*found;
}

} // namespace

bool Method::is_custom() const noexcept
{
    constexpr std::array<std::string_view, 5> kStandard{"list", "get", "create", "update", "delete"};
    return std::ranges::find(kStandard, name) == kStandard.end();
}

MethodClass Method::method_class() const noexcept
{
    if (!is_custom())
        return name == "list" || name == "get" ? MethodClass::read : MethodClass::write;
    return access == Access::read ? MethodClass::read : MethodClass::custom;
}

Method const* Integration::find(std::string_view resource, std::string_view method) const
{
    return find_in(methods, resource, method);
}

Method const* Integration::find_callable(std::string_view resource, std::string_view method) const
{
    auto const* found = find(resource, method);
    return found != nullptr ? found : find_in(composed, resource, method);
}

bool Integration::has_resource(std::string_view resource) const
{
    return std::ranges::find(methods, resource, &Method::resource) != methods.end();
}

CredentialFormat const* Integration::find_credentials(std::string_view wanted) const
{
    auto const found = std::ranges::find(credentials, wanted, &CredentialFormat::name);
    return found == credentials.end() ? nullptr : &*found;
}

Result<IntegrationPtr> compile(Definition const& definition, IntegrationId id, int version)
{
    documents::Problems problems;
    auto integration = std::make_shared<Integration>();
    integration->id = id;
    integration->version = version;
    auto operations = openapi::read_operations(definition.document, raw_operations(definition.manifest), problems);
    read_manifest(definition.manifest, std::move(operations), *integration, problems);
    if (!problems.empty())
        return Error{problems.take()};
    integration->digest = digest_of(definition);
    return IntegrationPtr(std::move(integration));
}

Result<Definition> with_override(Definition definition, json::object const& override)
{
    std::vector<FieldFailure> failures;
    auto& root = definition.manifest.root.as_object();
    for (auto const& [slot, value] : override) {
        if (std::ranges::find(kOverridable, std::string_view(slot)) == kOverridable.end())
            failures.push_back({documents::join_path("override", slot),
                                fmt::format("cannot be overridden; allowed are {}", fmt::join(kOverridable, ", "))});
        else if (slot == "credentials")
            override_credentials(root, value, failures);
        else if (slot == kTlsMember)
            continue; // Of the connection, not of the definition.
        else
            root[slot] = value;
    }
    if (!failures.empty())
        return Error{std::move(failures)};
    return definition;
}

} // namespace sluice::catalog
