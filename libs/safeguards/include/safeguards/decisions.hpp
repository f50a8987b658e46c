#pragma once

#include "safeguards/write_calls.hpp"
#include "tenancy/secret_gate.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::safeguards {

enum class Decision { approve, decline };

/// Lets people decide about calls that wait for approval. Every function may answer unavailable. May be used on any
/// thread, by any number of callers: it has no state.
class Decisions {
public:
    /// Both must outlive it. `gate` bounds how often codes are guessed.
    Decisions(WriteCallRepository& calls, tenancy::SecretGate& gate);

    /// `decided_by` is the id of the author, who is a user or the holder of an API token; `link` for one with a code.
    /// Errors: not_found; conflict if somebody decided before, or it is too late.
    Task<Result<Approval>> decide(EnvironmentId environment, ApprovalId id, Decision decision, tenancy::Author author,
                                  Deadline deadline);
    /// Shows the call to a person who has its code, and decides if `decision` is set: only that is in the audit log.
    /// `code` is what
    /// `read_approval_code` gave. Errors: those of `decide`; invalid_argument at `code` for a wrong code; forbidden if
    /// the call takes no code any more; rate_limited.
    Task<Result<Approval>> use_code(EnvironmentId environment, ApprovalId id, std::string code,
                                    std::optional<Decision> decision, tenancy::Asker asker, tenancy::Author author,
                                    Deadline deadline);

private:
    WriteCallRepository& calls_;
    tenancy::SecretGate& gate_;
};

} // namespace sluice::safeguards
