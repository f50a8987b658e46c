#pragma once

#include "proxy/caller.hpp"

namespace sluice::proxy {

/// Shows what a write would send and change. The vendor gets at most one read, if the item can be read. Gives
/// `{dry_run, request: {method, url, headers, body}, changes: {member: {from, to}} | null}`, without the credential.
/// Errors: those of `Caller::call`.
Task<Result<json::object>> preview(Caller& caller, accounts::CallableAccountPtr account, catalog::Method const& method,
                                   catalog::CallParts parts, Deadline deadline);

} // namespace sluice::proxy
