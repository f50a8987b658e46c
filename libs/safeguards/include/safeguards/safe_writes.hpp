#pragma once

#include "accounts/vault.hpp"
#include "base/clock.hpp"
#include "proxy/caller.hpp"
#include "safeguards/write_calls.hpp"
#include "tenancy/waiters.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace sluice::safeguards {

/// What an MCP server asks of a call before it is made.
struct Safeguard {
    bool needs_approval = false;
    std::chrono::seconds window{}; ///< Within which the same call is answered from the first.

    [[nodiscard]] bool is_needed() const noexcept { return needs_approval || window.count() > 0; }
};

/// Of a call of `method`: whoever gave access to it wants those with one of these tags approved, and writes made once
/// within the window.
[[nodiscard]] Safeguard safeguard_of(catalog::Method const& method, std::vector<std::string> const& approval_tags,
                                     std::chrono::seconds window);

/// Who may call, and is told to the person who approves.
struct Holder {
    EnvironmentId environment;
    McpServerId server;
    std::string name;
    bool hands_out_links = false; ///< The caller gets the address of the page where the call is approved.
};

/// Makes calls that a person has to approve, or that must not be made twice. One per I/O thread.
class SafeWrites {
public:
    /// All must outlive it. `page` is the address of the page where calls are approved.
    SafeWrites(WriteCallRepository& repository, proxy::Caller& caller, tenancy::Waiters& waiters,
               crypto::Keyring const& keyring, Clock const& clock, std::string page);

    /// A call, ready to be made.
    struct Call {
        Holder const& holder;
        accounts::CallableAccountPtr account;
        tools::Tool const& tool;
        json::object const& arguments; ///< Validated; names resolved to ids.
        catalog::CallParts const& parts;
    };
    /// What came of it.
    struct Made {
        Result<proxy::Outcome> outcome; ///< Unless it waits for approval.
        std::string note;               ///< For the model; mostly empty.
        std::optional<WriteCall> pending;
        /// Of a pending one, where the server hands links out. It says which call, and opens nothing: the page asks for
        /// the code that went another way.
        std::string approval_url;
    };
    using Maker = std::function<Task<Result<proxy::Outcome>>()>;

    /// `make` makes the call; it is asked for once or not at all. Where it is not known whether a call had an effect,
    /// the same call is not made again within the window. Errors of the safeguards themselves are outcomes as well:
    /// unavailable if the database cannot be reached (nothing is sent then), conflict for a call that is being made,
    /// forbidden for one that was declined, too_large, rate_limited.
    Task<Made> make(Call call, Safeguard safeguard, Maker make, Deadline deadline);

private:
    [[nodiscard]] WriteCallKey key_of(Call const& call) const;
    [[nodiscard]] std::string link_of(EnvironmentId environment, ApprovalId id) const;
    Task<Result<WriteCall>> ask(Call const& call, WriteCallKey key, Deadline deadline);
    Task<Result<proxy::Outcome>> settle(EnvironmentId environment, ApprovalId id, std::chrono::seconds window,
                                        Result<proxy::Outcome> outcome);

    WriteCallRepository& repository_;
    proxy::Caller& caller_;
    tenancy::Waiters& waiters_;
    crypto::Keyring const& keyring_;
    Clock const& clock_;
    std::string const page_;
};

} // namespace sluice::safeguards
