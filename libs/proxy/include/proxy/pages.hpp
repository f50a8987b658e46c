#pragma once

#include "proxy/caller.hpp"

namespace sluice::proxy {

/// Follows a list while it is fetched.
class PageListener {
public:
    virtual ~PageListener() = default;
    /// After each page. False: nobody wants the rest.
    virtual Task<bool> page(std::int64_t items, std::int64_t wanted) = 0;
};

/// Whether a call takes more than one page of the vendor's.
[[nodiscard]] bool takes_pages(catalog::Method const& method, catalog::CallParts const& parts);

/// Calls a list until it has what was asked for or ends; other methods once. What a refusal in the middle leaves is
/// answered as far as it came, with the cursor that goes on from there and the limits the refusal told.
/// `listener` may be null.
Task<Result<Outcome>> call_pages(Caller& caller, accounts::ConnectedPtr account, catalog::Method const& method,
                                 catalog::CallParts parts, PageListener* listener, Deadline deadline);

} // namespace sluice::proxy
