#pragma once

#include "http_api/egress.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::http {

/// Why a URL that Sluice is to call cannot be stored; nothing if it can. If the host is an IP address, it is checked
/// here. A name is checked at each call, after it was resolved.
[[nodiscard]] std::optional<std::string> fault_of_outgoing_url(std::string_view url, EgressPolicy const& egress);

} // namespace sluice::http
