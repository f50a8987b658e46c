#include "http_client/call_places.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

namespace sluice::http {

/// A call's stay among those that wait. It ends also if the call is cut when its io_context ends.
class CallPlaces::Stay {
public:
    Stay(CallPlaces& places, Waiter& waiter)
        : places_(places)
        , waiter_(waiter)
    {
        places_.waiting_.push_back(&waiter);
    }
    ~Stay()
    {
        places_.waiting_.remove(&waiter_);
        places_.queue_.give_back(waiter_.owner);
    }
    Stay(Stay const&) = delete;
    Stay& operator=(Stay const&) = delete;

private:
    CallPlaces& places_;
    Waiter& waiter_;
};

CallPlaces::CallPlaces(asio::io_context& io, std::size_t limit, std::size_t queue, std::chrono::milliseconds patience)
    : io_(io)
    , all_(limit)
    , queue_(queue)
    , patience_(patience)
{
}

std::optional<CallPlaces::Refusal> CallPlaces::take(Shares& server, Owner const& owner)
{
    if (auto const full = all_.take(owner))
        return Refusal{*full, false};
    if (auto const full = server.take(owner)) {
        all_.give_back(owner);
        return Refusal{*full, true};
    }
    return std::nullopt;
}

Task<std::optional<CallPlaces::Refusal>> CallPlaces::wait(Shares& server, Owner owner, Refusal refusal,
                                                          Deadline deadline)
{
    if (patience_.count() == 0 || queue_.take(owner))
        co_return refusal;
    Waiter waiter(io_, server, owner, ++arrivals_);
    Stay const stay(*this, waiter);
    waiter.granted.expires_at(deadline.at_most(patience_).at());
    co_await waiter.granted.async_wait(kUseTask);
    co_return waiter.has_place ? std::nullopt : std::optional(refusal);
}

void CallPlaces::give_back(Shares& server, Owner const& owner)
{
    server.give_back(owner);
    all_.give_back(owner);
    if (!waiting_.empty())
        serve_waiting();
}

void CallPlaces::serve_waiting()
{
    auto const rank = [](Waiter const* waiter) {
        return std::tuple(waiter->has_place, waiter->server.taken_by(waiter->owner.environment),
                          waiter->server.taken_by(waiter->owner.account), waiter->arrival);
    };
    std::vector<Waiter*> order(waiting_.begin(), waiting_.end());
    std::ranges::sort(order, {}, rank);
    for (auto* waiter : order)
        if (!waiter->has_place && !take(waiter->server, waiter->owner)) {
            waiter->has_place = true;
            waiter->granted.cancel();
        }
}

} // namespace sluice::http
