#include "handlers.hpp"

namespace sluice::api {

OperationHandlers::OperationHandlers(ShardParts const&) {}

HandlerResult OperationHandlers::healthz(Call&)
{
    co_return http::json_response(200, std::string(R"({"status":"ok"})"));
}

} // namespace sluice::api
