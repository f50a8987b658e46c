#pragma once

#include "http_api/client.hpp"

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

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
    void give_back(Owner const& owner, std::size_t amount = 1);

    [[nodiscard]] std::size_t taken() const noexcept { return taken_; }
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

private:
    std::size_t limit_;
    std::size_t most_;
    std::size_t taken_ = 0;
    std::unordered_map<EnvironmentId, std::size_t> environments_;
    std::unordered_map<IntegratedAccountId, std::size_t> accounts_;
};

/// A request's place among those in progress, given back on destruction. One thread.
class Place {
public:
    /// One that is still to be taken.
    explicit Place(std::shared_ptr<Shares> shares = nullptr)
        : shares_(std::move(shares))
    {
    }
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place();

    /// Takes the place for a request of the environment, or of nobody known yet (the empty id): whoever waits with a
    /// request has taken one. What it was taken for before is given back. Errors: rate_limited.
    [[nodiscard]] Result<void> take(EnvironmentId environment);

private:
    void give_back() noexcept;

    std::shared_ptr<Shares> shares_;     ///< Null: nothing is counted.
    std::optional<EnvironmentId> owner_; ///< Of the place, if it is taken.
};

} // namespace sluice::http
