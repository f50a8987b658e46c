#pragma once

#include "http_api/byte_budget.hpp"
#include "http_api/message.hpp"
#include "http_api/shares.hpp"

#include <memory>
#include <optional>

namespace sluice::http {

/// A request's place among the requests in progress. It is given back on destruction. It also counts the answer, which
/// stays in memory until the client has read it. One thread.
class Place {
public:
    /// A place that is not taken yet. `answers` counts answers that are not read yet, and must outlive everything that
    /// is counted. Both may be null; then nothing is counted.
    explicit Place(std::shared_ptr<Shares> shares = nullptr, ByteBudget* answers = nullptr)
        : shares_(std::move(shares))
        , answers_(answers)
    {
    }
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place();

    /// Takes the place for a request of the environment; the empty id means that the environment is not known yet. A
    /// place that was taken before is given back after the new one is taken. Errors: rate_limited, also if clients of
    /// the environment leave too many answers unread.
    [[nodiscard]] Result<void> take(EnvironmentId environment);
    /// Takes the place for a request that concerns a team and none of its environments: it has a share as they have,
    /// and is refused with the same text.
    [[nodiscard]] Result<void> take(TeamId team) { return take(EnvironmentId{team.uuid()}); }

    /// Checks that the place's environment may have more answers. Takes no lock while few answers wait. Errors:
    /// rate_limited.
    [[nodiscard]] Result<void> may_answer() const;
    /// Counts the answer's body until the answer is destroyed. Errors: rate_limited, only if the environment is not
    /// known and such answers have used up their share. For a known environment the work is done already, so the answer
    /// is never refused here.
    [[nodiscard]] Result<void> count(Response& answer) const;
    /// Counts bytes that are no `Response` yet or are written in pieces. Null if nothing is counted.
    [[nodiscard]] std::unique_ptr<ByteBudget::Hold> hold() const;

private:
    [[nodiscard]] EnvironmentId owner() const { return owner_.value_or(EnvironmentId{}); }
    void give_back() noexcept;

    std::shared_ptr<Shares> shares_; ///< Null if nothing is counted.
    ByteBudget* answers_;
    std::optional<EnvironmentId> owner_; ///< Set if the place is taken.
};

} // namespace sluice::http
