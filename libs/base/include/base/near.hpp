#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Those of `texts` that `given` may have been meant for, the likeliest first: at most three, none if nothing is near.
/// Case, and `_`, `-` and spaces, count for nothing; up to a third of the letters may be wrong.
[[nodiscard]] std::vector<std::string> near_texts(std::vector<std::string> const& texts, std::string_view given);

/// The same as the end of a message: `; did you mean open?`, or nothing.
[[nodiscard]] std::string did_you_mean(std::vector<std::string> const& texts, std::string_view given);

} // namespace sluice
