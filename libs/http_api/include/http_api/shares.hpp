#pragma once

#include "http_api/client.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <unordered_map>

namespace sluice::http {

/// Who has how much of something that is limited. An environment may have at most as much as is free, and an account at
/// most as much as is then free of half of all, which is the most that an environment alone can have: so one that takes
/// all it gets leaves half to the others, and however many do so, something is left. What is no environment's (the
/// empty id) has the share of one. One thread.
class Shares {
public:
    /// Whose share is used up.
    enum class Full { all, environment, account };

    /// `most` is what an environment may have, however much is free.
    explicit Shares(std::size_t limit, std::size_t most = std::numeric_limits<std::size_t>::max())
        : limit_(limit)
        , most_(most)
    {
    }

    /// Nothing, and the amount is taken; or what forbids it.
    [[nodiscard]] std::optional<Full> take(Owner const& owner, std::size_t amount = 1);
    /// Takes what is there already, so it is not asked for.
    void add(Owner const& owner, std::size_t amount);
    void give_back(Owner const& owner, std::size_t amount = 1);

    [[nodiscard]] std::size_t taken() const noexcept { return taken_; }
    [[nodiscard]] std::size_t taken_by(EnvironmentId environment) const;
    /// Whether an environment that has something has all that it may have, or more.
    [[nodiscard]] bool is_full(EnvironmentId environment) const;
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

private:
    std::size_t limit_;
    std::size_t most_;
    std::size_t taken_ = 0;
    std::unordered_map<EnvironmentId, std::size_t> environments_;
    std::unordered_map<IntegratedAccountId, std::size_t> accounts_;
};

} // namespace sluice::http
