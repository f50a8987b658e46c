#pragma once

#include <string_view>

namespace sluice {

/// Ends the process as `kill -9` would, if the variable `SLUICE_FAILPOINT` names this point. For tests of crashes. With
/// `name:3` the process ends at the third call. Otherwise it costs one comparison with a constant.
void failpoint(std::string_view name);

} // namespace sluice
