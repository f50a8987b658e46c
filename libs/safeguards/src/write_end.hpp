#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "runtime/offload.hpp"
#include "runtime/task.hpp"

#include <chrono>

namespace sluice::safeguards {

/// The time for each look-up and each write of a row.
inline constexpr std::chrono::seconds kStoreLimit{5};
/// The pause between two tries of a write.
inline constexpr std::chrono::milliseconds kPause{250};

/// Writes how a call ended, even if the call's own time is over; while the database does not answer, a few times.
/// `write` takes a deadline. If the end cannot be written, the call stays taken, so nobody repeats it.
template <class Write>
Task<void> write_end(Write const& write)
{
    constexpr int kTries = 3;
    for (int tries = 0; tries < kTries; ++tries) {
        Result<void> const written = co_await write(Deadline::after(kStoreLimit));
        if (written || written.error().code() != ErrorCode::unavailable)
            co_return;
        co_await sleep_until(Deadline::after(kPause));
    }
}

} // namespace sluice::safeguards
