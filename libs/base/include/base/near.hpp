#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// The texts that are similar to `given`, the most similar first: at most three. Case, `_`, `-` and spaces are ignored;
/// up to a third of the letters may be wrong.
[[nodiscard]] std::vector<std::string> near_texts(std::vector<std::string> const& texts, std::string_view given);

/// Whether two texts differ only in case, `_`, `-`, `.` and spaces.
[[nodiscard]] bool is_spelled_alike(std::string_view one, std::string_view other);

/// `near_texts` as the end of a message: `; did you mean open?`. Empty if no text is similar.
[[nodiscard]] std::string did_you_mean(std::vector<std::string> const& texts, std::string_view given);

} // namespace sluice
