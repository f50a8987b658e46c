#pragma once

#include "base/id.hpp"
#include "tenancy/permissions.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::tenancy {

/// Who does something.
struct Actor {
    enum class Kind : std::uint8_t {
        user,
        api_token,
        account_token, ///< The holder of an integrated-account token.
        link,          ///< A customer with a link token.
        code,          ///< Somebody with the code of an approval.
        operator_,     ///< Somebody at the command line.
        system,        ///< Sluice itself.
    };
    Kind kind = Kind::system;
    std::string id;   ///< Of the user, the token or the account; empty for operators and the system.
    std::string name; ///< The user's e-mail, the token's name, or the operator's login name, as it is now.
};

[[nodiscard]] std::string_view name_of(Actor::Kind kind) noexcept;

/// Who makes a change, and by which request. The audit log has it with the change.
struct Author {
    Actor actor;
    std::string address;    ///< Of the client, without a port; empty if there is none.
    std::string request_id; ///< `x-request-id`; empty for what no request asked for.
};

/// Whoever makes a request, and what they may do. A request of a session names its environment; without that it
/// concerns the team alone, and `environment` is empty.
struct Caller {
    EnvironmentId environment;
    TeamId team; ///< Of a session.
    Permissions permissions;
    std::string name;                               ///< Of the token, or the user's e-mail.
    std::optional<ApiTokenId> token = std::nullopt; ///< Of a request with an API token.
    std::optional<UserId> user = std::nullopt;      ///< Of a session.
    std::optional<SessionId> session = std::nullopt;
    /// Of an integrated-account token.
    std::optional<IntegratedAccountId> account = std::nullopt;

    [[nodiscard]] Actor actor() const;
};

} // namespace sluice::tenancy
