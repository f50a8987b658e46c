#include "http_api/body_source.hpp"

#include <fmt/format.h>

namespace sluice::http {
namespace {

Error too_large(std::size_t limit)
{
    return {ErrorCode::too_large, fmt::format("The body is too large: at most {} bytes are allowed.", limit)};
}

} // namespace

Task<Result<std::string>> read_whole(BodySource& source, WholeBody how)
{
    std::string body;
    if (auto const size = source.size(); size && *size > how.limit)
        co_return too_large(how.limit);
    for (;;) {
        auto piece = co_await source.read();
        if (!piece)
            co_return piece.error();
        if (piece->empty())
            co_return body;
        if (piece->size() > how.limit - body.size())
            co_return too_large(how.limit);
        if (how.deadline.expired())
            co_return Error{ErrorCode::invalid_argument, "The body did not arrive in time."};
        if (how.grow && !how.grow(piece->size()))
            co_return Error{ErrorCode::rate_limited, std::string(kNoRoom)};
        body += *piece;
    }
}

} // namespace sluice::http
