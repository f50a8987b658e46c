#pragma once

#include "proxy/interpret.hpp"

#include <string>
#include <string_view>

namespace sluice::proxy {

/// Writes an outcome as text, so that the same call can be answered again. Headers and limits are left out. A body
/// above `max_bytes` is left out too, with a note that says so.
[[nodiscard]] std::string kept_text(Outcome const& outcome, std::size_t max_bytes);
/// Reads the text back. Errors: internal if the text is not of `kept_text`.
[[nodiscard]] Result<Outcome> kept_outcome(std::string_view text);

/// Whether it is certain that a call changed nothing at the vendor: the vendor refused it, or it was never sent.
[[nodiscard]] bool had_no_effect(Result<Outcome> const& outcome) noexcept;
/// As above, of a call that gave no outcome.
[[nodiscard]] bool had_no_effect(Error const& error) noexcept;

} // namespace sluice::proxy
