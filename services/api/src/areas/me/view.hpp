#pragma once

#include "base/json.hpp"
#include "identity/user.hpp"

namespace sluice::api {

[[nodiscard]] json::object user_view(identity::User const& user);
/// A session of whoever asks with `current`.
[[nodiscard]] json::object session_view(identity::Session const& session, SessionId current);
/// Who is signed in, what they may do, and where.
[[nodiscard]] json::object me_view(identity::SignedIn const& who, identity::User const& user);

} // namespace sluice::api
