#pragma once

#include "proxy/caller.hpp"

#include <cstdint>

namespace sluice::proxy {

/// Is told of each page while a list is gathered.
class PageListener {
public:
    virtual ~PageListener() = default;
    /// Called after each page, with the records so far and the number wanted. False ends the gathering.
    virtual Task<bool> page(std::int64_t items, std::int64_t wanted) = 0;
};

/// Whether a call needs more than one page of the vendor.
[[nodiscard]] bool takes_pages(catalog::Method const& method, catalog::CallParts const& parts);

/// How a list is gathered.
struct Gathering {
    PageListener* listener = nullptr;
    http::Peer const* waiter = nullptr; ///< The client; its read is cancelled if it goes away. May be null.
    std::size_t max_bytes = SIZE_MAX;   ///< The bound on the records; the first is given whatever its size.
};

/// Calls a list, page by page, until it has the records that were asked for or the list ends. Other methods are called
/// once. Only `parts.fields` of each record are kept. A list above `max_bytes` is cut after the last record that fits,
/// and its cursor goes on right there. If the vendor refuses a later page, the records so far are the answer, with the
/// limits of the refusal. `note` says what was left out. Errors: those of `Caller::call`.
Task<Result<Outcome>> call_pages(Caller& caller, accounts::CallableAccountPtr account, catalog::Method const& method,
                                 catalog::CallParts parts, Gathering gathering, Deadline deadline);

} // namespace sluice::proxy
