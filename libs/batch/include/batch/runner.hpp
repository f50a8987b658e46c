#pragma once

#include "batch/graph.hpp"
#include "limits/tally.hpp"
#include "proxy/caller.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::batch {

inline constexpr std::chrono::seconds kTimeLimit{60}; ///< Of one batch, from its request to its answer.

/// The other bounds of one batch.
struct Limits {
    std::size_t calls = 1'000;
    std::size_t bytes = 16UL * 1024 * 1024; ///< Of records and errors together. What writes gave may go above it.
    std::size_t concurrent = 4;
};

/// Why a node is not whole.
enum class Reason {
    calls,         ///< The batch has made all the calls that it may make.
    bytes,         ///< The result is as large as it may be.
    time,          ///< The time of the batch is over.
    throttled,     ///< The vendor throttles the account.
    reauth_needed, ///< The account has to be connected again.
    unavailable,   ///< The account is blocked, or something of Sluice is down.
    vendor,        ///< The vendor has more records, to which no cursor leads.
};

[[nodiscard]] std::string_view name_of(Reason reason) noexcept;

/// What was left out of a node.
struct Partial {
    Reason reason = Reason::calls;
    std::string message;                    ///< A sentence.
    std::size_t made = 0;                   ///< How many times the node was run to its end, or failed.
    std::optional<std::size_t> wanted;      ///< How many times it was to run; not known if it has not begun.
    std::optional<std::string> next_cursor; ///< Leads on in the list of a node without a loop.
    std::optional<std::int64_t> retry_after_s;
};

/// A call that failed, or a node that was not run.
struct Failure {
    std::optional<std::size_t> index; ///< The record of the loop, from 0.
    std::string error;                ///< JSON: the error body of Sluice or of the vendor.
};

struct NodeResult {
    std::string name;
    bool persist = true;
    std::vector<std::string>
        records; ///< The texts of the records, joined by commas; one text for each run of the node.
    std::vector<Failure> failures;
    std::optional<Partial> partial;
};

struct BatchResult {
    std::vector<NodeResult> nodes;
    std::size_t calls = 0; ///< Vendor calls that were made.
    ratelimit::Limits limits;
    std::chrono::microseconds vendor_time{}; ///< Of all calls, one after the other.
};

/// Runs plans. One per I/O thread.
class Runner {
public:
    /// `caller` must outlive it.
    explicit Runner(proxy::Caller& caller, Limits limits = {});

    /// Makes the calls of a plan: every node after those that it waits for, and as many calls at once as the limits
    /// allow. Lists are read to their end. Every call is made once. A node without a loop has failed if its call has,
    /// or a page of its list; one with a loop if all its runs have. A node that waits for a failed one is not run.
    /// Reads are cancelled if `requester.waiter` goes away. The plan must outlive the task. Every vendor call but
    /// the first is charged to `tally`, which counted the request; it may be null. Errors: not_allowed if the plan
    /// writes and the account is a sandbox; unavailable if nothing could be done at all.
    Task<Result<BatchResult>> run(accounts::CallableAccountPtr account, Plan const& plan, calllog::Requester requester,
                                  Deadline deadline, limits::Tally* tally = nullptr);

private:
    proxy::Caller& caller_;
    Limits const limits_;
};

} // namespace sluice::batch
