#include "runtime/descriptors.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <sys/resource.h>

namespace sluice {
namespace {

/// Descriptors for standard streams, event queues, timers, and files that are open for a moment.
constexpr std::size_t kOwn = 32;
constexpr std::size_t kFewest = 16;

} // namespace

std::size_t raise_descriptor_limit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    auto raised = limit;
    raised.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

Result<std::size_t> connections_that_fit(std::size_t descriptors, std::size_t wanted, std::size_t others)
{
    auto const taken = kOwn + others;
    auto const left = descriptors > taken ? descriptors - taken : 0;
    auto const fit = left - left / 4;
    if (fit < std::min(wanted, kFewest))
        return Error{ErrorCode::unavailable,
                     fmt::format("This process may open {} descriptors, which is too few. Raise the hard limit "
                                 "(`ulimit -Hn`, LimitNOFILE=) to {} or more.",
                                 descriptors, descriptors_for(wanted, others))};
    return std::min(wanted, fit);
}

std::size_t descriptors_for(std::size_t wanted, std::size_t others) noexcept
{
    return kOwn + others + (wanted * 4 + 2) / 3;
}

} // namespace sluice
