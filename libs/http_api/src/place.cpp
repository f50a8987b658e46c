#include "http_api/place.hpp"

#include <utility>

namespace sluice::http {
namespace {

Error unread()
{
    return {ErrorCode::rate_limited,
            "Answers to this environment wait for clients that do not read them, and take all the memory it may have. "
            "Retry in a second."};
}

/// The counter of an answer, and what the answer held before.
struct Counted {
    Counted(std::shared_ptr<void> what, ByteBudget& budget, EnvironmentId owner)
        : held(std::move(what))
        , hold(budget, owner)
    {
    }
    std::shared_ptr<void> held;
    ByteBudget::Hold hold;
};

} // namespace

Place::Place(Place&& other) noexcept
    : shares_(std::move(other.shares_))
    , answers_(other.answers_)
    , owner_(std::exchange(other.owner_, std::nullopt))
{
}

Place& Place::operator=(Place&& other) noexcept
{
    std::swap(shares_, other.shares_);
    std::swap(answers_, other.answers_);
    std::swap(owner_, other.owner_);
    return *this;
}

Place::~Place()
{
    give_back();
}

Result<void> Place::take(EnvironmentId environment)
{
    if (!shares_ || owner_ == environment)
        return {};
    if (answers_ != nullptr && !environment.empty() && answers_->is_full(environment))
        return unread();
    give_back();
    auto const full = shares_->take({environment, {}});
    if (!full) {
        owner_ = environment;
        return {};
    }
    bool const is_its_own = *full != Shares::Full::all && !environment.empty();
    return Error{ErrorCode::rate_limited, is_its_own
                                              ? "This environment has too many requests in progress. Retry in a second."
                                              : "The service is busy. Retry in a second."};
}

Result<void> Place::may_answer() const
{
    if (answers_ != nullptr && answers_->is_full(owner()))
        return unread();
    return {};
}

Result<void> Place::count(Response& answer) const
{
    auto const size = answer.body.capacity();
    if (answers_ == nullptr || size <= ByteBudget::kFree)
        return {};
    if (owner().empty())
        if (auto const may = may_answer(); !may)
            return may.error();
    auto counted = std::make_shared<Counted>(std::move(answer.held), *answers_, owner());
    counted->hold.keep(size);
    answer.held = std::move(counted);
    return {};
}

std::unique_ptr<ByteBudget::Hold> Place::hold() const
{
    return answers_ == nullptr ? nullptr : std::make_unique<ByteBudget::Hold>(*answers_, owner());
}

void Place::give_back() noexcept
{
    if (owner_)
        shares_->give_back({*owner_, {}});
    owner_.reset();
}

} // namespace sluice::http
