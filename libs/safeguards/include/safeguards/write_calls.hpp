#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "crypto/mac.hpp"
#include "runtime/task.hpp"
#include "tenancy/page.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::safeguards {

// A call that is remembered because its MCP server asks for it: one that waits for a person's approval, or one that is
// made once however often a model repeats it. Repetitions are known by server, account, tool and arguments.

/// Which call it is: the same for the same server, account, tool and arguments.
struct WriteCallKey {
    EnvironmentId environment;
    McpServerId server;
    crypto::Digest digest{};
};

/// What is known of a call.
struct WriteCall {
    enum class State {
        pending,  ///< Waits for approval.
        approved, ///< May be made, once.
        declined, ///< May not.
        running,  ///< Is being made, or was when its replica died.
        done,     ///< Was made; its answer is kept.
    };
    ApprovalId id;         ///< Also of one that needs no approval.
    bool is_taken = false; ///< It is the caller's to make now; `state` is what it was before.
    State state = State::running;
    std::string answer; ///< Of one that is done, as `proxy::kept_text` has it.
    Timestamp changed_at;
    Timestamp ends_at; ///< Then it is forgotten.
};

/// A call that a person decides about, as they see it.
struct Approval {
    ApprovalId id;
    EnvironmentId environment;
    McpServerId server;
    IntegratedAccountId account;
    std::string tool;
    WriteCall::State state = WriteCall::State::pending;
    json::object request;   ///< What is asked for (api-spec, `ApprovalRequest`).
    std::string code;       ///< What a person enters on the page; empty if nobody can decide there.
    std::string url;        ///< Of the page; only while it is asked for.
    std::string decided_by; ///< `link`, or the id of an API token; empty while nobody has.
    std::optional<Timestamp> decided_at;
    Timestamp created_at;
    Timestamp ends_at;
};

[[nodiscard]] std::string_view name_of(WriteCall::State state) noexcept;

/// 40 random bits: of 8 characters that nobody mistakes for one another.
inline constexpr std::size_t kCodeSize = 8;
inline constexpr int kCodeTries = 5;
[[nodiscard]] std::string new_approval_code();
/// A code as a person types it, in the form of `new_approval_code`: without blanks and dashes, in capitals, O as 0, I
/// and L as 1. Empty if it cannot be one.
[[nodiscard]] std::string read_approval_code(std::string_view typed);

/// Inside the environment given; what lies outside is not_found. All may answer unavailable. What is stored of requests
/// and answers is sealed.
class WriteCallRepository {
public:
    virtual ~WriteCallRepository() = default;
    /// Takes a call if it may be made now, as a new one or one that was approved, else tells what is known of it. With
    /// `needs_approval` a new one is `not_found`. One whose end nobody tells is forgotten after `lease`.
    virtual Task<Result<WriteCall>> take(WriteCallKey key, IntegratedAccountId account, std::string tool,
                                         bool needs_approval, std::chrono::seconds lease, Deadline deadline) = 0;
    /// Keeps the answer of a call that was taken, for `window` from when it was taken; with none, forgets the call.
    virtual Task<Result<void>> finish(EnvironmentId environment, ApprovalId id, std::string answer,
                                      std::chrono::seconds window, Deadline deadline) = 0;
    /// A call that was taken had no effect: it is as before.
    virtual Task<Result<void>> give_back(EnvironmentId environment, ApprovalId id, Deadline deadline) = 0;
    /// Asks for approval under the id that `approval` has, and says so with code and URL in an event; what is known
    /// already if somebody has asked. Errors: rate_limited while too many calls of the server wait.
    virtual Task<Result<WriteCall>> ask(WriteCallKey key, Approval approval, Deadline deadline) = 0;

    virtual Task<Result<Approval>> find(EnvironmentId environment, ApprovalId id, Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<Approval>>> list(EnvironmentId environment, tenancy::ListQuery query,
                                                       Deadline deadline) = 0;
    /// The call that a code opens. Each wrong code is counted, and after `kCodeTries` of them none is right. Errors:
    /// invalid_argument at `code` for a wrong one; forbidden if there was one too many, or the call has no code.
    virtual Task<Result<Approval>> open(EnvironmentId environment, ApprovalId id, std::string code,
                                        Deadline deadline) = 0;
    /// Errors: conflict if it is not pending any more.
    virtual Task<Result<Approval>> decide(EnvironmentId environment, ApprovalId id, bool is_approved,
                                          std::string decided_by, Deadline deadline) = 0;
};

} // namespace sluice::safeguards
