#include "handlers.hpp"

#include "api/config.hpp"
#include "http_api/fields.hpp"
#include "input.hpp"
#include "proxy/kept_outcome.hpp"
#include "toolcalls/account_tools.hpp"
#include "view.hpp"

namespace sluice::api {

ToolHandlers::ToolHandlers(ShardParts const& parts)
    : config_(parts.config)
    , tools_(parts.account_tools)
{
}

HandlerResult ToolHandlers::execute(Call& call)
{
    auto body = http::read_object(call.request, {.max_bytes = kExecuteBodyLimit});
    if (!body)
        co_return body.error();
    auto wanted = read_execution(call, *std::move(body));
    if (!wanted)
        co_return wanted.error();
    wanted->tally = &call.tally;
    auto done = co_await tools_.execute(*std::move(wanted), call.trace, call.request.peer,
                                        Deadline::after(config_.proxy_limit));
    if (!done)
        co_return done.error();
    call.may_have_effect = done->kind == toolcalls::Done::Kind::made && !proxy::had_no_effect(done->outcome);
    co_return execution_response(*std::move(done), call.request_id);
}

} // namespace sluice::api
