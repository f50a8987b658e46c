#pragma once

#include "proxy/interpret.hpp"

#include <string>
#include <string_view>

namespace sluice::toolcalls {

/// The result of a tool, on every surface: the text of a JSON object. An object is the vendor's own bytes. A list is
/// `{result, next_cursor}`, other arrays and scalars are `{result}`, and an answer without body is `{status}`. A
/// refusal and an answer that could not be read are objects with an explanation. Not for `binary` outcomes. The text
/// points into `outcome.body` or into `made`, which then holds the new text.
[[nodiscard]] std::string_view result_text(proxy::Outcome const& outcome, std::string& made);

} // namespace sluice::toolcalls
