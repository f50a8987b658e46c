#pragma once

#include "http_api/message.hpp"
#include "toolcalls/tool_calls.hpp"

#include <string_view>

namespace sluice::api {

/// The end of a tool call: 200 with `{data, error, successful, log_id, note?}` and the limits of the account as
/// headers. `data` is the vendor's JSON, byte for byte, or `{content_type, base64}` of a file. A refusal is in `error`
/// as the text that a model reads, and in `data` as the same JSON.
[[nodiscard]] http::Response execution_response(toolcalls::Done done, std::string_view log_id);

} // namespace sluice::api
