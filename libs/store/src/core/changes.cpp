#include "core/changes.hpp"

#include "core/rows.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

constexpr char kAudit[] =
    "SELECT record_audit($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9, $10)"; // migrations/0031_audit_log.sql

} // namespace

void Changes::add(snapshots::Change const& change)
{
    transaction_.exec_params("SELECT pg_notify($1, $2)", std::string(snapshots::kChangeChannel), change.str());
    changes_.push_back(change);
}

void Changes::audit(tenancy::Audited const& audited)
{
    ++entries_;
    if (author_ == nullptr)
        return;
    auto const text = [](std::optional<json::object> const& members) {
        return members ? std::optional(sql_json(*members)) : std::nullopt;
    };
    transaction_.exec_params(kAudit, sql_id(uuid_v7(now_)), std::string(name_of(author_->actor.kind)),
                             author_->actor.id, author_->actor.name, std::string(audited.action), audited.target,
                             text(audited.before), text(audited.after), author_->address, author_->request_id);
}

Error not_audited()
{
    return {ErrorCode::internal, "Unexpected fault.",
            "a change with an author has not written one entry of the audit log"};
}

} // namespace sluice::store
