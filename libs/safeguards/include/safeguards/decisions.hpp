#pragma once

#include "safeguards/write_calls.hpp"
#include "tenancy/secret_gate.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::safeguards {

enum class Decision { approve, decline };

/// What people decide about calls that wait for approval. All may answer unavailable. Without state: any thread, any
/// number of calls at once.
class Decisions {
public:
    /// Both must outlive it. `gate` bounds how often codes are guessed.
    Decisions(WriteCallRepository& calls, tenancy::SecretGate& gate);

    /// `by` is the id of the API token whose holder decides. Errors: not_found; conflict if somebody decided before, or
    /// it is too late.
    Task<Result<Approval>> decide(EnvironmentId environment, ApprovalId id, Decision decision, std::string by,
                                  Deadline deadline);
    /// Shows the call to whoever has its code, and decides if they say so. `code` is as `read_approval_code` gives it.
    /// Errors: as above; invalid_argument at `code` for a wrong one; forbidden if it opens nothing any more;
    /// rate_limited.
    Task<Result<Approval>> use_code(EnvironmentId environment, ApprovalId id, std::string code,
                                    std::optional<Decision> decision, Deadline deadline);

private:
    WriteCallRepository& calls_;
    tenancy::SecretGate& gate_;
};

} // namespace sluice::safeguards
