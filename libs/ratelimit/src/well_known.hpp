#pragma once

#include "windows.hpp"

namespace sluice::ratelimit {

/// For a vendor we have no rule for: the standard's `RateLimit` field, else the first family of three headers of which
/// at least one can be read.
void govern_by_well_known_names(AnswerReader& reader, Governor& governor);

} // namespace sluice::ratelimit
