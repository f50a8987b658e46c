#pragma once

#include "http_api/client.hpp"
#include "http_api/url.hpp"

#include <optional>
#include <string>

namespace sluice::http {

/// The head of a request, with the empty line at its end. Nothing if a header would end its line.
[[nodiscard]] std::optional<std::string> head_of(OutgoingRequest const& request, Url const& url);

} // namespace sluice::http
