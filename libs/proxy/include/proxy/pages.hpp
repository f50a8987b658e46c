#pragma once

#include "proxy/caller.hpp"

#include <cstdint>

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

/// How a list is gathered.
struct Gathering {
    PageListener* listener = nullptr;
    http::Peer const* waiter = nullptr; ///< Whom it is for: a read ends if it goes away.
    std::size_t max_bytes = SIZE_MAX;   ///< Of the records; the first is given whatever its size.
};

/// Calls a list until it has what was asked for or ends; other methods once. Of each record only `parts.fields` are
/// kept. A list above `max_bytes` is cut after the last record that fits, with a cursor that goes on right there; what
/// a refusal in the middle leaves is answered as far as it came, with the limits the refusal told. `note` says what was
/// left out.
Task<Result<Outcome>> call_pages(Caller& caller, accounts::CallableAccountPtr account, catalog::Method const& method,
                                 catalog::CallParts parts, Gathering gathering, Deadline deadline);

} // namespace sluice::proxy
