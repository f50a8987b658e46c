#pragma once

#include "calllog/ring.hpp"
#include "runtime/offload.hpp"
#include "runtime/task.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::calllog {

class Pipe;

/// A thread's end of a pipe.
class Inlet {
public:
    Inlet(Pipe& pipe, std::size_t capacity, std::atomic_ref<std::uint64_t> taken)
        : pipe_(pipe)
        , ring_(capacity)
        , taken_(taken)
    {
    }

    /// Hands a row over. It is dropped, and counted, if the pipe is full. Takes no lock and does not wait.
    void push(std::string_view row, Day day);

private:
    friend Pipe;

    Pipe& pipe_;
    Ring ring_;
    std::atomic_ref<std::uint64_t> taken_;
    std::atomic<std::uint64_t> dropped_{0};
};

/// Rows of several threads on their way to one task. Bounded; the threads never wait. The task sleeps while there is
/// nothing, and takes the rows in batches.
class Pipe {
public:
    struct Config {
        std::size_t ring_bytes = 4UL * 1024 * 1024; ///< For each thread, a power of two.
        std::size_t batch_bytes = 1024UL * 1024;    ///< A batch ends when it has so many or more.
        /// How long rows are gathered, so that many become one batch.
        std::chrono::milliseconds gather{200};
    };
    struct Batch {
        std::string rows;
        Day day = 0;
        std::size_t count = 0;
    };

    /// The task runs on `io`, which must outlive the pipe.
    Pipe(asio::io_context& io, Config config);

    /// The end for one more thread. Before the threads start. `taken` counts the rows that were handed over and fitted;
    /// it must outlive the pipe.
    Inlet& add(std::uint64_t& taken);
    /// The next batch; nothing once the pipe is closed and empty. Batches that are not full are `gather` apart. One
    /// task, on `io`.
    Task<std::optional<Batch>> next();
    /// Lets `next` end when the pipe is empty. On `io`'s thread.
    void close();
    [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

    /// Rows that did not fit. Any thread.
    [[nodiscard]] std::uint64_t dropped() const noexcept;

private:
    friend Inlet;

    void wake();
    [[nodiscard]] bool has_rows() const;
    [[nodiscard]] Batch take();
    Task<void> pause(std::chrono::milliseconds time);

    asio::io_context& io_;
    Config const config_;
    std::deque<Inlet> inlets_;
    std::size_t first_ = 0; ///< The inlet that is read first, so that no thread's rows always wait.
    std::atomic<bool> is_asleep_{false};
    SteadyTimer timer_;
    bool is_closed_ = false;
    bool is_woken_ = false;
    bool is_gathering_ = false; ///< The next batch waits for more rows.
};

} // namespace sluice::calllog
