#include "http_api/byte_budget.hpp"

namespace sluice::http {

bool ByteBudget::Hold::grow(std::size_t bytes)
{
    std::lock_guard const lock(budget_->mutex_);
    if (budget_->shares_.take(owner_, bytes))
        return false;
    bytes_ += bytes;
    budget_->held_ = budget_->shares_.taken();
    return true;
}

void ByteBudget::Hold::keep(std::size_t bytes)
{
    auto const counted = bytes <= kFree ? 0 : bytes;
    if (counted == bytes_)
        return;
    std::lock_guard const lock(budget_->mutex_);
    budget_->shares_.give_back(owner_, bytes_);
    if (counted > 0)
        budget_->shares_.add(owner_, counted);
    bytes_ = counted;
    budget_->held_ = budget_->shares_.taken();
}

ByteBudget::Hold::~Hold()
{
    if (bytes_ == 0)
        return;
    std::lock_guard const lock(budget_->mutex_);
    budget_->shares_.give_back(owner_, bytes_);
    budget_->held_ = budget_->shares_.taken();
}

bool ByteBudget::is_full(EnvironmentId owner) const
{
    if (held() < first_full_)
        return false;
    std::lock_guard const lock(mutex_);
    return shares_.is_full(owner);
}

} // namespace sluice::http
