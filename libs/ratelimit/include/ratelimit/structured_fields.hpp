#pragma once

#include "ratelimit/normalise.hpp"

#include <span>
#include <string>

namespace sluice::ratelimit {

/// The values of two fields of draft-ietf-httpapi-ratelimit-headers-08 and later, structured by RFC 9651.
struct StructuredFields {
    std::string limit;  ///< Of `RateLimit`: `"burst";r=12;t=4, "daily";r=3`.
    std::string policy; ///< Of `RateLimit-Policy`: `"burst";q=100;w=60, "points";q=2000;qu="cost"`.
};

/// Writes an item for each window: in `limit` if it is known what is left, and in `policy` if the quota is known. A
/// value is empty if it has no item. Pure.
[[nodiscard]] StructuredFields structured_fields(std::span<Window const> windows);

} // namespace sluice::ratelimit
