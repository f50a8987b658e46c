#include "handlers.hpp"

#include "calllog/log_repository.hpp"
#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "events/destination.hpp"
#include "input.hpp"
#include "line_export.hpp"
#include "view.hpp"

namespace sluice::api {
LogHandlers::LogHandlers(ShardParts const& parts)
    : calls_(parts.rows.call_log)
    , webhooks_(parts.rows.webhooks)
    , destinations_(parts.rows.destinations)
    , cursors_(parts.cursors)
{
}

HandlerResult LogHandlers::list(Call& call)
{
    auto const wanted = take_log(call.query);
    if (!wanted)
        co_return wanted.error();
    if (auto const* type = std::get_if<calllog::LogType>(&*wanted))
        co_return co_await calls(call, *type);
    co_return co_await attempts(call, std::get<events::ReceiverKind>(*wanted) == events::ReceiverKind::webhook);
}

HandlerResult LogHandlers::calls(Call& call, calllog::LogType type)
{
    auto const format = take_format(call.query);
    if (!format)
        co_return format.error();
    if (*format == ListFormat::lines)
        co_return co_await answer_lines(
            call, cursors_, "calls.ndjson", log_entry_view,
            [&log = calls_, environment = call.environment(), type](tenancy::ListQuery query, Deadline deadline) {
                return log.list(environment, type, std::move(query), deadline);
            });
    co_return co_await answer_list(call, cursors_, log_entry_view, [this, type, &call](tenancy::ListQuery query) {
        return calls_.list(call.environment(), type, std::move(query), call.deadline);
    });
}

HandlerResult LogHandlers::attempts(Call& call, bool is_of_webhooks)
{
    return answer_list(call, cursors_, attempt_view, [this, is_of_webhooks, &call](tenancy::ListQuery query) {
        return is_of_webhooks ? webhooks_.log(call.environment(), std::move(query), call.deadline)
                              : destinations_.log(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult LogHandlers::get(Call& call)
{
    auto const id = call.id<LogEntryId>("id", "log entry");
    if (!id)
        co_return id.error();
    auto const entry = co_await calls_.find(call.environment(), *id, call.deadline);
    if (!entry)
        co_return entry.error();
    auto const bodies = co_await calls_.bodies(call.environment(), *id, call.deadline);
    if (!bodies)
        co_return bodies.error();
    auto view = log_entry_view(*entry);
    if (*bodies) {
        view["request_body"] = (*bodies)->request;
        view["response_body"] = (*bodies)->response;
    }
    co_return ok(std::move(view));
}

HandlerResult LogHandlers::hours(Call& call)
{
    return answer_list(call, cursors_, hourly_sum_view, [this, &call](tenancy::ListQuery query) {
        return calls_.sums(call.environment(), std::move(query), call.deadline);
    });
}

} // namespace sluice::api
