#include "accounts/integrations.hpp"

#include "crypto/mac.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::accounts {
namespace {

/// Entries of accounts that nobody uses any more are looked for only from here on.
constexpr std::size_t kSweepAt = 1000;

using StoredPtr = std::shared_ptr<StoredIntegration const>;

std::string content_key(StoredIntegration const& stored, json::object const& override,
                        std::vector<DocumentationRow> const& documentation)
{
    auto text = fmt::format("{}|{}|{}", stored.id.str(), stored.version, boost::json::serialize(override));
    for (auto const& row : documentation)
        for (auto const* part : {&row.resource, &row.method, &row.type, &row.value})
            text += fmt::format("|{}:{}", part->size(), *part);
    auto const digest = crypto::sha256(text);
    return std::string(text_of(digest));
}

Result<catalog::IntegrationPtr> compile_stored(StoredIntegration const& stored, json::object const& override)
{
    catalog::Definition definition{catalog::source_of("integration.yaml", stored.manifest),
                                   catalog::source_of("openapi.yaml", stored.document)};
    auto overridden = catalog::with_override(std::move(definition), override);
    if (!overridden)
        return overridden.error();
    return catalog::compile(*overridden, stored.id, stored.version);
}

Result<InstalledPtr> compile_installed(StoredIntegration const& stored, json::object const& override,
                                       std::vector<DocumentationRow> const& rows)
{
    auto integration = compile_stored(stored, override);
    if (!integration)
        return integration.error();
    std::vector<catalog::Documentation> documentation;
    for (auto const& row : rows)
        documentation.push_back({row.resource, row.method, row.type, row.value});
    auto installed = std::make_shared<InstalledIntegration>();
    installed->integration = *integration;
    installed->tools = catalog::derive_tools(*integration, documentation).tools;
    return InstalledPtr(std::move(installed));
}

} // namespace

Integrations::Integrations(IntegrationRepository& repository, WorkerPool& workers)
    : repository_(repository)
    , workers_(workers)
{
}

Task<Result<StoredPtr>> Integrations::stored(IntegrationId id, int version, Deadline deadline)
{
    {
        std::lock_guard const lock(mutex_);
        if (auto const known = definitions_.find(id); known != definitions_.end() && known->second->version >= version)
            co_return known->second;
    }
    auto loaded = co_await repository_.load(id, deadline);
    if (!loaded)
        co_return loaded.error();
    auto shared = std::make_shared<StoredIntegration const>(std::move(*loaded));
    std::lock_guard const lock(mutex_);
    definitions_.insert_or_assign(id, shared);
    co_return shared;
}

Task<Result<InstalledPtr>> Integrations::install(IntegrationId id, int version, json::object override,
                                                 std::vector<DocumentationRow> documentation, Deadline deadline)
{
    auto const definition = co_await stored(id, version, deadline);
    if (!definition)
        co_return definition.error();
    auto const key = content_key(**definition, override, documentation);
    {
        std::lock_guard const lock(mutex_);
        if (auto const known = installed_.find(key); known != installed_.end())
            if (auto alive = known->second.lock())
                co_return alive;
    }
    std::move_only_function<Result<InstalledPtr>(std::size_t)> job =
        [shared = *definition, override = std::move(override), rows = std::move(documentation)](std::size_t) {
            return compile_installed(*shared, override, rows);
        };
    auto compiled = co_await offload<InstalledPtr>(workers_, deadline, std::move(job));
    if (!compiled)
        co_return compiled.error();
    std::lock_guard const lock(mutex_);
    std::erase_if(installed_, [](auto const& entry) { return entry.second.expired(); });
    auto& slot = installed_[key];
    // Two threads may have compiled the same; one of the results serves both.
    if (auto alive = slot.lock())
        co_return alive;
    slot = *compiled;
    co_return *compiled;
}

std::shared_ptr<catalog::ToolList const> Integrations::tools_of(InstalledPtr const& installed,
                                                                json::object const& records)
{
    if (records.empty() || installed->integration->dynamic.places.empty())
        return installed->tools;
    // The lists of an account keep those installed alive, so an address stands for one of them as long as it is here.
    auto const digest = crypto::sha256(boost::json::serialize(records));
    auto const key = fmt::format("{}|{}", static_cast<void const*>(installed->tools.get()), text_of(digest));
    {
        std::lock_guard const lock(mutex_);
        if (auto const known = tools_.find(key); known != tools_.end())
            if (auto alive = known->second.lock())
                return alive;
    }
    auto made = catalog::overlay_tools(*installed->integration, installed->tools, records);
    std::lock_guard const lock(mutex_);
    if (tools_.size() >= kSweepAt)
        std::erase_if(tools_, [](auto const& entry) { return entry.second.expired(); });
    auto& slot = tools_[key];
    if (auto alive = slot.lock())
        return alive;
    slot = made;
    return made;
}

Task<Result<void>> Integrations::check_override(IntegrationId id, json::object override, Deadline deadline)
{
    auto const definition = co_await stored(id, 0, deadline);
    if (!definition)
        co_return definition.error();
    std::move_only_function<Result<bool>(std::size_t)> job = [shared = *definition,
                                                              override = std::move(override)](std::size_t) {
        auto const compiled = compile_stored(*shared, override);
        return compiled ? Result<bool>(true) : Result<bool>(compiled.error());
    };
    auto const checked = co_await offload<bool>(workers_, deadline, std::move(job));
    if (!checked)
        co_return checked.error();
    co_return Result<void>{};
}

} // namespace sluice::accounts
