#pragma once

#include "base/id.hpp"
#include "base/secret.hpp"
#include "base/timestamp.hpp"
#include "tenancy/actor.hpp"
#include "tenancy/permissions.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::identity {

/// The environments of the team that a user sees; nothing: all, also those that come later.
using Confinement = std::optional<std::vector<EnvironmentId>>;

/// A person of a team. Who is in two teams is two users.
struct User {
    UserId id;
    TeamId team;
    std::string email; ///< As it was entered. In a team no two differ only in the size of letters.
    std::string name;  ///< May be empty.
    tenancy::Role role = tenancy::Role::viewer;
    Confinement environments;
    bool is_active = true;
    bool is_invited = false; ///< Has never signed in.
    bool has_password = false;
    bool has_second_factor = false; ///< One that was confirmed.
    std::optional<Timestamp> signed_in_at;
    Timestamp created_at;
};

struct NewUser {
    std::string email;
    std::string name{};
    tenancy::Role role = tenancy::Role::viewer;
    Confinement environments = std::nullopt;
};

/// Absent members stay as they are.
struct UserChange {
    std::optional<std::string> name = std::nullopt;
    std::optional<tenancy::Role> role = std::nullopt;
    std::optional<Confinement> environments = std::nullopt;
    std::optional<bool> is_active = std::nullopt;
};

/// By what a session was begun.
enum class SignInMethod : std::uint8_t { password, oidc, link };
[[nodiscard]] std::string_view name_of(SignInMethod method) noexcept;

/// A browser in which a user is signed in.
struct Session {
    SessionId id;
    UserId user;
    SignInMethod method = SignInMethod::password;
    std::string client_address; ///< Where it was begun.
    std::string user_agent;     ///< What that browser said it is, shortened.
    Timestamp created_at;
    Timestamp seen_at; ///< Within `kSeenEvery`.
    Timestamp expires_at;
};

/// How often `Session::seen_at` is written.
inline constexpr std::chrono::minutes kSeenEvery{5};

/// What a link that works once is for.
enum class LinkKind : std::uint8_t { invitation, reset, sign_in };
[[nodiscard]] std::string_view name_of(LinkKind kind) noexcept;

/// How long a new link works.
[[nodiscard]] std::chrono::seconds lifetime_of(LinkKind kind) noexcept;

/// What the page of a link shows before it is used. The link is not used up by that.
struct LinkView {
    LinkKind kind = LinkKind::invitation;
    TeamId team;
    std::string team_name;
    UserId user;
    std::string email;
    std::string name;
    bool needs_code = false; ///< A code of the second factor is asked for as well.
};

/// An environment that a signed-in user may enter.
struct Entrance {
    EnvironmentId id;
    std::string name;
};

/// Who is signed in, and what they may do. A snapshot that never changes.
struct SignedIn {
    SessionId session;
    TeamId team;
    std::string team_name;
    UserId user;
    std::string email;
    std::string name;
    tenancy::Role role = tenancy::Role::viewer;
    tenancy::Permissions permissions; ///< Of the role.
    std::vector<Entrance> environments;
    bool is_confined = false; ///< `environments` are not all of the team.
    SignInMethod method = SignInMethod::password;
    Timestamp created_at; ///< When they signed in.
    Timestamp seen_at;    ///< Within `kSeenEvery` of when this was read.
    Timestamp expires_at;

    [[nodiscard]] bool may_enter(EnvironmentId environment) const noexcept;
    /// Of a request that concerns this environment, or the team alone if it is empty.
    [[nodiscard]] tenancy::Caller caller(EnvironmentId environment) const;
};

/// Who asks to be signed in, and from where.
struct Client {
    std::string address;    ///< Without a port.
    std::string user_agent; ///< As the browser writes it; it is shortened here.
    std::string request_id;
    Secret device{}; ///< The value of the device cookie; empty if there is none.
};

/// In small letters, as e-mails are compared. Letters beyond ASCII stay as they are.
[[nodiscard]] std::string email_key(std::string_view email);
/// Whether a letter can be sent to it: one `@` with something before and a host behind it, at most 254 bytes, no
/// blanks, no control characters, nothing that could end a header or an SMTP command (RFC 5321 sections 4.1.2 and
/// 4.5.3.1). Whether the mailbox exists only a letter shows.
[[nodiscard]] bool is_email(std::string_view text) noexcept;

} // namespace sluice::identity
