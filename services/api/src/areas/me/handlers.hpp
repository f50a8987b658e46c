#pragma once

#include "call.hpp"
#include "identity/users.hpp"
#include "parts.hpp"

namespace sluice::api {

/// What a user who has signed in sees of themselves, and does for themselves.
class MeHandlers {
public:
    explicit MeHandlers(ShardParts const& parts);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult sessions(Call& call);
    HandlerResult end_session(Call& call);
    HandlerResult change_password(Call& call);
    HandlerResult begin_second_factor(Call& call);
    HandlerResult confirm_second_factor(Call& call);
    HandlerResult remove_second_factor(Call& call);
    HandlerResult new_recovery_codes(Call& call);

private:
    Task<Result<http::Response>> shown(Call& call, Result<identity::User> const& user) const;

    Config const& config_;
    identity::Users& users_;
};

} // namespace sluice::api
