#pragma once

#include "call.hpp"
#include "identity/users.hpp"
#include "parts.hpp"

namespace sluice::api {

/// The team and its users, for those who administer them.
class UserHandlers {
public:
    explicit UserHandlers(ShardParts const& parts);
    HandlerResult list_teams(Call& call);
    HandlerResult get_team(Call& call);
    HandlerResult patch_team(Call& call);
    HandlerResult invite(Call& call);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult remove(Call& call);
    HandlerResult make_reset_link(Call& call);
    HandlerResult end_sessions(Call& call);

private:
    identity::Users& users_;
    tenancy::TenancyRepository& tenancy_;
    crypto::CursorSealer const& cursors_;
};

} // namespace sluice::api
