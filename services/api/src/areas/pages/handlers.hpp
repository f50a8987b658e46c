#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

/// The pages for people of a team. A page has no data: its script asks the API as everyone does.
class PageHandlers {
public:
    explicit PageHandlers(ShardParts const& parts);
    HandlerResult root(Call& call);
    /// One file for every path: its script shows the page of the path.
    HandlerResult dashboard(Call& call);

private:
    StaticFiles const& files_;
};

} // namespace sluice::api
