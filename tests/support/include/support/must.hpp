#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace sluice::test {

/// For what is over in a moment, also on a machine that is busy.
[[nodiscard]] inline Deadline soon()
{
    return Deadline::after(std::chrono::seconds(60));
}

/// What has to succeed for the test to go on; else it ends with the error.
template <class T>
T must(Result<T> result)
{
    if (!result)
        throw std::runtime_error(result.error().log_message());
    return *std::move(result);
}

inline void must(Result<void> const& result)
{
    if (!result)
        throw std::runtime_error(result.error().log_message());
}

} // namespace sluice::test
