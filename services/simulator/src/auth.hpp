#pragma once

#include "call.hpp"

#include "base/encoding.hpp"

namespace sluice::simulator {

/// The two halves of `Authorization: Basic`.
struct BasicCredentials {
    std::string user;
    std::string password;
};
[[nodiscard]] std::optional<BasicCredentials> basic_credentials(http::Headers const& headers);

/// E-mail and API key, or a bearer token issued here; nothing for anything else.
[[nodiscard]] std::optional<Caller> authenticate(Account& account, http::Headers const& headers, Timestamp now);

/// The bucket the credential of this request, valid or not, would draw from.
[[nodiscard]] Bucket& bucket_of(Account& account, http::Headers const& headers);

} // namespace sluice::simulator
