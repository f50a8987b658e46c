#include "catalog/integration.hpp"

namespace sluice::catalog {
namespace {

// clang-format off
constexpr unsigned char kGorgiasManifest[] = {
#embed "gorgias/integration.yaml"
};
constexpr unsigned char kGorgiasDocument[] = {
#embed "gorgias/openapi.yaml"
};
// clang-format on

template <std::size_t Size>
std::string_view text_of(unsigned char const (&bytes)[Size])
{
    return {reinterpret_cast<char const*>(bytes), Size};
}

struct Builtin {
    std::string_view name;
    std::string_view manifest;
    std::string_view document;
};

std::vector<Builtin> const& builtins()
{
    static std::vector<Builtin> const kBuiltins{
        {"gorgias", text_of(kGorgiasManifest), text_of(kGorgiasDocument)},
    };
    return kBuiltins;
}

} // namespace

IntegrationId builtin_id(std::string_view name)
{
    return IntegrationId{uuid_of_name("sluice built-in integration " + std::string(name))};
}

std::vector<std::string> builtin_names()
{
    std::vector<std::string> names;
    for (auto const& builtin : builtins())
        names.emplace_back(builtin.name);
    return names;
}

Result<Definition> builtin_definition(std::string_view name)
{
    for (auto const& builtin : builtins()) {
        if (builtin.name != name)
            continue;
        auto manifest = documents::read_source("integration.yaml", builtin.manifest);
        if (!manifest)
            return manifest.error();
        auto document = documents::read_source("openapi.yaml", builtin.document);
        if (!document)
            return document.error();
        return Definition{std::move(*manifest), std::move(*document)};
    }
    return Error{ErrorCode::not_found, "There is no built-in integration of that name."};
}

} // namespace sluice::catalog
