#include "list_tools.hpp"

#include "lists.hpp"
#include "mcp/discovery.hpp"

namespace sluice::mcp {

Task<Answer> ListTools::answer(RpcCall call)
{
    auto const& snapshot = *call.snapshot;
    co_return snapshot.shows_on_request
        ? answer_list(call.request, snapshot, "tools", discovery_list(), lifetime_)
        : answer_list(call.request, snapshot, "tools", snapshot.grant.tools->list_json(), lifetime_);
}

} // namespace sluice::mcp
