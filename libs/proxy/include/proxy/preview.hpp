#pragma once

#include "proxy/caller.hpp"

namespace sluice::proxy {

/// What a write would send, and what it would change: nothing is sent but, where the resource can be read, one read.
/// `{dry_run, request: {method, url, headers, body}, changes: {member: {from, to}} | null}`; the credential is not in
/// it. Errors: those of a call.
Task<Result<json::object>> preview(Caller& caller, accounts::CallableAccountPtr account, catalog::Method const& method,
                                   catalog::CallParts parts, Deadline deadline);

} // namespace sluice::proxy
