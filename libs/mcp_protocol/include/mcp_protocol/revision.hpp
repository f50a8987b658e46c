#pragma once

#include "base/json.hpp"

#include <array>
#include <string_view>

namespace sluice::mcp {

/// In legacy revisions the client begins with `initialize`. In modern ones every request has the version and
/// capabilities.
enum class Era { legacy, modern };

/// Newest first. This table is the only place that names protocol revisions.
inline constexpr std::array<std::string_view, 1> kModernRevisions{"2026-07-28"};
inline constexpr std::array<std::string_view, 4> kLegacyRevisions{"2025-11-25", "2025-06-18", "2025-03-26",
                                                                  "2024-11-05"};

/// Every revision served here, the modern ones first.
[[nodiscard]] json::array all_revisions();

[[nodiscard]] bool is_modern(std::string_view revision) noexcept;
[[nodiscard]] bool is_legacy(std::string_view revision) noexcept;
/// Whether the revision is a date on or after the first modern revision. Such a revision claims the modern era, also if
/// it is unknown here.
[[nodiscard]] bool looks_modern(std::string_view revision) noexcept;
/// What `initialize` answers: the revision asked for if it is a legacy one we know, else our newest legacy one.
[[nodiscard]] std::string_view negotiate(std::string_view requested) noexcept;

} // namespace sluice::mcp
