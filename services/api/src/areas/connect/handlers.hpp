#pragma once

#include "call.hpp"
#include "connecting/connection.hpp"
#include "parts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::api {

/// The Link UI. A link token authorises its requests; on the way through the vendor's page a cookie does.
class ConnectHandlers {
public:
    explicit ConnectHandlers(ShardParts const& parts);
    HandlerResult session(Call& call);
    HandlerResult submit(Call& call);
    HandlerResult connection(Call& call);
    HandlerResult start_page(Call& call);
    HandlerResult start(Call& call);
    HandlerResult callback(Call& call);
    HandlerResult result(Call& call);
    HandlerResult page(Call& call);
    HandlerResult asset(Call& call);
    HandlerResult sdk(Call& call);
    HandlerResult sdk_types(Call& call);

private:
    /// Errors: unauthenticated for a link token that is unknown, used or expired.
    Task<Result<connecting::LinkToken>> authenticate(Call& call);
    /// Errors: rate_limited.
    [[nodiscard]] Result<void> admit_state(Call const& call, std::string_view state) const;
    /// The sites that may show the page in a frame, which the environment sets. With an unknown token the page shows
    /// only an error, so any site may.
    Task<Result<std::vector<std::string>>> frame_origins(Call& call);
    HandlerResult answer_outcome(Call& call, connecting::Connection const& connection);

    Config const& config_;
    tenancy::TenancyRepository& tenancy_;
    connecting::ConnectionRepository& connections_;
    accounts::AccountRepository& accounts_;
    connecting::Links& links_;
    connecting::Connector& connector_;
    connecting::ConnectForm& form_;
    tenancy::SecretGate& secrets_;
    StaticFiles const& files_;
};

} // namespace sluice::api
