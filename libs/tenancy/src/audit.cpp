#include "tenancy/audit.hpp"

#include <utility>

namespace sluice::tenancy {

Audited difference(std::string_view action, std::string target, json::object before, json::object after)
{
    json::object was;
    json::object is_now;
    for (auto& [name, value] : before)
        if (auto const* const other = after.if_contains(name); other == nullptr || *other != value)
            was[name] = value;
    for (auto& [name, value] : after)
        if (auto const* const other = before.if_contains(name); other == nullptr || *other != value)
            is_now[name] = value;
    return {action, std::move(target), std::move(was), std::move(is_now)};
}

} // namespace sluice::tenancy
