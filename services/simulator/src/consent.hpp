#pragma once

#include "http_api/query.hpp"

#include <string>

namespace sluice::simulator {

/// The page on which a merchant approves or denies an app. Its form posts `parameters` and a `decision` back.
[[nodiscard]] std::string consent_page(std::string_view app, std::string_view account, http::Query const& parameters);
[[nodiscard]] std::string error_page(std::string_view message);

} // namespace sluice::simulator
