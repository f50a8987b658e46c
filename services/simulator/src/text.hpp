#pragma once

#include "base/json.hpp"
#include "base/timestamp.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::simulator {

/// `2026-08-26T18:40:54.328729+00:00`, as the vendor writes every time.
[[nodiscard]] std::string iso(Timestamp time);
/// The same for a time sent by a caller, which has been checked to be one; null stays null.
[[nodiscard]] json::value iso_or_null(json::value const& sent);

[[nodiscard]] std::string_view text_at(json::object const& object, std::string_view key);
[[nodiscard]] bool true_at(json::object const& object, std::string_view key);
[[nodiscard]] std::optional<std::int64_t> integer_at(json::object const& object, std::string_view key);
[[nodiscard]] bool null_at(json::object const& object, std::string_view key);

[[nodiscard]] bool contains_ignoring_case(std::string_view text, std::string_view part);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string join(std::vector<std::string> const& parts, std::string_view separator);
[[nodiscard]] std::string replaced(std::string_view text, std::string_view from, std::string_view to);
/// `first-response-time` as `First response time`.
[[nodiscard]] std::string title_of(std::string_view slug);

/// A token of 48 characters from 36 random bytes.
[[nodiscard]] std::string random_token();
[[nodiscard]] std::string random_uuid(Timestamp now);

} // namespace sluice::simulator
