#include "catalog/integration.hpp"

namespace sluice::catalog {
namespace {

#include "embedded_files.hpp"

constexpr std::string_view kManifest = "integration.yaml";
constexpr std::string_view kDocument = "openapi.yaml";

/// The text of a file of a built-in integration; empty if there is none.
std::string_view text_of(std::string_view integration, std::string_view file)
{
    for (auto const& [name, text] : kEmbeddedFiles)
        if (name.size() == integration.size() + 1 + file.size() && name.starts_with(integration) &&
            name[integration.size()] == '/' && name.ends_with(file))
            return text;
    return {};
}

} // namespace

IntegrationId builtin_id(std::string_view name)
{
    return IntegrationId{uuid_of_name("sluice built-in integration " + std::string(name))};
}

IntegrationId own_id(std::string_view name, TeamId team)
{
    return IntegrationId{uuid_of_name("sluice integration " + std::string(name) + " of " + team.str())};
}

std::vector<std::string> builtin_names()
{
    std::vector<std::string> names;
    for (auto const& file : kEmbeddedFiles)
        if (auto const end = file.name.find('/'); file.name.substr(end + 1) == kManifest)
            names.emplace_back(file.name.substr(0, end));
    return names;
}

Result<Definition> builtin_definition(std::string_view name)
{
    auto const manifest_text = text_of(name, kManifest);
    if (manifest_text.empty())
        return Error{ErrorCode::not_found, "There is no built-in integration of that name."};
    auto manifest = documents::read_source(std::string(kManifest), manifest_text);
    if (!manifest)
        return manifest.error();
    auto document = documents::read_source(std::string(kDocument), text_of(name, kDocument));
    if (!document)
        return document.error();
    return Definition{std::move(*manifest), std::move(*document)};
}

} // namespace sluice::catalog
