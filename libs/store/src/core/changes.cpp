#include "core/changes.hpp"

#include <pqxx/result>

namespace sluice::store {

void Changes::add(snapshots::Change const& change)
{
    transaction_.exec_params("SELECT pg_notify($1, $2)", std::string(snapshots::kChangeChannel), change.str());
    changes_.push_back(change);
}

} // namespace sluice::store
