#include "faults.hpp"

#include <algorithm>

namespace sluice::simulator {

void Faults::clear()
{
    faults_.clear();
    *is_over_ = true;
    is_over_ = std::make_shared<bool>(false);
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
    auto fault = *found;
    fault.is_over = is_over_;
    if (--found->times == 0)
        faults_.erase(found);
    return fault;
}

} // namespace sluice::simulator
