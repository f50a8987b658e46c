#pragma once

#include "windows.hpp"

namespace sluice::ratelimit {

/// Reads the limits of a vendor without a rule: the standard's `RateLimit` header, else the first family of three
/// headers of which at least one can be read.
void govern_by_well_known_names(AnswerReader& reader, Governor& governor);

} // namespace sluice::ratelimit
