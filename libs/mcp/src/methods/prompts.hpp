#pragma once

#include "crypto/cursor_sealer.hpp"
#include "rpc_method.hpp"

#include <chrono>

namespace sluice::mcp {

/// Methods of servers that have prompts.
class PromptMethod : public RpcMethod {
public:
    [[nodiscard]] bool is_offered(RpcRequest const&, ServerSnapshot const& snapshot) const override
    {
        return !snapshot.prompts.empty();
    }
};

/// `prompts/list`
class ListPrompts final : public PromptMethod {
public:
    /// `lifetime` is how long clients may keep the list.
    explicit ListPrompts(std::chrono::milliseconds lifetime)
        : lifetime_(lifetime)
    {
    }
    Task<Answer> answer(RpcCall call) override;

private:
    std::chrono::milliseconds const lifetime_;
};

/// `prompts/get`
class GetPrompt final : public PromptMethod {
public:
    /// Must outlive it.
    explicit GetPrompt(crypto::CursorSealer const& sealer)
        : sealer_(sealer)
    {
    }
    Task<Answer> answer(RpcCall call) override;

private:
    crypto::CursorSealer const& sealer_;
};

/// `completion/complete`: suggests values of a prompt's argument (MCP, "Completion").
class Complete final : public PromptMethod {
public:
    Task<Answer> answer(RpcCall call) override;
};

} // namespace sluice::mcp
