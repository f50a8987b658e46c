#include "calllog/ring.hpp"

#include <algorithm>
#include <cstring>

namespace sluice::calllog {

Ring::Ring(std::size_t capacity)
    : capacity_(capacity)
    , bytes_(new char[capacity])
{
}

void Ring::write(std::uint64_t at, void const* from, std::size_t size)
{
    auto const place = static_cast<std::size_t>(at & (capacity_ - 1));
    auto const first = std::min(size, capacity_ - place);
    std::memcpy(bytes_.get() + place, from, first);
    std::memcpy(bytes_.get(), static_cast<char const*>(from) + first, size - first);
}

void Ring::read(std::uint64_t at, void* to, std::size_t size) const
{
    auto const place = static_cast<std::size_t>(at & (capacity_ - 1));
    auto const first = std::min(size, capacity_ - place);
    std::memcpy(to, bytes_.get() + place, first);
    std::memcpy(static_cast<char*>(to) + first, bytes_.get(), size - first);
}

bool Ring::push(std::string_view row, Day day)
{
    auto const at = written_.load(std::memory_order_relaxed);
    auto const size = sizeof(Head) + row.size();
    if (at + size - seen_read_ > capacity_) {
        seen_read_ = read_.load(std::memory_order_acquire);
        if (at + size - seen_read_ > capacity_)
            return false;
    }
    Head const head{static_cast<std::uint32_t>(row.size()), day};
    write(at, &head, sizeof head);
    write(at + sizeof head, row.data(), row.size());
    written_.store(at + size, std::memory_order_release);
    prefetch(at + size);
    return true;
}

void Ring::prefetch(std::uint64_t at) const
{
    // Nobody has touched the place of the next row since the ring went round. Else its thread would wait for memory.
    constexpr std::size_t kRow = 512;
    for (std::size_t next = 0; next < kRow; next += kCacheLine)
        __builtin_prefetch(bytes_.get() + ((at + next) & (capacity_ - 1)), 1);
}

std::size_t Ring::pop(std::string& out, Day& day, std::size_t most)
{
    auto const end = written_.load(std::memory_order_acquire);
    auto at = read_.load(std::memory_order_relaxed);
    std::size_t rows = 0;
    while (at < end && out.size() < most) {
        Head head{};
        read(at, &head, sizeof head);
        if (out.empty())
            day = head.day;
        else if (head.day != day)
            break;
        auto const before = out.size();
        out.resize(before + head.size);
        read(at + sizeof head, out.data() + before, head.size);
        at += sizeof head + head.size;
        ++rows;
    }
    read_.store(at, std::memory_order_release);
    return rows;
}

bool Ring::empty() const noexcept
{
    return written_.load(std::memory_order_acquire) == read_.load(std::memory_order_acquire);
}

} // namespace sluice::calllog
