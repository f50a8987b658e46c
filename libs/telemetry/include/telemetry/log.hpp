#pragma once

#include "base/error.hpp"
#include "telemetry/shard.hpp"

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <variant>

namespace sluice::telemetry {

enum class Level { debug, info, warning, error };

/// A variable part of a log line. The text must live only until `Log::write` returns.
struct LogField {
    std::string_view key;
    std::variant<std::string_view, std::int64_t, double, bool> value;
};

/// Writes JSON lines to a file descriptor: `{"time":…,"level":…,"message":…,<fields>}`. The message is a constant;
/// variable parts are fields. Callers never pass tokens, codes, cookies, bodies or URLs with queries.
///
/// Thread-safe. A line goes into the buffer of its thread; a background thread writes it within 100 ms, and the
/// destructor writes the rest, for which it waits a second at most. What cannot be written now waits in the buffer.
/// Lines that do not fit into the buffer (1 MiB) are dropped and counted.
class Log {
public:
    explicit Log(int file_descriptor, Level threshold = Level::info);
    ~Log();
    Log(Log const&) = delete;
    Log& operator=(Log const&) = delete;

    void write(Level level, std::string_view message, std::initializer_list<LogField> fields = {}) noexcept;
    /// Adds the error's code and its text for the log, as `code` and `detail`.
    void write(Level level, std::string_view message, Error const& error,
               std::initializer_list<LogField> fields = {}) noexcept;

    [[nodiscard]] bool enabled(Level level) const noexcept { return level >= threshold_; }
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }
    /// Writes what the buffers hold, as far as it can be written now. False if something is left.
    bool flush();

private:
    struct alignas(kCacheLine) Buffer {
        std::mutex mutex;
        std::string text;
    };

    void run();
    void append(std::string_view line);
    /// False if not all of `unwritten_` could be written; it then keeps the rest.
    bool write_out();

    int const file_descriptor_;
    Level const threshold_;
    std::array<Buffer, kShards> buffers_;
    std::atomic<std::uint64_t> dropped_{0};
    std::mutex writing_;
    std::string unwritten_; ///< Was taken from a buffer. Belongs to the holder of `writing_`.
    std::size_t first_ = 0; ///< The buffer that is written first, so that no thread's lines always come last.
    std::mutex stop_mutex_;
    std::condition_variable stop_signal_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace sluice::telemetry
