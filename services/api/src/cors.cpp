#include "cors.hpp"

#include "crypto/token.hpp"

namespace sluice::api {
namespace {

constexpr std::string_view kHeaders = "authorization, content-type, idempotency-key, x-request-id";

bool takes_account_token(Route const& route)
{
    return route.access == Access::account_token || route.access == Access::any_token;
}

} // namespace

std::optional<http::Response> preflight(http::Request const& request, http::Router const& router,
                                        std::span<Route const> routes, std::size_t& index)
{
    auto const wanted = request.headers.find("access-control-request-method");
    if (request.method != http::Method::options || !wanted || !request.headers.contains("origin"))
        return std::nullopt;
    auto const method = http::method_of(*wanted);
    auto const found = router.find_index(method, request.path());
    if (found == http::Router::kNone || !takes_account_token(routes[found]))
        return std::nullopt;
    index = found;
    http::Response response;
    response.status = 204;
    response.headers.add("access-control-allow-origin", "*");
    response.headers.add("access-control-allow-methods", http::name_of(method));
    response.headers.add("access-control-allow-headers",
                         request.headers.find("access-control-request-headers").value_or(kHeaders));
    response.headers.add("access-control-max-age", "600");
    return response;
}

void add_cors(http::Request const& request, http::Response& response)
{
    auto const origin = request.headers.find("origin");
    if (!origin || response.headers.contains("access-control-allow-origin") ||
        !http::bearer_of(request).starts_with(crypto::prefix_of(crypto::TokenKind::account)))
        return;
    response.headers.add("access-control-allow-origin", *origin);
    response.headers.add("access-control-expose-headers", "*");
    response.headers.add("vary", "Origin");
}

} // namespace sluice::api
