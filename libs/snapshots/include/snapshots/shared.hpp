#pragma once

#include "base/result.hpp"
#include "runtime/task.hpp"

#include <memory>
#include <utility>

namespace sluice::snapshots {

/// What a repository reads, as a cache keeps it. Errors: those of the read.
template <class T>
Task<Result<std::shared_ptr<T const>>> shared(Task<Result<T>> read)
{
    auto found = co_await std::move(read);
    if (!found)
        co_return found.error();
    co_return std::make_shared<T const>(*std::move(found));
}

} // namespace sluice::snapshots
