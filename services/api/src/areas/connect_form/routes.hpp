#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/connect/form`: the form after connecting.
[[nodiscard]] Area connect_form_area();

} // namespace sluice::api
