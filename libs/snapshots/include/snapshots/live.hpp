#pragma once

#include <cstddef>

namespace sluice::snapshots {

/// The NOTIFY channel of what open pages show. Payloads: `<environment> <kind> [<id>]` with the environment as a UUID,
/// the kind as the audit log names it (`integrated_account`) and the id as the API writes it; or `calls
/// <environment>…`: the call log of these environments has new entries, with `*` that of any.
inline constexpr char kLiveChannel[] = "sluice_live";
/// So many environments fit into one payload (PostgreSQL takes 8 000 bytes).
inline constexpr std::size_t kMostLiveEnvironments = 200;

} // namespace sluice::snapshots
