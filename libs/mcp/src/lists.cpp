#include "lists.hpp"

#include "encode_outcome.hpp"

#include <fmt/format.h>

namespace sluice::mcp {

std::string cache_hints(RpcRequest const& request, std::chrono::milliseconds lifetime)
{
    return request.era == Era::modern ? fmt::format(R"(,"ttlMs":{},"cacheScope":"private")", lifetime.count())
                                      : std::string();
}

Answer answer_list(RpcRequest const& request, ServerSnapshot const& snapshot, std::string_view name,
                   std::string_view array, std::chrono::milliseconds lifetime)
{
    // A list is one page, since many clients read only the first. So no cursor is ever given.
    auto const* cursor = request.params.if_contains("cursor");
    if (cursor != nullptr && !cursor->is_null())
        return {200,
                encode_error(request.id, RpcCode::invalid_params,
                             fmt::format("params.cursor must be left out: all {} are on one page.", name)),
                {}};
    std::string members;
    members.reserve(array.size() + 96);
    members.append("\"").append(name).append("\":").append(array).append(cache_hints(request, lifetime));
    return {200, encode_result(request, snapshot, members), {}};
}

void add_text(json::object& view, std::string_view name, std::string const& text)
{
    if (!text.empty())
        view[name] = text;
}

} // namespace sluice::mcp
