#include "limits/counter.hpp"

#include <algorithm>

namespace sluice::limits {
namespace {

/// After this time without a call nothing of a key is left in the window.
constexpr std::chrono::milliseconds kIdleAfter{10'200};
/// When a replica may have more, if it has not all of its share: after an exchange or two.
constexpr std::chrono::milliseconds kSoon{400};
/// A replica that has used less than this part of a limit is quiet: as many replicas stay within it unheard.
constexpr std::int64_t kQuietParts = 20;
constexpr std::chrono::seconds kAskQuietEvery{1};
/// Well within the lifetime of what is told.
constexpr std::chrono::seconds kTellEvery{3};

} // namespace

Standing Counter::take(Time now)
{
    std::scoped_lock const lock(mutex_);
    used(now);
    bool const has_room = window_.count(now) < most_;
    if (has_room)
        window_.add(now);
    return standing(now, !has_room);
}

Standing Counter::charge(Time now)
{
    std::scoped_lock const lock(mutex_);
    used(now);
    window_.add(now);
    return standing(now, false);
}

Standing Counter::look(Time now)
{
    std::scoped_lock const lock(mutex_);
    return standing(now, window_.count(now) >= most_);
}

Standing Counter::standing(Time now, bool is_refused)
{
    auto const own = window_.count(now);
    Standing standing{is_refused, is_listed_, limit_, 0, {}, {}};
    if (own < most_) {
        // Not the share of this replica: the caller wants to know what is left of the limit.
        standing.remaining = std::max(limit_ - own - others_.calls, most_ - own);
        standing.until_reset = window_.until_gone(now, 1);
        return standing;
    }
    auto const missing = own + others_.calls + 1 - limit_;
    if (missing <= 0)
        standing.until_room = kSoon;
    else if (missing <= own)
        standing.until_room = window_.until_gone(now, missing);
    else
        standing.until_room = kWindow; // When calls of others leave is not known here.
    standing.until_reset = standing.until_room;
    return standing;
}

bool Counter::list()
{
    std::scoped_lock const lock(mutex_);
    return !std::exchange(is_listed_, true);
}

std::int64_t Counter::share(std::int64_t room, std::int64_t replicas)
{
    return room <= 0 ? 0 : std::max<std::int64_t>(room / replicas, 1);
}

bool Counter::is_quiet(std::int64_t own) const
{
    return others_.replicas == 0 && own * kQuietParts < limit_;
}

Published Counter::publish(Time now)
{
    std::scoped_lock const lock(mutex_);
    if (now - last_used() > kIdleAfter)
        return leave_locked();
    Published published;
    auto const own = window_.count(now);
    if (is_quiet(own)) {
        published.is_gone = std::exchange(told_, std::nullopt).has_value();
        published.is_asked = !asked_at_ || now - *asked_at_ >= kAskQuietEvery;
    } else {
        bool const is_alone = others_.replicas == 0;
        published_ = own + (is_alone ? 0 : share(limit_ - own - others_.calls, others_.replicas + 1));
        published.is_asked = true;
        if (told_ != published_ || (published_ > 0 && now - told_at_ >= kTellEvery)) {
            published.told = told_ = published_;
            told_at_ = now;
        }
    }
    if (published.is_asked)
        asked_at_ = now;
    return published;
}

Published Counter::leave()
{
    std::scoped_lock const lock(mutex_);
    return leave_locked();
}

Published Counter::leave_locked()
{
    is_listed_ = false;
    asked_at_.reset();
    be_alone();
    return {std::nullopt, false, std::exchange(told_, std::nullopt).has_value(), false};
}

void Counter::learn(Others const& others, Time now)
{
    std::scoped_lock const lock(mutex_);
    if (others.replicas == 0) {
        be_alone();
        return;
    }
    auto const own = window_.count(now);
    auto const left = limit_ - others.calls;
    // Of replicas that meet for the first time none has told how far it may go.
    most_ = others_.replicas == 0 ? own + share(left - own, others.replicas + 1) : std::min(published_, left);
    others_ = others;
}

void Counter::unheard()
{
    std::scoped_lock const lock(mutex_);
    told_.reset();
    be_alone();
}

void Counter::be_alone()
{
    others_ = {};
    most_ = limit_;
}

} // namespace sluice::limits
