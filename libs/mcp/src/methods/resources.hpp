#pragma once

#include "proxy/caller.hpp"
#include "rpc_method.hpp"

#include <chrono>

namespace sluice::mcp {

/// Methods of servers that have resources.
class ResourceMethod : public RpcMethod {
public:
    [[nodiscard]] bool is_offered(RpcRequest const&, ServerSnapshot const& snapshot) const override
    {
        return !snapshot.resources.empty();
    }
};

/// `resources/list` and `resources/templates/list`
class ListResources final : public ResourceMethod {
public:
    enum class Of { resources, templates };
    /// `lifetime` is how long clients may keep the list.
    ListResources(Of of, std::chrono::milliseconds lifetime)
        : of_(of)
        , lifetime_(lifetime)
    {
    }
    Task<Answer> answer(RpcCall call) override;

private:
    Of const of_;
    std::chrono::milliseconds const lifetime_;
};

/// `resources/read`
class ReadResource final : public ResourceMethod {
public:
    /// `caller` must outlive it. `lifetime` is how long clients may keep what they read.
    ReadResource(proxy::Caller& caller, std::chrono::milliseconds lifetime)
        : caller_(caller)
        , lifetime_(lifetime)
    {
    }
    Task<Answer> answer(RpcCall call) override;

private:
    proxy::Caller& caller_;
    std::chrono::milliseconds const lifetime_;
};

} // namespace sluice::mcp
