#include "base/movable_clock.hpp"

#include <atomic>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice {
namespace {

constexpr std::size_t kBytes = sizeof(std::int64_t);

/// Who may write the file says when tokens end.
bool is_for_us_alone(int file)
{
    struct stat found{};
    return ::fstat(file, &found) == 0 && S_ISREG(found.st_mode) && found.st_size == kBytes &&
           found.st_uid == ::geteuid() && (found.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

} // namespace

Result<std::unique_ptr<MovableClock const>> MovableClock::open(std::string const& path)
{
    int const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return invalid(path, "cannot be read");
    void* const bytes = is_for_us_alone(file) ? ::mmap(nullptr, kBytes, PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;
    ::close(file);
    if (bytes == MAP_FAILED)
        return invalid(path, "must have 8 bytes and belong to the user of this process, who alone may write it");
    return std::unique_ptr<MovableClock const>(new MovableClock(static_cast<std::int64_t*>(bytes)));
}

MovableClock::~MovableClock()
{
    ::munmap(seconds_, kBytes);
}

MovableClock::time_point MovableClock::now() const
{
    auto const ahead = std::atomic_ref(*seconds_).load(std::memory_order_relaxed);
    return std::chrono::system_clock::now() + std::chrono::seconds(ahead);
}

Result<std::unique_ptr<Clock const>> open_clock(std::string const& offset_file)
{
    if (offset_file.empty())
        return std::make_unique<SystemClock const>();
    auto clock = MovableClock::open(offset_file);
    if (!clock)
        return clock.error();
    return *std::move(clock);
}

} // namespace sluice
