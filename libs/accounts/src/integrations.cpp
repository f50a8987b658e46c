#include "accounts/integrations.hpp"
#include "tools/overlay.hpp"

#include "accounts/oauth.hpp"
#include "crypto/mac.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace sluice::accounts {
namespace {

constexpr std::size_t kDefinitions = 4;
/// How many of the last compiled objects are kept alive until somebody uses them.
constexpr std::size_t kFresh = 8;
constexpr std::size_t kLeastSweep = 1000;

std::string content_key(IntegrationId id, int version, json::object const& override,
                        std::vector<DocumentationRow> const& documentation)
{
    auto text = fmt::format("{}|{}|{}", id.str(), version, boost::json::serialize(override));
    for (auto const& row : documentation)
        for (auto const* part : {&row.resource, &row.method, &row.type, &row.value})
            text += fmt::format("|{}:{}", part->size(), *part);
    auto const digest = crypto::sha256(text);
    return std::string(text_of(digest));
}

/// Shares objects with equal content. Only their users keep them alive. Needs a lock around it.
template <class Pointer>
class ByContent {
public:
    [[nodiscard]] Pointer find(std::string const& key) const
    {
        auto const known = entries_.find(key);
        return known != entries_.end() ? known->second.lock() : nullptr;
    }
    /// The object with this key; `made` if there was none.
    Pointer add(std::string const& key, Pointer made)
    {
        if (auto alive = find(key))
            return alive;
        // Unused entries are removed only when the map has doubled, since every removal looks at all entries.
        if (entries_.size() >= sweep_at_) {
            std::erase_if(entries_, [](auto const& entry) { return entry.second.expired(); });
            sweep_at_ = std::max(kLeastSweep, entries_.size() * 2);
        }
        entries_[key] = made;
        return made;
    }

private:
    std::unordered_map<std::string, std::weak_ptr<typename Pointer::element_type>> entries_;
    std::size_t sweep_at_ = kLeastSweep;
};

Result<catalog::IntegrationPtr> compile_stored(StoredIntegration const& stored, json::object const& override)
{
    catalog::Definition definition{documents::source_of("integration.yaml", stored.manifest),
                                   documents::source_of("openapi.yaml", stored.document)};
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
    std::vector<tools::Documentation> documentation;
    for (auto const& row : rows)
        documentation.push_back({row.resource, row.method, row.type, row.value});
    auto installed = std::make_shared<InstalledIntegration>();
    installed->integration = *integration;
    installed->tools = tools::derive_tools(*integration, documentation).tools;
    return InstalledPtr(std::move(installed));
}

} // namespace

/// The compiled objects. Thread-safe.
struct Integrations::Shelf {
    std::mutex mutex;
    ByContent<InstalledPtr> installed;
    ByContent<ToolListPtr> tools;
    std::deque<InstalledPtr> fresh;

    InstalledPtr find_installed(std::string const& key)
    {
        std::lock_guard const lock(mutex);
        return installed.find(key);
    }
    InstalledPtr add(std::string const& key, InstalledPtr made)
    {
        std::lock_guard const lock(mutex);
        made = installed.add(key, std::move(made));
        fresh.push_back(made);
        if (fresh.size() > kFresh)
            fresh.pop_front();
        return made;
    }
    ToolListPtr find_tools(std::string const& key)
    {
        std::lock_guard const lock(mutex);
        return tools.find(key);
    }
    ToolListPtr add(std::string const& key, ToolListPtr made)
    {
        std::lock_guard const lock(mutex);
        return tools.add(key, std::move(made));
    }
};

Integrations::Integrations(IntegrationRepository& repository, WorkerPool& workers)
    : repository_(repository)
    , workers_(workers)
    , shelf_(std::make_shared<Shelf>())
{
}

Integrations::~Integrations() = default;

Task<Result<Integrations::StoredPtr>> Integrations::load(IntegrationId id, Deadline deadline)
{
    auto loaded = co_await repository_.load(id, deadline);
    if (!loaded)
        co_return loaded.error();
    co_return std::make_shared<StoredIntegration const>(std::move(*loaded));
}

