#pragma once

#include "http_api/message.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace sluice {

using Random = std::mt19937_64;

/// In every part of a stream: the serial of the write, filled in as it is written, and the request it is for.
inline constexpr std::string_view kSerial = "s=0000000000;";
inline constexpr std::size_t kDigits = 10;

/// What a vendor sends for one request.
struct Stream {
    std::string bytes;
    std::string late;          ///< Written a moment after the rest.
    bool is_good = false;      ///< One whole answer in plain framing, which the call must get.
    bool is_in_doubt = false;  ///< No further request may come on the connection.
    bool closes = false;       ///< After the bytes.
    bool resets = false;       ///< By a reset.
    bool may_be_whole = false; ///< What was spoilt may still be valid.
    bool hangs = false;        ///< The call may have to wait for its deadline.
};

[[nodiscard]] std::uint64_t below(Random& random, std::uint64_t bound);
[[nodiscard]] bool once_in(Random& random, std::uint64_t times);

/// A stream for a request of this method, which is the `born`-th. Most are not as they should be.
[[nodiscard]] Stream make_stream(Random& random, http::Method method, std::uint64_t born);

} // namespace sluice
