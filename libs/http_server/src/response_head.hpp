#pragma once

#include "http_api/message.hpp"

#include <string>

namespace sluice::http {

/// The head of an interim answer (RFC 9110 section 15.2), with the empty line at its end.
[[nodiscard]] std::string interim_head_of(int status, Headers const& headers);
/// The head of an answer, with the empty line at its end. A stream of unknown size is
/// chunked, or ends with the connection.
[[nodiscard]] std::string head_of(Response const& response, bool keep_alive, bool is_chunked);

} // namespace sluice::http
