#include "faults.hpp"

#include <algorithm>

namespace sluice::simulator {

void Faults::clear()
{
    faults_.clear();
    reject_credentials = false;
}

void Faults::replace(Fault fault)
{
    std::erase_if(faults_, [&](Fault const& old) { return old.match == fault.match; });
    add(std::move(fault));
}

std::optional<Fault> Faults::take(std::string_view call, std::string_view templated)
{
    auto const found = std::ranges::find_if(faults_, [&](Fault const& fault) {
        return fault.match == "*" || fault.match == call || fault.match == templated;
    });
    if (found == faults_.end())
        return std::nullopt;
    if (--found->times > 0)
        return *found;
    auto fault = std::move(*found);
    faults_.erase(found);
    return fault;
}

} // namespace sluice::simulator
