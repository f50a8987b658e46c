#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/connect/form`: what is asked after connecting.
[[nodiscard]] Area connect_form_area();

} // namespace sluice::api
