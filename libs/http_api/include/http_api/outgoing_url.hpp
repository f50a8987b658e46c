#pragma once

#include "http_api/egress.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::http {

/// Why a URL that we are to call cannot be stored; nothing if it can. A host that is written as an address is judged at
/// once; a name is judged at each call, after resolution.
[[nodiscard]] std::optional<std::string> fault_of_outgoing_url(std::string_view url, EgressPolicy const& egress);

} // namespace sluice::http
