#include "base/random.hpp"

#include <cstdlib>

#include <cerrno>
#include <sys/random.h>

namespace sluice {

void random_bytes(std::span<std::uint8_t> out)
{
    while (!out.empty()) {
        auto const got = ::getrandom(out.data(), out.size(), 0);
        if (got < 0 && errno != EINTR)
            std::abort();
        if (got > 0)
            out = out.subspan(static_cast<std::size_t>(got));
    }
}

} // namespace sluice
