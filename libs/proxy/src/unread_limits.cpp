#include "proxy/unread_limits.hpp"

#include <string>

namespace sluice::proxy {
namespace {

constexpr std::chrono::hours kApart{1};
constexpr std::size_t kMostIntegrations = 1024;
constexpr std::size_t kLongestValue = 40;
constexpr auto kCustom = "custom";

/// A label of a bounded set: a built-in integration, a vendor whose rule is used, or `custom`.
std::string label_of(catalog::Integration const& integration)
{
    if (integration.id == catalog::builtin_id(integration.name))
        return integration.name;
    return integration.limit_vendor != nullptr ? integration.limit_vendor->name : kCustom;
}

} // namespace

UnreadLimits::UnreadLimits(telemetry::Registry& registry, telemetry::Log& log)
    : registry_(registry)
    , log_(log)
    , others_(&counter_of(kCustom))
{
}

void UnreadLimits::note(catalog::Integration const& integration, std::string_view header, std::string_view value,
                        Timestamp now)
{
    bool is_line_due = false;
    {
        std::lock_guard const lock(mutex_);
        auto& seen = seen_of(integration, now);
        seen.counter->add();
        is_line_due = now >= seen.next_line;
        if (is_line_due)
            seen.next_line = now + kApart;
    }
    if (is_line_due)
        log_.write(telemetry::Level::warning, "a limit header of the vendor cannot be read",
                   {{"integration", std::string_view(integration.name)},
                    {"header", header},
                    {"value", value.size() <= kLongestValue ? value : std::string_view("(long)")}});
}

telemetry::Counter& UnreadLimits::counter_of(std::string label)
{
    return registry_.counter("sluice_ratelimit_unread_total",
                             "Vendor answers with a limit header that could not be read.",
                             {{"integration", std::move(label)}});
}

UnreadLimits::Seen& UnreadLimits::seen_of(catalog::Integration const& integration, Timestamp now)
{
    if (auto const found = seen_.find(integration.id); found != seen_.end())
        return found->second;
    if (seen_.size() >= kMostIntegrations)
        std::erase_if(seen_, [now](auto const& each) { return each.second.next_line <= now; });
    if (seen_.size() >= kMostIntegrations)
        return others_;
    return seen_.try_emplace(integration.id, &counter_of(label_of(integration))).first->second;
}

} // namespace sluice::proxy
