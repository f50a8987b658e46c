#pragma once

#include "base/json.hpp"

#include <array>
#include <string_view>

namespace sluice::mcp {

/// Legacy revisions shake hands with `initialize`; modern ones say version and capabilities in every request.
enum class Era { legacy, modern };

/// Newest first. This table is the only place that names protocol revisions.
inline constexpr std::array<std::string_view, 1> kModernRevisions{"2026-07-28"};
inline constexpr std::array<std::string_view, 4> kLegacyRevisions{"2025-11-25", "2025-06-18", "2025-03-26",
                                                                  "2024-11-05"};

/// Every revision served here, the modern ones first.
[[nodiscard]] json::array all_revisions();

[[nodiscard]] bool is_modern(std::string_view revision) noexcept;
[[nodiscard]] bool is_legacy(std::string_view revision) noexcept;
/// A date not before the first modern revision: a claim to the modern era, known or not.
[[nodiscard]] bool looks_modern(std::string_view revision) noexcept;
/// What `initialize` answers: the revision asked for if it is a legacy one we know, else our newest legacy one.
[[nodiscard]] std::string_view negotiate(std::string_view requested) noexcept;

} // namespace sluice::mcp
