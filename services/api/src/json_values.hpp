#pragma once

#include "base/json.hpp"
#include "base/timestamp.hpp"

#include <optional>
#include <string>

namespace sluice::api {

[[nodiscard]] inline json::value time_or_null(std::optional<Timestamp> const& time)
{
    return time ? json::value(to_rfc3339(*time)) : json::value(nullptr);
}

[[nodiscard]] inline json::value text_or_null(std::optional<std::string> const& text)
{
    return text ? json::value(*text) : json::value(nullptr);
}

} // namespace sluice::api
