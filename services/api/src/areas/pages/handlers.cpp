#include "handlers.hpp"

#include "static_files.hpp"

namespace sluice::api {

PageHandlers::PageHandlers(ShardParts const& parts)
    : files_(parts.files)
{
}

HandlerResult PageHandlers::root(Call&)
{
    http::Response response;
    response.status = 302;
    response.headers.add("location", "/dashboard");
    response.headers.add("cache-control", "no-store");
    co_return response;
}

HandlerResult PageHandlers::dashboard(Call&)
{
    co_return files_.page("dashboard.html", "'none'");
}

} // namespace sluice::api
