#pragma once

#include "accounts/vault.hpp"
#include "base/clock.hpp"
#include "proxy/interpret.hpp"
#include "safeguards/write_calls.hpp"
#include "tenancy/waiters.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace sluice::safeguards {

/// The safeguards of one call.
struct Safeguard {
    bool needs_approval = false;
    std::chrono::seconds window{}; ///< Within this time the same call gets the first call's answer.

    [[nodiscard]] bool is_needed() const noexcept { return needs_approval || window.count() > 0; }
};

/// The safeguards of a call of `method`: approval if it has one of these tags, in this vocabulary; the window if it is
/// a write.
[[nodiscard]] Safeguard safeguard_of(catalog::Method const& method, std::vector<std::string> const& approval_tags,
                                     catalog::Vocabulary vocabulary, std::chrono::seconds window);

/// The caller of a tool. The person who approves is shown its name.
struct Holder {
    EnvironmentId environment;
    McpServerId server;
    std::string name;
    bool hands_out_links = false; ///< Whether the caller gets the address of the page of approval.
};

/// Makes calls that a person has to approve, or that must not be made twice. One per I/O thread.
class SafeWrites {
public:
    /// All must outlive it. `page` is the address of the page where calls are approved.
    SafeWrites(WriteCallRepository& repository, tenancy::Waiters& waiters, crypto::Keyring const& keyring,
               Clock const& clock, std::string page);

    /// A call that is ready to be made.
    struct Call {
        Holder const& holder;
        accounts::CallableAccountPtr account;
        tools::Tool const& tool;
        json::object const& arguments; ///< Validated; names resolved to ids.
        /// What would be sent, if the call needs approval and the arguments alone do not tell: then a call that would
        /// send something else is another call.
        std::string bound;
    };
    /// The end of a call.
    struct Made {
        Result<proxy::Outcome> outcome; ///< Not set if the call waits for approval.
        std::string note;               ///< For the model; mostly empty.
        std::optional<WriteCall> pending;
        /// Set if the call is pending and the holder gets links. The address alone opens nothing: the page asks for a
        /// code, which only the event and the API tell.
        std::string approval_url;
    };
    using Maker = std::function<Task<Result<proxy::Outcome>>()>;
    /// Shows a person what the call would do (api-spec, `ApprovalRequest`).
    using Viewer = std::function<Task<Result<json::object>>()>;

    /// Makes the call by `make`, which runs at most once, or asks a person, who sees what `view` gives. If nobody knows
    /// whether a call had an effect, the same call is not made again within the window. Errors are in `outcome`: those
    /// of `make`; unavailable if the database does not answer (then nothing is sent); conflict if the same call is
    /// being made; forbidden if the call was declined; too_large; rate_limited.
    Task<Made> make(Call call, Safeguard safeguard, Maker make, Viewer view, Deadline deadline);

private:
    [[nodiscard]] WriteCallKey key_of(Call const& call) const;
    [[nodiscard]] std::string link_of(EnvironmentId environment, ApprovalId id) const;
    Task<Result<WriteCall>> ask(Call const& call, WriteCallKey key, Viewer const& view, Deadline deadline);
    Task<Result<proxy::Outcome>> settle(EnvironmentId environment, ApprovalId id, std::chrono::seconds window,
                                        Result<proxy::Outcome> outcome);

    WriteCallRepository& repository_;
    tenancy::Waiters& waiters_;
    crypto::Keyring const& keyring_;
    Clock const& clock_;
    std::string const page_;
};

} // namespace sluice::safeguards
