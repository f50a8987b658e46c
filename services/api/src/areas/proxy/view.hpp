#pragma once

#include "catalog/method.hpp"
#include "http_api/message.hpp"
#include "proxy/interpret.hpp"

#include <optional>
#include <string>

namespace sluice::api {

/// A vendor's answer as REST. `id` is the item's, if the path names one.
[[nodiscard]] http::Response response_of(proxy::Outcome outcome, catalog::Method const& method,
                                         std::optional<std::string> const& id);

/// A vendor's answer as it is. A refusal has our form, as everywhere.
[[nodiscard]] http::Response unchanged_response_of(proxy::Outcome outcome);

} // namespace sluice::api
