#pragma once

#include "http_api/byte_budget.hpp"
#include "http_api/message.hpp"
#include "http_api/shares.hpp"

#include <memory>
#include <optional>

namespace sluice::http {

/// A request's place among those in progress, given back on destruction, and what it needs to count its answer, which
/// may be there for longer: until the client has read it. One thread.
class Place {
public:
    /// One that is still to be taken. `answers` counts what is not read yet, and must outlive all that is counted.
    explicit Place(std::shared_ptr<Shares> shares = nullptr, ByteBudget* answers = nullptr)
        : shares_(std::move(shares))
        , answers_(answers)
    {
    }
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place();

    /// Takes the place for a request of the environment, or of nobody known yet (the empty id): whoever waits with a
    /// request has taken one. What it was taken for before is given back once another is taken. Errors: rate_limited,
    /// also if the environment has more answers than it may that nobody reads.
    [[nodiscard]] Result<void> take(EnvironmentId environment);

    /// Whether its owner may have more answers made. Costs no lock as long as few answers wait. Errors: rate_limited.
    [[nodiscard]] Result<void> may_answer() const;
    /// Counts the answer's body until the answer is gone. Errors: rate_limited, if it is nobody's and these have all
    /// they may; the work of a known owner is done, so it is never refused here.
    [[nodiscard]] Result<void> count(Response& answer) const;
    /// To count bytes with that are no `Response` yet, or are written in pieces. Null if nothing is counted.
    [[nodiscard]] std::unique_ptr<ByteBudget::Hold> hold() const;

private:
    [[nodiscard]] EnvironmentId owner() const { return owner_.value_or(EnvironmentId{}); }
    void give_back() noexcept;

    std::shared_ptr<Shares> shares_; ///< Null: nothing is counted.
    ByteBudget* answers_;
    std::optional<EnvironmentId> owner_; ///< Of the place, if it is taken.
};

} // namespace sluice::http
