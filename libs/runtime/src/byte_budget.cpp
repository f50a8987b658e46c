#include "runtime/byte_budget.hpp"

#include <algorithm>

namespace sluice {

ByteBudget::ByteBudget(std::size_t total, std::size_t share)
    : total_(total)
    , share_(std::min(share, total))
{
}

bool ByteBudget::Hold::grow(std::size_t bytes)
{
    if (!budget_->take(owner_, bytes))
        return false;
    bytes_ += bytes;
    return true;
}

std::size_t ByteBudget::held() const
{
    std::lock_guard const lock(mutex_);
    return held_;
}

bool ByteBudget::take(Uuid const& owner, std::size_t bytes)
{
    std::lock_guard const lock(mutex_);
    auto const known = by_owner_.find(owner);
    auto const own = known == by_owner_.end() ? 0 : known->second;
    if (bytes > total_ - held_ || bytes > share_ - own)
        return false;
    held_ += bytes;
    if (bytes > 0)
        by_owner_[owner] = own + bytes;
    return true;
}

void ByteBudget::give_back(Uuid const& owner, std::size_t bytes)
{
    if (bytes == 0)
        return;
    std::lock_guard const lock(mutex_);
    held_ -= bytes;
    auto const known = by_owner_.find(owner);
    known->second -= bytes;
    if (known->second == 0)
        by_owner_.erase(known);
}

} // namespace sluice
