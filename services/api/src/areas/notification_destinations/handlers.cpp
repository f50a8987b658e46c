#include "handlers.hpp"

#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "events/destinations.hpp"
#include "input.hpp"
#include "view.hpp"

namespace sluice::api {
namespace {

constexpr std::string_view kWhat = "notification destination";

} // namespace

NotificationDestinationHandlers::NotificationDestinationHandlers(ShardParts const& parts)
    : rows_(parts.rows.destinations)
    , destinations_(parts.destinations)
    , cursors_(parts.cursors)
{
}

HandlerResult NotificationDestinationHandlers::create(Call& call)
{
    auto const read = [this, &call](json::object const& body) {
        return read_destination(body, call.environment(), destinations_);
    };
    return answer_create(call, destination_view, read, [this, &call](events::DestinationPatch destination) {
        return destinations_.create(call.environment(), std::move(destination), call.author(), call.deadline);
    });
}

HandlerResult NotificationDestinationHandlers::list(Call& call)
{
    return answer_list(call, cursors_, destination_view, [this, &call](tenancy::ListQuery query) {
        return rows_.list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult NotificationDestinationHandlers::get(Call& call)
{
    return answer_get<NotificationDestinationId>(
        call, kWhat, destination_view,
        [this, &call](NotificationDestinationId id) { return rows_.find(call.environment(), id, call.deadline); });
}

HandlerResult NotificationDestinationHandlers::patch(Call& call)
{
    auto const read = [this](json::object const& body) { return read_destination_patch(body, destinations_); };
    return answer_change<NotificationDestinationId>(
        call, kWhat, destination_view, read,
        [this, &call](NotificationDestinationId id, events::DestinationPatch patch) {
            return destinations_.change(call.environment(), id, std::move(patch), call.author(), call.deadline);
        });
}

HandlerResult NotificationDestinationHandlers::remove(Call& call)
{
    return answer_remove<NotificationDestinationId>(call, kWhat, [this, &call](NotificationDestinationId id) {
        return rows_.remove(call.environment(), id, call.author(), call.deadline);
    });
}

HandlerResult NotificationDestinationHandlers::test(Call& call)
{
    auto const id = call.id<NotificationDestinationId>("id", kWhat);
    if (!id)
        co_return id.error();
    co_return shown(co_await destinations_.test(call.environment(), *id, call.author(), call.deadline), test_view);
}

} // namespace sluice::api
