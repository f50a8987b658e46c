#pragma once

#include "crypto/cursor_sealer.hpp"
#include "rpc_method.hpp"

#include <chrono>

namespace sluice::mcp {

/// `initialize`, of the legacy era.
class Initialize final : public RpcMethod {
public:
    /// Must outlive it.
    explicit Initialize(crypto::CursorSealer const& sealer)
        : sealer_(sealer)
    {
    }
    [[nodiscard]] bool is_offered(RpcRequest const& request, ServerSnapshot const&) const override
    {
        return request.era == Era::legacy;
    }
    Task<Answer> answer(RpcCall call) override;

private:
    crypto::CursorSealer const& sealer_;
};

/// `ping`, of the legacy era.
class Ping final : public RpcMethod {
public:
    [[nodiscard]] bool is_offered(RpcRequest const& request, ServerSnapshot const&) const override
    {
        return request.era == Era::legacy;
    }
    Task<Answer> answer(RpcCall call) override;
};

/// `server/discover`, of the modern era.
class Discover final : public RpcMethod {
public:
    /// `lifetime` is how long clients may keep what they learn.
    explicit Discover(std::chrono::milliseconds lifetime)
        : lifetime_(lifetime)
    {
    }
    [[nodiscard]] bool is_offered(RpcRequest const& request, ServerSnapshot const&) const override
    {
        return request.era == Era::modern;
    }
    Task<Answer> answer(RpcCall call) override;

private:
    std::chrono::milliseconds const lifetime_;
};

} // namespace sluice::mcp