Task<Result<Integrations::StoredPtr>> Integrations::stored(IntegrationId id, int version, Deadline deadline)
{
    auto const is_it = [&](StoredPtr const& known) { return known->id == id && known->version >= version; };
    {
        std::lock_guard const lock(mutex_);
        if (auto const known = std::ranges::find_if(definitions_, is_it); known != definitions_.end())
            co_return *known;
    }
    auto fetch = [this, deadline](IntegrationId const& wanted) { return load(wanted, deadline); };
    auto loaded = co_await loading_.run(id, deadline, fetch);
    // The shared read may have begun before the version that this caller saw was published.
    if (loaded && (*loaded)->version < version)
        loaded = co_await load(id, deadline);
    if (!loaded)
        co_return loaded.error();
    std::lock_guard const lock(mutex_);
    std::erase_if(definitions_, [&](StoredPtr const& known) { return known->id == id; });
    definitions_.push_front(*loaded);
    if (definitions_.size() > kDefinitions)
        definitions_.pop_back();
    co_return *loaded;
}

Task<Result<InstalledPtr>> Integrations::install(IntegrationId id, int version, json::object override,
                                                 std::vector<DocumentationRow> documentation, Deadline deadline)
{
    override.erase(catalog::kTlsMember); // Those who differ in it alone share a definition.
    auto const key = content_key(id, version, override, documentation);
    if (auto known = shelf_->find_installed(key))
        co_return known;
    auto fetch = [&](std::string const& wanted) {
        return compile(wanted, id, version, std::move(override), std::move(documentation), deadline);
    };
    co_return co_await compiling_.run(key, deadline, fetch);
}

Task<Result<InstalledPtr>> Integrations::compile(std::string key, IntegrationId id, int version, json::object override,
                                                 std::vector<DocumentationRow> documentation, Deadline deadline)
{
    if (auto known = shelf_->find_installed(key)) // Another caller finished it meanwhile.
        co_return known;
    auto definition = co_await stored(id, version, deadline);
    if (!definition)
        co_return definition.error();
    std::move_only_function<Result<InstalledPtr>(std::size_t)> job =
        [shelf = shelf_, key = std::move(key), shared = *std::move(definition), override = std::move(override),
         rows = std::move(documentation)](std::size_t) -> Result<InstalledPtr> {
        if (auto known = shelf->find_installed(key))
            return known;
        auto compiled = compile_installed(*shared, override, rows);
        if (!compiled)
            return compiled.error();
        return shelf->add(key, *std::move(compiled));
    };
    co_return co_await offload<InstalledPtr>(workers_, deadline, std::move(job));
}

Task<Result<ToolListPtr>> Integrations::tools_of(InstalledPtr installed, json::object records, Deadline deadline)
{
    if (records.empty() || installed->integration->dynamic.places.empty())
        co_return installed->tools;
    // The key has the address of the installed tools. An account's list keeps them alive, so no other tools can have
    // that address meanwhile.
    auto const digest = crypto::sha256(boost::json::serialize(records));
    auto const key = fmt::format("{}|{}", static_cast<void const*>(installed->tools.get()), text_of(digest));
    if (auto known = shelf_->find_tools(key))
        co_return known;
    auto fetch = [&](std::string const& wanted) {
        return overlay(wanted, std::move(installed), std::move(records), deadline);
    };
    co_return co_await overlaying_.run(key, deadline, fetch);
}

Task<Result<ToolListPtr>> Integrations::overlay(std::string key, InstalledPtr installed, json::object records,
                                                Deadline deadline)
{
    std::move_only_function<Result<ToolListPtr>(std::size_t)> job =
        [shelf = shelf_, key = std::move(key), installed = std::move(installed),
         records = std::move(records)](std::size_t) -> Result<ToolListPtr> {
        return shelf->add(key, tools::overlay_tools(*installed->integration, installed->tools, records));
    };
    co_return co_await offload<ToolListPtr>(workers_, deadline, std::move(job));
}

Task<Result<void>> Integrations::check_override(IntegrationId id, json::object override, Deadline deadline)
{
    auto definition = co_await load(id, deadline);
    if (!definition)
        co_return definition.error();
    std::move_only_function<Result<bool>(std::size_t)> job =
        [shared = *std::move(definition), override = std::move(override)](std::size_t) -> Result<bool> {
        auto const compiled = compile_stored(*shared, override);
        if (!compiled)
            return compiled.error();
        for (auto const& format : (*compiled)->credentials)
            if (format.oauth && !format.oauth->client_id.empty() && !format.oauth->fixes_hosts())
                return invalid("override.credentials." + format.name, std::string(kAppNeedsHost));
        return true;
    };
    auto const checked = co_await offload<bool>(workers_, deadline, std::move(job));
    if (!checked)
        co_return checked.error();
    co_return Result<void>{};
}

} // namespace sluice::accounts
