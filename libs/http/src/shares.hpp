#pragma once

#include "http_api/client.hpp"

#include <cstddef>
#include <optional>
#include <unordered_map>

namespace sluice::http {

/// Who has how much of something that is limited. An environment may have at most as much as is free, and an account at
/// most as much as is then free of half of all, which is the most that an environment alone can have: so one that takes
/// all it gets leaves half to the others, and however many do so, something is left. One thread.
class Shares {
public:
    /// Whose share is used up.
    enum class Full { all, environment, account };

    explicit Shares(std::size_t limit)
        : limit_(limit)
    {
    }

    /// Nothing, and the amount is taken; or what forbids it.
    [[nodiscard]] std::optional<Full> take(Owner const& owner, std::size_t amount = 1);
    void give_back(Owner const& owner, std::size_t amount = 1);

    [[nodiscard]] std::size_t taken() const noexcept { return taken_; }
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

private:
    std::size_t limit_;
    std::size_t taken_ = 0;
    std::unordered_map<EnvironmentId, std::size_t> environments_;
    std::unordered_map<IntegratedAccountId, std::size_t> accounts_;
};

} // namespace sluice::http
