#pragma once

#include "base/deadline.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "proxy/pages.hpp"
#include "tools/tool.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sluice::toolcalls {

/// One vendor call of a tool call.
struct PlannedCall {
    catalog::Method const* method = nullptr;
    catalog::CallParts parts;
};

/// The vendor calls that a tool call makes. A tool of one method has one call. For a composed method the values are
/// worked out and the reads are made, so that every write is known before the first is made.
struct Plan {
    std::vector<catalog::Method const*> reads; ///< Those that were made to work out values.
    std::vector<PlannedCall> calls;            ///< Those that are still to be made, in order; at least one.
    std::chrono::microseconds vendor_time{};   ///< Of the reads.
    std::size_t result = 0;                    ///< The position of the call whose answer is the tool's.
    std::optional<proxy::Outcome> refusal;     ///< Set if the vendor refused a read: nothing can be made.

    /// `tickets.get messages.create`
    [[nodiscard]] std::string steps() const;
    /// The calls as text: equal texts mean that the same is sent, whatever the order of members.
    [[nodiscard]] std::string writes() const;
};

/// Plans a call. `parts` are the sorted arguments of the tool. The reads are logged with `origin`, which may be null.
/// Errors: those of `Caller::call`; invalid_argument if the definition refuses the call with these arguments.
Task<Result<Plan>> plan_calls(proxy::Caller& caller, accounts::CallableAccountPtr account, tools::Tool const& tool,
                              catalog::CallParts parts, calllog::Origin const* origin, Deadline deadline);

/// Makes the calls of a plan. The first that fails ends it: then the error says what was made before. Errors: those of
/// `Caller::call`.
Task<Result<proxy::Outcome>> carry_out(proxy::Caller& caller, accounts::CallableAccountPtr account, Plan const& plan,
                                       proxy::Gathering gathering, Deadline deadline);

/// Shows the calls of a plan (api-spec, `ApprovalRequest`): `{about, effects, request, changes}`, where there are
/// several vendor calls also `{steps}`. Errors: those of `proxy::preview`.
Task<Result<json::object>> preview(proxy::Caller& caller, accounts::CallableAccountPtr account, Plan const& plan,
                                   calllog::Origin const* origin, Deadline deadline);

} // namespace sluice::toolcalls
