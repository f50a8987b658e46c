#pragma once

#include "world.hpp"

namespace sluice::simulator {

/// Answers a call to `/api/...`; `path` is without the account's segment.
[[nodiscard]] http::Response answer_api(World& world, Account& account, http::Request const& request,
                                        std::string_view path);

} // namespace sluice::simulator
