#include "handlers.hpp"

#include "api/config.hpp"
#include "connecting/connection.hpp"
#include "connecting/connector.hpp"
#include "connecting/links.hpp"
#include "crud.hpp"
#include "http_api/fields.hpp"
#include "input.hpp"
#include "tenancy/waiters.hpp"
#include "view.hpp"

namespace sluice::api {
namespace {

using connecting::ConnectionStatus;

bool is_pending(connecting::Connection const& connection)
{
    return connection.status != ConnectionStatus::active && connection.status != ConnectionStatus::failed;
}

} // namespace

LinkHandlers::LinkHandlers(ShardParts const& parts)
    : config_(parts.config)
    , connections_(parts.rows.connections)
    , links_(parts.links)
    , connector_(parts.connector)
    , waiters_(parts.waiters)
{
}

HandlerResult LinkHandlers::create_token(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto target = read_target(*body);
    if (!target)
        co_return target.error();
    auto const minted = co_await links_.mint(call.environment(), *std::move(target), call.author(), call.deadline);
    if (!minted)
        co_return minted.error();
    auto const& secret = minted->secret.reveal();
    co_return created({{"id", minted->link.id.str()},
                       {"link_token", secret},
                       {"url", config_.public_url + "/connect?link_token=" + secret},
                       {"expires_at", to_rfc3339(minted->link.expires_at)}});
}

HandlerResult LinkHandlers::create_connection(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto wanted = read_connection(*body);
    if (!wanted)
        co_return wanted.error();
    auto request = co_await links_.request_of(call.environment(), std::move(wanted->target),
                                              std::move(wanted->authentication_method), call.deadline);
    if (!request)
        co_return request.error();
    auto const started = co_await connector_.start(*std::move(request), call.author(), call.deadline);
    if (!started)
        co_return started.error();
    auto answer = connection_view(started->connection);
    answer["redirect_url"] = config_.public_url + "/connect/start?state=" + started->state.reveal();
    co_return created(std::move(answer));
}

HandlerResult LinkHandlers::get_connection(Call& call)
{
    auto const id = call.id<ConnectionId>("id", "connection");
    auto const wait = read_wait(call.query);
    if (!id || !wait)
        co_return id ? wait.error() : id.error();
    auto const until = Deadline::after(*wait);
    std::optional<tenancy::Waiters::Place> place;
    if (wait->count() > 0) {
        auto joined = waiters_.join(call.environment(), id->uuid());
        if (!joined)
            co_return joined.error();
        place.emplace(*std::move(joined));
    }
    for (;;) {
        auto const connection =
            co_await connections_.find(call.environment(), *id, Deadline::after(config_.management_limit));
        if (!connection)
            co_return connection.error();
        if (!is_pending(*connection) || !place || until.expired())
            co_return ok(connection_view(*connection));
        co_await place->wait(until);
    }
}

} // namespace sluice::api
