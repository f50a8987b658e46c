#pragma once

#include "http_api/message.hpp"

#include <string_view>

namespace sluice::simulator {

/// The content codings that answers can be given: `gzip`, `deflate`.
inline constexpr std::string_view kCodings[] = {"gzip", "deflate"};

/// Compresses the body of an answer and says so in its header. An empty name or an empty body: as it is.
void encode(http::Response& response, std::string_view coding);

} // namespace sluice::simulator
