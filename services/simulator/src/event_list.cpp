#include "crud.hpp"
#include "handlers.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

/// A time bound of the query in the form events are stored in; texts of that form compare as times do.
std::string bound(Call const& call, std::string_view name)
{
    auto const time = parse_timestamp(call.asked(name).value_or(""));
    return time ? iso(*time) : std::string{};
}

Predicate filter(Call const& call)
{
    auto const object = call.asked_id("object_id");
    auto const object_type = call.asked("object_type");
    auto const types = call.asked_all("types");
    auto const users = call.asked_all("user_ids");
    auto const gt = bound(call, "created_datetime[gt]");
    auto const gte = bound(call, "created_datetime[gte]");
    auto const lt = bound(call, "created_datetime[lt]");
    auto const lte = bound(call, "created_datetime[lte]");
    return [=](Record& event) {
        auto const& data = event.data;
        auto const at = text_at(data, "created_datetime");
        auto const is_user = [&](std::string_view id) {
            auto const user = integer_at(data, "user_id");
            return user && std::to_string(*user) == id;
        };
        return (gt.empty() || at > gt) && at >= gte && (lt.empty() || at < lt) && (lte.empty() || at <= lte) &&
               (!object || integer_at(data, "object_id") == object) &&
               (!object_type || text_at(data, "object_type") == *object_type) &&
               (types.empty() || std::ranges::find(types, text_at(data, "type")) != types.end()) &&
               (users.empty() || std::ranges::any_of(users, is_user));
    };
}

} // namespace

constinit Resource<Record> const kEvents{.table = &Account::events,
                                         .kind = "event",
                                         .uri = "/api/events/",
                                         .event_object = "",
                                         .defaults = nullptr,
                                         .filter = filter};

Outcome list_events(Call& call)
{
    if (call.asked("object_id") && !call.asked("object_type"))
        return invalid_field("object_type", "Required together with object_id.");
    return list_rows<kEvents>(call);
}

} // namespace sluice::simulator
