#include "handlers.hpp"

#include "specification.hpp"
#include "static_files.hpp"

namespace sluice::api {

OperationHandlers::OperationHandlers(ShardParts const& parts)
    : files_(parts.files)
{
}

HandlerResult OperationHandlers::healthz(Call&)
{
    co_return http::json_response(200, std::string(R"({"status":"ok"})"));
}

HandlerResult OperationHandlers::specification(Call&)
{
    http::Response response;
    response.headers.add("content-type", "application/yaml"); // RFC 9512.
    response.headers.add("cache-control", "public, max-age=300");
    // For documentation tools in a browser. It is the same for everybody.
    response.headers.add("access-control-allow-origin", "*");
    response.body = api::specification();
    co_return response;
}

HandlerResult OperationHandlers::reference(Call&)
{
    co_return files_.page("reference.html", "'none'");
}

} // namespace sluice::api
