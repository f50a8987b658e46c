#include "handlers.hpp"

#include "identity/user.hpp"
#include "live.hpp"

namespace sluice::api {

LiveHandlers::LiveHandlers(ShardParts const& parts)
    : streams_(parts.live)
{
}

HandlerResult LiveHandlers::open(Call& call)
{
    auto const user = call.signed_in ? std::optional(call.signed_in->user) : std::nullopt;
    co_return streams_.open(call.environment(), user, call.caller.token);
}

} // namespace sluice::api
