#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::pg {

/// One step of the schema: `0001_tables` and its SQL.
struct Migration {
    std::string name;
    std::string_view sql;
};

struct MigrationReport {
    std::vector<std::string> applied;
    std::size_t already_there = 0;
};

/// Brings the schema up to the last migration, each in its own transaction, under an advisory lock so that two
/// deployments do not race. Blocks; `url` is the owner's. Errors: unavailable; conflict when an applied migration was
/// changed or is unknown to this binary; internal with the failing migration.
[[nodiscard]] Result<MigrationReport> migrate(Secret const& url, std::vector<Migration> const& migrations);

} // namespace sluice::pg
