#include "snapshots/settings.hpp"

namespace sluice::snapshots {

void add_settings(SettingsTable& table, CacheConfig& config)
{
    using namespace std::chrono_literals;
    table.duration("cache.stale_lifetime", config.stale_lifetime, 0ms, 24h,
                   "how long cached accounts are used while the database cannot be reached");
}

} // namespace sluice::snapshots
