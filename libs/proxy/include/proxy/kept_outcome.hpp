#pragma once

#include "proxy/interpret.hpp"

#include <string>
#include <string_view>

namespace sluice::proxy {

/// An outcome as text, for answering the same call again: what the vendor said, without its headers and limits. A body
/// above `max_bytes` is left out, and said to be.
[[nodiscard]] std::string kept_text(Outcome const& outcome, std::size_t max_bytes);
/// Back from the text. Errors: internal if it is not one.
[[nodiscard]] Result<Outcome> kept_outcome(std::string_view text);

/// Whether it is certain that a call changed nothing at the vendor: it was refused, or never sent.
[[nodiscard]] bool had_no_effect(Result<Outcome> const& outcome) noexcept;

} // namespace sluice::proxy
