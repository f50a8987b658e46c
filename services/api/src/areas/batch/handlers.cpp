#include "handlers.hpp"

#include "accounts/callable_accounts.hpp"
#include "batch/runner.hpp"
#include "crud.hpp"
#include "http_api/fields.hpp"
#include "input.hpp"
#include "view.hpp"

namespace sluice::api {
namespace {

/// The time to find an account that is not cached. A call waits while the database is slow.
constexpr std::chrono::seconds kFindLimit{5};

} // namespace

BatchHandlers::BatchHandlers(ShardParts const& parts)
    : callable_(parts.callable_accounts)
    , runner_(parts.batches)
{
}

HandlerResult BatchHandlers::run(Call& call)
{
    auto const deadline = Deadline::after(batch::kTimeLimit);
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto wanted = read_batch(call, *body);
    if (!wanted)
        co_return wanted.error();
    auto const account = co_await callable_.find(call.environment(), wanted->account, deadline.at_most(kFindLimit));
    if (!account)
        co_return account.error();
    call.trace.of((*account)->account.id, (*account)->account.integration_name);
    if (auto const counted = call.tally.count(wanted->account, (*account)->account.fair_share.get()); !counted)
        co_return counted.error();
    auto const plan = batch::plan(*(*account)->installed->integration, std::move(wanted->batch));
    if (!plan)
        co_return plan.error();
    if (wanted->explain) {
        call.may_have_effect = false;
        co_return ok(batch::explain(*plan, (*account)->base_url));
    }
    call.trace.origin.type = calllog::RequestType::batch;
    auto const done =
        co_await runner_.run(*account, *plan, {call.request.peer, &call.trace.origin}, deadline, &call.tally);
    if (!done)
        co_return done.error();
    call.trace.vendor_time = done->vendor_time;
    co_return batch_response(*done);
}

} // namespace sluice::api
