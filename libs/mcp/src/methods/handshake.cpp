#include "handshake.hpp"

#include "encode_outcome.hpp"
#include "lists.hpp"
#include "mcp/client_inputs.hpp"
#include "mcp_protocol/revision.hpp"
#include "request_log.hpp"

#include <fmt/format.h>

namespace sluice::mcp {
namespace {

std::string quoted(std::string_view text)
{
    std::string out;
    json::append_quoted(out, text);
    return out;
}

std::string_view text_or(json::object const& object, std::string_view key, std::string_view fallback)
{
    auto const* text = json::string_at(object, key);
    return text != nullptr ? std::string_view(*text) : fallback;
}

} // namespace

Task<Answer> Initialize::answer(RpcCall call)
{
    auto const& request = call.request;
    auto const& snapshot = *call.snapshot;
    if (auto const* client = json::object_at(request.params, "clientInfo"))
        name_client(*client, call.trace.origin);
    auto const version = negotiate(text_or(request.params, "protocolVersion", ""));
    co_return Answer{
        200,
        encode_result(request, snapshot,
                      fmt::format(R"("protocolVersion":"{}","capabilities":{},"serverInfo":{},)"
                                  R"("instructions":{})",
                                  version, snapshot.capabilities, snapshot.server_info, quoted(snapshot.instructions))),
        {},
        version == kLegacyRevisions.front() ? session_of(request, snapshot, sealer_) : std::string()};
}

Task<Answer> Ping::answer(RpcCall call)
{
    co_return Answer{200, encode_result(call.request, *call.snapshot, ""), {}};
}

Task<Answer> Discover::answer(RpcCall call)
{
    auto const& request = call.request;
    auto const& snapshot = *call.snapshot;
    co_return Answer{200,
                     encode_result(request, snapshot,
                                   fmt::format(R"("supportedVersions":{},"capabilities":{},"instructions":{}{})",
                                               boost::json::serialize(all_revisions()), snapshot.capabilities,
                                               quoted(snapshot.instructions), cache_hints(request, lifetime_))),
                     {}};
}

} // namespace sluice::mcp
