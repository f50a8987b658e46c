#pragma once

#include "proxy/caller.hpp"

namespace sluice::proxy {

/// What a write would send and change.
struct Preview {
    json::object request; ///< `{method, url, headers, body}`, without the credential.
    /// `{member: {from, to} | {known: false, to}}`, where `known: false` means that the present value is not known;
    /// `{deleted: item}` for a deletion. Null if the call changes no item.
    json::value changes = nullptr;
    json::value item = nullptr; ///< The item that the call is about, as the vendor has it; null if it is not known.
};

/// Shows what a write would send and change. The vendor gets at most one read, if the item can be read; it is logged
/// with `origin`, which may be null. Errors: those of `Caller::call`; not_found if the vendor does not have the item.
Task<Result<Preview>> preview(Caller& caller, accounts::CallableAccountPtr account, catalog::Method const& method,
                              catalog::CallParts const& parts, calllog::Origin const* origin, Deadline deadline);

} // namespace sluice::proxy
