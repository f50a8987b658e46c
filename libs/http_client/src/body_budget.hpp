#pragma once

#include "http_api/shares.hpp"

#include <algorithm>
#include <memory>
#include <optional>

namespace sluice::http {

/// The bytes of one answer, out of those that all answers of a client may have together. They are given back when the
/// answer is destroyed. Small answers are not counted, since the number of calls bounds them. One thread.
class BodyLease {
public:
    static constexpr std::size_t kFree = 64 * 1024;

    BodyLease(std::shared_ptr<Shares> budget, Owner const& owner)
        : budget_(std::move(budget))
        , owner_{owner.environment, {}} // No share for an account: its answers may be large.
    {
    }
    ~BodyLease()
    {
        if (taken_ > 0)
            budget_->give_back(owner_, taken_);
    }
    BodyLease(BodyLease const&) = delete;
    BodyLease& operator=(BodyLease const&) = delete;

    /// The answer now has so many bytes. Says which share is used up, if one is; then nothing was taken.
    [[nodiscard]] std::optional<Shares::Full> grow_to(std::size_t bytes)
    {
        if (bytes <= std::max(kFree, taken_))
            return std::nullopt;
        // Taken in steps, so that it is cheap.
        auto const amount = bytes - taken_ + kFree;
        auto const full = budget_->take(owner_, amount);
        if (!full)
            taken_ += amount;
        return full;
    }
    [[nodiscard]] bool is_empty() const noexcept { return taken_ == 0; }

private:
    std::shared_ptr<Shares> budget_;
    Owner owner_;
    std::size_t taken_ = 0;
};

} // namespace sluice::http
