#include "events.hpp"

#include "account.hpp"
#include "text.hpp"

namespace sluice::simulator {

Chain::Chain(Account& account, Id user, Timestamp at)
    : account_(account)
    , user_(user)
    , at_(at)
    , context_(random_uuid(at))
{
}

Chain& Chain::add(std::string_view type, std::string_view object_type, Id object, json::value data)
{
    Record event;
    event.id = account_.sequences.next("event");
    event.data = {{"id", event.id},
                  {"context", context_},
                  {"created_datetime", iso(at_)},
                  {"data", std::move(data)},
                  {"object_id", object},
                  {"object_type", object_type},
                  {"type", type},
                  {"user_id", user_ != 0 ? json::value(user_) : json::value()},
                  {"uri", "/api/events/" + std::to_string(event.id) + '/'}};
    auto const id = event.id;
    account_.events.insert(std::move(event));
    account_.webhooks.note({id, std::string(type), std::string(object_type), object, user_, context_});
    return *this;
}

} // namespace sluice::simulator
