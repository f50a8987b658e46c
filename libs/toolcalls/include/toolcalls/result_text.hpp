#pragma once

#include "proxy/interpret.hpp"

#include <string>
#include <string_view>

namespace sluice::toolcalls {

/// What a tool gives for a vendor's answer, on every surface: the text of a JSON object. An object is the vendor's own
/// bytes; a list is `{result, next_cursor}`, other arrays and scalars `{result}`, an answer without body `{status}`; a
/// refusal and an answer that could not be read are objects that explain themselves. Not for `binary` outcomes. The
/// text points into `outcome.body` or into `made`, which keeps a text that had to be made.
[[nodiscard]] std::string_view result_text(proxy::Outcome const& outcome, std::string& made);

} // namespace sluice::toolcalls
