#include "http_api/byte_budget.hpp"

namespace sluice::http {

bool ByteBudget::Hold::grow(std::size_t bytes)
{
    std::lock_guard const lock(budget_->mutex_);
    if (budget_->shares_.take(owner_, bytes))
        return false;
    bytes_ += bytes;
    return true;
}

ByteBudget::Hold::~Hold()
{
    if (bytes_ == 0)
        return;
    std::lock_guard const lock(budget_->mutex_);
    budget_->shares_.give_back(owner_, bytes_);
}

std::size_t ByteBudget::held() const
{
    std::lock_guard const lock(mutex_);
    return shares_.taken();
}

} // namespace sluice::http
