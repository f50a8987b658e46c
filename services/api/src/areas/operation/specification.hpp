#pragma once

#include <string_view>

namespace sluice::api {

/// The OpenAPI document of the API, which is compiled in: that of this very binary.
[[nodiscard]] std::string_view specification();

} // namespace sluice::api
