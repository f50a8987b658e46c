#pragma once

#include "base/timestamp.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice::simulator {

/// What a merchant gave to an app. All tokens of one authorization point to one grant.
struct Grant {
    std::string client_id;
    std::vector<std::string> scopes;
    std::int64_t user = 0;
    std::string nonce;
    bool is_revoked = false; ///< No more refreshing.
};
using GrantPtr = std::shared_ptr<Grant>;

struct Code {
    GrantPtr grant;
    std::string redirect_uri;
    Timestamp expires;
};

struct IssuedTokens {
    std::string access;
    std::string refresh;  ///< Empty if none was issued.
    std::string identity; ///< Only with scope `openid`.
    std::chrono::seconds lifetime{};
};

/// The authorization codes and tokens of one account. Refresh tokens neither expire nor rotate, unless told to.
class Grants {
public:
    bool rotate_refresh_tokens = false;
    std::chrono::seconds access_lifetime = std::chrono::hours(24);
    std::uint64_t tokens_issued = 0;
    std::uint64_t refreshes = 0;
    std::uint64_t reused_refresh_tokens = 0; ///< How often a rotated one came again.

    [[nodiscard]] std::string issue_code(Code code);
    /// Single use: gone afterwards, whatever comes of it.
    [[nodiscard]] std::optional<Code> take_code(std::string const& code, Timestamp now);

    /// `issuer` goes into the token's claims.
    [[nodiscard]] IssuedTokens issue(GrantPtr const& grant, std::string_view issuer, Timestamp now,
                                     std::chrono::seconds lifetime, bool with_refresh);

    [[nodiscard]] Grant const* find_access(std::string_view token, Timestamp now);
    /// The grant a refresh token may be used for by this client. A rotated token that comes again revokes the family.
    [[nodiscard]] GrantPtr use_refresh(std::string const& token, std::string_view client_id);
    /// No more refreshing with the grant of this token. Access tokens stay valid until they expire.
    void revoke(std::string const& token);
    void revoke_all();

private:
    struct Access {
        GrantPtr grant;
        Timestamp expires;
    };
    struct Refresh {
        GrantPtr grant;
        bool is_spent = false;
    };
    void revoke_family(GrantPtr const& grant);

    std::map<std::string, Code, std::less<>> codes_;
    std::unordered_map<std::string, Access> access_;
    std::unordered_map<std::string, Refresh> refresh_;
};

} // namespace sluice::simulator
