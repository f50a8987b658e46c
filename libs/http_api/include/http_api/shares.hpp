#pragma once

#include "http_api/client.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <unordered_map>

namespace sluice::http {

/// Shares something limited out between environments and accounts. An environment may have at most as much as is free,
/// so alone it gets half of all. An account may have at most as much as is then free of that half, so alone it gets a
/// quarter. However many take all they get, something stays free. The empty environment has a share like any other. One
/// thread.
class Shares {
public:
    /// The share that is used up.
    enum class Full { all, environment, account };

    /// `most` is the most that an environment may have, however much is free.
    explicit Shares(std::size_t limit, std::size_t most = std::numeric_limits<std::size_t>::max())
        : limit_(limit)
        , most_(most)
    {
    }

    /// Takes the amount and gives nothing; or takes nothing and says which share is used up.
    [[nodiscard]] std::optional<Full> take(Owner const& owner, std::size_t amount = 1);
    /// Takes the amount without a check, for something that exists already.
    void add(Owner const& owner, std::size_t amount);
    void give_back(Owner const& owner, std::size_t amount = 1);

    [[nodiscard]] std::size_t taken() const noexcept { return taken_; }
    [[nodiscard]] std::size_t taken_by(EnvironmentId environment) const;
    [[nodiscard]] std::size_t taken_by(IntegratedAccountId account) const;
    /// Whether an environment has all that it may have, or more. False if it has nothing.
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
