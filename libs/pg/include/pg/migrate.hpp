#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::pg {

/// One step of the schema: a name such as `0001_tables`, and its SQL.
struct Migration {
    std::string name;
    std::string_view sql;
};

struct MigrationReport {
    std::vector<std::string> applied;
    std::size_t already_there = 0;
};

/// Applies the migrations that are missing, each in its own transaction. An advisory lock keeps two deployments from
/// racing. Blocks. `url` is that of the owner of the schema. Errors: unavailable; conflict if an applied migration was
/// changed or is unknown to this binary; internal with the name of a migration that failed.
[[nodiscard]] Result<MigrationReport> migrate(Secret const& url, std::vector<Migration> const& migrations);

} // namespace sluice::pg
