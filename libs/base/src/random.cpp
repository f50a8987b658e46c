#include "base/random.hpp"

#include <algorithm>
#include <array>
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

void public_random_bytes(std::span<std::uint8_t> out)
{
    thread_local std::array<std::uint8_t, 256> block;
    thread_local std::size_t used = block.size();
    while (!out.empty()) {
        if (used == block.size()) {
            random_bytes(block);
            used = 0;
        }
        auto const count = std::min(out.size(), block.size() - used);
        std::copy_n(block.begin() + static_cast<std::ptrdiff_t>(used), count, out.begin());
        used += count;
        out = out.subspan(count);
    }
}

double random_fraction()
{
    std::array<std::uint8_t, 2> bytes{};
    public_random_bytes(bytes);
    return (bytes[0] * 256.0 + bytes[1]) / 65536.0;
}

} // namespace sluice
