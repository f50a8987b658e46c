#include "calllog/counts.hpp"

#include <array>
#include <system_error>
#include <utility>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::calllog {

struct Counts::Page {
    static constexpr std::uint64_t kMagic = 0x31676f6c6c616373; ///< Changes with the layout.
    std::uint64_t magic;
    std::uint64_t settled;
    std::array<std::uint64_t, kMostThreads> taken;
};

namespace {

Error unusable(std::string const& file, char const* what)
{
    return {ErrorCode::invalid_argument,
            "call_log.count_file: " + file + ": " + what + ": " + std::generic_category().message(errno)};
}

} // namespace

Result<Counts> Counts::open(std::string const& file)
{
    constexpr mode_t kOwnerOnly = 0600;
    int descriptor = -1;
    if (!file.empty()) {
        descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly);
        if (descriptor < 0)
            return unusable(file, "cannot be opened");
        // Two processes with one file would count each other's entries.
        bool const is_ours = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
        if (!is_ours || ::ftruncate(descriptor, sizeof(Page)) != 0) {
            auto error = unusable(file, is_ours ? "cannot be written" : "is used by another process");
            ::close(descriptor);
            return error;
        }
    }
    int const flags = descriptor < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    auto* const memory = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, flags, descriptor, 0);
    if (memory == MAP_FAILED) { // NOLINT(*-cstyle-cast,*-no-int-to-ptr)
        auto error = unusable(file, "cannot be mapped");
        ::close(descriptor);
        return error;
    }
    Counts counts(static_cast<Page*>(memory), descriptor);
    auto& page = *counts.page_;
    if (page.magic == Page::kMagic) {
        std::uint64_t taken = 0;
        for (auto const of_thread : page.taken)
            taken += of_thread;
        counts.lost_before_ = taken > page.settled ? taken - page.settled : 0;
    }
    page = Page{};
    page.magic = Page::kMagic;
    return counts;
}

Counts::Counts(Counts&& other) noexcept
    : page_(std::exchange(other.page_, nullptr))
    , descriptor_(std::exchange(other.descriptor_, -1))
    , lost_before_(other.lost_before_)
{
}

Counts::~Counts()
{
    if (page_ != nullptr)
        ::munmap(page_, sizeof(Page));
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

std::uint64_t& Counts::taken(std::size_t thread) noexcept
{
    return page_->taken[thread % kMostThreads];
}

std::uint64_t& Counts::settled() noexcept
{
    return page_->settled;
}

} // namespace sluice::calllog
