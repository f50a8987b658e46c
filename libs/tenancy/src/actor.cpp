#include "tenancy/actor.hpp"

namespace sluice::tenancy {

std::string_view name_of(Actor::Kind kind) noexcept
{
    switch (kind) {
    case Actor::Kind::user:
        return "user";
    case Actor::Kind::api_token:
        return "api_token";
    case Actor::Kind::account_token:
        return "account_token";
    case Actor::Kind::link:
        return "link";
    case Actor::Kind::code:
        return "code";
    case Actor::Kind::operator_:
        return "operator";
    case Actor::Kind::system:
        return "system";
    }
    return "system";
}

Actor Caller::actor() const
{
    if (user)
        return {Actor::Kind::user, user->str(), name};
    if (token)
        return {Actor::Kind::api_token, token->str(), name};
    if (account)
        return {Actor::Kind::account_token, account->str(), name};
    return {};
}

} // namespace sluice::tenancy
