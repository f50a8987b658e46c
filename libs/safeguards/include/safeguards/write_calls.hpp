#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "crypto/mac.hpp"
#include "runtime/task.hpp"
#include "tenancy/actor.hpp"
#include "tenancy/page.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::safeguards {

// A write call is a tool call that is remembered, because its MCP server wants so. It waits for a person's approval, or
// is made once however often a model repeats it.

/// Identifies a call. Two calls with the same server, account, tool and arguments have the same key.
struct WriteCallKey {
    EnvironmentId environment;
    McpServerId server;
    crypto::Digest digest{};
};

/// What is known of a call.
struct WriteCall {
    enum class State {
        pending,  ///< The call waits for approval.
        approved, ///< The call may be made once.
        declined, ///< The call must not be made.
        running,  ///< The call is being made, or its replica died meanwhile.
        done,     ///< The call was made; its answer is kept.
    };
    ApprovalId id;         ///< Set also if the call needs no approval.
    bool is_taken = false; ///< The caller must make the call now; `state` is the one before.
    State state = State::running;
    std::string answer; ///< If the call is done: its answer, made by `proxy::kept_text`.
    Timestamp changed_at;
    Timestamp ends_at; ///< The call is forgotten at this time.
};

/// A call as the person who decides about it sees it.
struct Approval {
    ApprovalId id;
    EnvironmentId environment;
    McpServerId server;
    IntegratedAccountId account;
    std::string tool;
    WriteCall::State state = WriteCall::State::pending;
    json::object request;   ///< What the call would do (api-spec, `ApprovalRequest`).
    std::string code;       ///< What a person enters on the page; empty if the page takes no code.
    std::string url;        ///< The address of the page; set only when the approval is asked for.
    std::string decided_by; ///< `link`, or the id of an API token; empty while it is pending.
    std::optional<Timestamp> decided_at;
    Timestamp created_at;
    Timestamp ends_at;
};

[[nodiscard]] std::string_view name_of(WriteCall::State state) noexcept;

/// A code has 40 random bits, in 8 characters that nobody mistakes for one another.
inline constexpr std::size_t kCodeSize = 8;
inline constexpr int kCodeTries = 5;
[[nodiscard]] std::string new_approval_code();
/// Brings a code that a person typed into the form of `new_approval_code`: without blanks and dashes, in capitals, O as
/// 0, I and L as 1. Empty if the text cannot be a code.
[[nodiscard]] std::string read_approval_code(std::string_view typed);

/// Every function works inside one environment: rows of others are not_found. Every function may answer unavailable.
/// Requests and answers are stored sealed. Thread-safe.
class WriteCallRepository {
public:
    virtual ~WriteCallRepository() = default;
    /// Takes a call, so that the caller must make it: a new call, or one that was approved. A call that cannot be taken
    /// is told as it is. With `needs_approval` a new call is not_found. A call that is never finished is forgotten
    /// after `lease`. Errors: not_found; conflict if the environment has as many as its quota allows.
    virtual Task<Result<WriteCall>> take(WriteCallKey key, IntegratedAccountId account, std::string tool,
                                         bool needs_approval, std::chrono::seconds lease, Deadline deadline) = 0;
    /// Keeps the answer of a taken call until `window` after it was taken. If `window` is zero, the call is forgotten.
    virtual Task<Result<void>> finish(EnvironmentId environment, ApprovalId id, std::string answer,
                                      std::chrono::seconds window, Deadline deadline) = 0;
    /// Gives a taken call back that had no effect: its state is the one before.
    virtual Task<Result<void>> give_back(EnvironmentId environment, ApprovalId id, Deadline deadline) = 0;
    /// Asks for approval of a call, under the id of `approval`. An event tells the developer the code and the URL. If
    /// somebody has asked for the same call, tells that one. Errors: rate_limited while too many calls of the MCP
    /// server wait; conflict if the environment has as many as its quotas allow.
    virtual Task<Result<WriteCall>> ask(WriteCallKey key, Approval approval, Deadline deadline) = 0;

    virtual Task<Result<Approval>> find(EnvironmentId environment, ApprovalId id, Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<Approval>>> list(EnvironmentId environment, tenancy::ListQuery query,
                                                       Deadline deadline) = 0;
    /// The call, if the code is right. Wrong codes are counted; after `kCodeTries` of them the right one is refused
    /// too. Errors: invalid_argument at `code` for a wrong code; forbidden after too many, or if the call takes no
    /// code.
    virtual Task<Result<Approval>> open(EnvironmentId environment, ApprovalId id, std::string code,
                                        Deadline deadline) = 0;
    /// Writes one entry of the audit log with the decision. Errors: not_found; conflict if the call is not pending any
    /// more.
    virtual Task<Result<Approval>> decide(EnvironmentId environment, ApprovalId id, bool is_approved,
                                          std::string decided_by, tenancy::Author author, Deadline deadline) = 0;
};

} // namespace sluice::safeguards
