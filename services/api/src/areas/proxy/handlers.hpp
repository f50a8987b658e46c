#pragma once

#include "accounts/vault.hpp"
#include "call.hpp"
#include "parts.hpp"
#include "proxy/interpret.hpp"
#include "proxy/passthrough.hpp"
#include "tools/arguments.hpp"

#include <optional>
#include <string>

namespace sluice::api {

class ProxyHandlers {
public:
    explicit ProxyHandlers(ShardParts const& parts);
    /// `GET` or `POST /proxy/{resource}`
    HandlerResult collection(Call& call);
    /// `GET`, `PATCH`, `PUT`, `DELETE` or `POST /proxy/{resource}/{item}`
    HandlerResult item(Call& call);

    /// Any method of `/custom/{path}`
    HandlerResult custom(Call& call);

private:
    HandlerResult run(Call& call, std::string method, std::optional<std::string> id);
    Task<Result<accounts::CallableAccountPtr>> find_account(Call& call);
    /// What passes between the client and the vendor.
    [[nodiscard]] proxy::Passthrough passthrough_of(Call const& call, accounts::CallableAccount const& account,
                                                    std::optional<proxy::RawBody> body,
                                                    proxy::Passthrough::Streams streams) const;
    /// Makes the call and writes it into the trace.
    Task<Result<proxy::Outcome>> make(Call& call, accounts::CallableAccountPtr account, catalog::Method const& method,
                                      catalog::CallParts parts, proxy::Passthrough const& through,
                                      calllog::RequestType type);

    Config const& config_;
    http::ByteBudget& bodies_;
    accounts::CallableAccounts& callable_;
    proxy::Caller& caller_;
};

} // namespace sluice::api
