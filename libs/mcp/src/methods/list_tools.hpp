#pragma once

#include "rpc_method.hpp"

#include <chrono>

namespace sluice::mcp {

/// `tools/list`: the tools that the server's filter leaves, or those that find them.
class ListTools final : public RpcMethod {
public:
    /// `lifetime` is how long clients may keep the list.
    explicit ListTools(std::chrono::milliseconds lifetime)
        : lifetime_(lifetime)
    {
    }
    Task<Answer> answer(RpcCall call) override;

private:
    std::chrono::milliseconds const lifetime_;
};

} // namespace sluice::mcp
