#include "tenancy/waiters.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::tenancy {

Waiters::Place::Place(std::shared_ptr<State> state, EnvironmentId environment, Rows::iterator row)
    : state_(std::move(state))
    , environment_(environment)
    , row_(row)
{
}

Waiters::Place::Place(Place&& other) noexcept
    : state_(std::move(other.state_))
    , environment_(other.environment_)
    , row_(other.row_)
{
}

Waiters::Place::~Place()
{
    if (!state_)
        return;
    state_->rows.erase(row_);
    auto const count = state_->of_environment.find(environment_);
    if (--count->second == 0)
        state_->of_environment.erase(count);
}

Task<void> Waiters::Place::wait(Deadline until)
{
    auto const waiting = row_->second;
    if (!std::exchange(waiting->is_told, false)) {
        waiting->timer.expires_at(until.at_most(state_->is_listening ? kLookAgain : kLookAgainDeaf).at());
        co_await waiting->timer.async_wait(kUseTask);
        waiting->is_told = false;
    }
}

Waiters::Waiters(asio::io_context& io)
    : io_(io)
    , state_(std::make_shared<State>())
{
}

Result<Waiters::Place> Waiters::join(EnvironmentId environment, Uuid row)
{
    auto& count = state_->of_environment[environment];
    if (count >= kMostOfEnvironment)
        return Error{ErrorCode::rate_limited,
                     fmt::format("{} calls of this environment wait here already: wait for fewer at once, or ask again "
                                 "in a moment.",
                                 kMostOfEnvironment)};
    ++count;
    return Place{state_, environment, state_->rows.emplace(row, std::make_shared<Waiting>(io_))};
}

void Waiters::heard(std::string_view payload)
{
    auto const row = uuid_from_hex(payload);
    if (!row)
        return;
    auto const [first, end] = state_->rows.equal_range(*row);
    for (auto each = first; each != end; ++each)
        tell(*each->second);
}

void Waiters::set_listening(bool listening)
{
    state_->is_listening = listening;
    for (auto const& [row, waiting] : state_->rows)
        tell(*waiting);
}

void Waiters::tell(Waiting& waiting)
{
    waiting.is_told = true;
    waiting.timer.cancel();
}

} // namespace sluice::tenancy
