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
    calllog::Requester requester = {};
    Passthrough const* through = nullptr; ///< What passes between a REST client and the vendor; may be null.
    std::size_t max_bytes = SIZE_MAX;     ///< The bound on the records; the first is given whatever its size.
};

/// Calls a list, page by page, until it has the records that were asked for or the list ends; never more. Other methods
/// are called once. A limit up to the vendor's page is one vendor call, unless the place in the list makes pages small,
/// such as a cursor that leads into a page; at most 20 are made. Fewer records are given where the vendor gives fewer.
/// Only `parts.fields` of each record are kept. A list above `max_bytes`, and a page with more records than were asked
/// for, is cut after the last record that is given, and its cursor goes on right there. If the vendor refuses a later
/// page, the records so far are the answer, with the limits of the refusal. `note` says what was left out. Errors:
/// those of `Caller::call`.
Task<Result<Outcome>> call_pages(Caller& caller, accounts::CallableAccountPtr account, catalog::Method const& method,
                                 catalog::CallParts parts, Gathering gathering, Deadline deadline);

} // namespace sluice::proxy
