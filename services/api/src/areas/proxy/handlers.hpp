#pragma once

#include "call.hpp"
#include "parts.hpp"

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

private:
    HandlerResult run(Call& call, std::string method, std::optional<std::string> id);

    Config const& config_;
    accounts::CallableAccounts& callable_;
    proxy::Caller& caller_;
};

} // namespace sluice::api
