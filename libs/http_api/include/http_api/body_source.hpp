#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "runtime/task.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::http {

/// A body that is read piece by piece. No more is read from its sender than the reader takes, so a slow reader slows
/// the sender. One reader; belongs to one I/O thread.
class BodySource {
public:
    virtual ~BodySource() = default;
    /// The next piece, some kilobytes; empty at the end. After an error nothing more can be read. Errors are those of
    /// the sender: of a client (invalid_argument, too_large, unavailable if it has gone), or of a server
    /// (upstream_failed, upstream_timeout).
    virtual Task<Result<std::string>> read() = 0;
    /// The bytes of the whole body; absent if only its end tells.
    [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
    /// Gives the rest of the body up: a read that waits fails, and the sender's connection is closed or not used again.
    virtual void cancel() = 0;
};

inline constexpr std::string_view kNoRoom = "There is no memory left for request bodies. Retry in a moment.";

/// How a body is read whole.
struct WholeBody {
    std::size_t limit; ///< The most bytes.
    Deadline deadline;
    /// Takes memory for so many more bytes, and says whether there is so much. May be empty.
    std::function<bool(std::size_t)> grow = {};
};
/// Reads the rest of a body. Errors: those of `BodySource::read`; too_large above the limit, as soon as that is known;
/// invalid_argument if it did not come in time; rate_limited without memory for it.
Task<Result<std::string>> read_whole(BodySource& source, WholeBody how);

} // namespace sluice::http
