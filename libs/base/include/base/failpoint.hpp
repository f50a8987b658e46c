#pragma once

#include <string_view>

namespace sluice {

/// Ends the process here, as `kill -9` would, if the variable `SLUICE_FAILPOINT` names this point; for tests of what a
/// crash leaves behind. `name:3` ends it at the third time. Costs a comparison with a constant otherwise.
void failpoint(std::string_view name);

} // namespace sluice
