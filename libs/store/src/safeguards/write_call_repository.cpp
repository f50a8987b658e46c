#include "safeguards/write_calls.hpp"

#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/data_keys.hpp"
#include "core/event_rows.hpp"
#include "core/list_sql.hpp"
#include "core/queries.hpp"
#include "core/quota_rows.hpp"
#include "core/row_values.hpp"
#include "core/rows.hpp"
#include "crypto/mac.hpp"
#include "make_repositories.hpp"

#include <fmt/format.h>

#include <array>

#include <pqxx/result>

namespace sluice::store {
namespace {

using safeguards::Approval;
using safeguards::WriteCall;
using safeguards::WriteCallKey;
using State = WriteCall::State;

#define SLUICE_KEY "environment_id = $1 AND mcp_server_id = $2 AND digest = decode($3, 'hex')"
// What has ended is as if it had never been.
constexpr char kForgetEnded[] = "DELETE FROM write_calls WHERE " SLUICE_KEY " AND ends_at <= now()";
constexpr char kFind[] =
    "SELECT id, state, encode(answer, 'hex') AS answer, data_key_version, "
    "(extract(epoch FROM changed_at) * 1000000)::bigint AS changed_at, "
    "(extract(epoch FROM ends_at) * 1000000)::bigint AS ends_at FROM write_calls WHERE " SLUICE_KEY " FOR UPDATE";
constexpr char kInsert[] =
    "INSERT INTO write_calls (environment_id, mcp_server_id, digest, id, integrated_account_id, tool, state, ends_at) "
    "VALUES ($1, $2, decode($3, 'hex'), $4, $5, $6, 'running', now() + make_interval(secs => $7)) "
    "ON CONFLICT DO NOTHING RETURNING id";
// Only a decision that was for it is there again should the call have no effect.
constexpr char kTake[] =
    "UPDATE write_calls SET state = 'running', changed_at = now(), "
    "approved_until = CASE WHEN state = 'approved' THEN ends_at END, ends_at = now() + make_interval(secs => $4) "
    "WHERE " SLUICE_KEY;
// A model that asks for a hundred things at once is not asking a person.
constexpr char kAsk[] =
    "INSERT INTO write_calls (environment_id, mcp_server_id, digest, state, {columns}) "
    "SELECT $1, $2, decode($3, 'hex'), 'pending', {values} WHERE (SELECT count(*) FROM write_calls "
    "WHERE environment_id = $1 AND mcp_server_id = $2 AND state = 'pending' AND ends_at > now()) < $4 "
    "ON CONFLICT DO NOTHING RETURNING id";
#undef SLUICE_KEY
constexpr std::size_t kMostPending = 100;
#define SLUICE_FORGET(which)                                                                                           \
    "DELETE FROM write_calls WHERE environment_id = $1 AND id IN (SELECT id FROM write_calls "                         \
    "WHERE environment_id = $1 AND ends_at <= now()" which " LIMIT 1000 FOR UPDATE SKIP LOCKED)"
constexpr char kForgetAllEnded[] = SLUICE_FORGET("");
constexpr char kForgetUndecided[] = SLUICE_FORGET(" AND state = 'pending'");
#undef SLUICE_FORGET

// By the row that was taken: another one may have come in its place.
#define SLUICE_TAKEN "environment_id = $1 AND id = $2 AND state = 'running'"
constexpr char kFinish[] = "UPDATE write_calls SET state = 'done', request = NULL, code = NULL, answer = decode($3, "
                           "'hex'), data_key_version = $4, "
                           "ends_at = changed_at + make_interval(secs => $5) WHERE " SLUICE_TAKEN;
constexpr char kForget[] = "DELETE FROM write_calls WHERE " SLUICE_TAKEN;
constexpr char kGiveBack[] = "UPDATE write_calls SET state = 'approved', changed_at = now(), ends_at = approved_until "
                             "WHERE " SLUICE_TAKEN " AND approved_until IS NOT NULL RETURNING id";
#undef SLUICE_TAKEN

#define SLUICE_COLUMNS                                                                                                 \
    "id, environment_id, mcp_server_id, integrated_account_id, tool, state, encode(request, 'hex') AS request, "       \
    "encode(code, 'hex') AS code, code_tries, data_key_version, decided_by, "                                          \
    "(extract(epoch FROM decided_at) * 1000000)::bigint AS decided_at, "                                               \
    "(extract(epoch FROM created_at) * 1000000)::bigint AS created_at, "                                               \
    "(extract(epoch FROM ends_at) * 1000000)::bigint AS ends_at "
constexpr char kFindApproval[] = "SELECT " SLUICE_COLUMNS "FROM write_calls WHERE environment_id = $1 AND id = $2 "
                                 "AND request IS NOT NULL AND ends_at > now()";
constexpr char kLockApproval[] = "SELECT FROM write_calls WHERE environment_id = $1 AND id = $2 FOR UPDATE";
constexpr char kCountTry[] = "UPDATE write_calls SET code_tries = code_tries + 1 WHERE environment_id = $1 AND id = $2";
// One whose key was shredded can be shown to nobody.
constexpr char kList[] =
    "SELECT " SLUICE_COLUMNS "FROM write_calls w WHERE request IS NOT NULL AND ends_at > now() AND EXISTS (SELECT "
    "FROM data_keys k WHERE k.environment_id = w.environment_id AND k.version = w.data_key_version "
    "AND k.shredded_at IS NULL)";
constexpr char kDecide[] =
    "UPDATE write_calls SET state = $3, decided_by = $4, decided_at = now(), changed_at = now() WHERE "
    "environment_id = $1 AND id = $2 AND state = 'pending' AND ends_at > now() RETURNING " SLUICE_COLUMNS;
#undef SLUICE_COLUMNS

constexpr std::string_view kStatuses[] = {"pending", "approved", "declined", "used"};
constexpr ListField kFields[] = {
    {"status", "CASE state WHEN 'running' THEN 'used' ELSE state END", ListField::Kind::text, {}, kStatuses},
    {"integrated_account_id", "integrated_account_id", ListField::Kind::id, "ia"},
    {"mcp_server_id", "mcp_server_id", ListField::Kind::id, "mcp_srv"},
    {"tool", "tool", ListField::Kind::text},
    {"created_at", "created_at", ListField::Kind::time},
};

State state_in(pqxx::field const& field)
{
    for (auto const state : {State::pending, State::approved, State::declined, State::done})
        if (name_of(state) == field.c_str())
            return state;
    return State::running;
}

std::string request_place(ApprovalId id)
{
    return fmt::format("write_call:{}:request", id.str());
}

std::string answer_place(ApprovalId id)
{
    return fmt::format("write_call:{}:answer", id.str());
}

std::string code_place(ApprovalId id)
{
    return fmt::format("write_call:{}:code", id.str());
}

/// What is sealed in a column of the row.
Result<Secret> open_sealed(pqxx::work& transaction, crypto::Keyring const& keyring, EnvironmentId environment,
                           std::string const& place, pqxx::row const& row, char const* column)
{
    auto const key = data_key(transaction, keyring, environment, row["data_key_version"].as<std::uint32_t>());
    return key ? key->open(place, bytes_in(row[column])) : Result<Secret>(key.error());
}

Result<Approval> approval_in(pqxx::work& transaction, crypto::Keyring const& keyring, pqxx::row const& row)
{
    Approval approval;
    approval.id = id_in<ApprovalId>(row["id"]);
    approval.environment = id_in<EnvironmentId>(row["environment_id"]);
    approval.server = id_in<McpServerId>(row["mcp_server_id"]);
    approval.account = id_in<IntegratedAccountId>(row["integrated_account_id"]);
    approval.tool = row["tool"].c_str();
    approval.state = state_in(row["state"]);
    auto const opened =
        open_sealed(transaction, keyring, approval.environment, request_place(approval.id), row, "request");
    if (!opened)
        return opened.error();
    if (auto request = json::parse(opened->reveal()); request && request->is_object())
        approval.request = std::move(request->get_object());
    approval.decided_by = text_in(row["decided_by"]).value_or("");
    approval.decided_at = optional_time_in(row["decided_at"]);
    approval.created_at = time_in(row["created_at"]);
    approval.ends_at = time_in(row["ends_at"]);
    if (row["code"].is_null() || row["code_tries"].as<int>() >= safeguards::kCodeTries)
        return approval; // No code opens it any more.
    auto const code = open_sealed(transaction, keyring, approval.environment, code_place(approval.id), row, "code");
    if (!code)
        return code.error();
    approval.code = code->reveal();
    return approval;
}

auto reader(crypto::Keyring const& keyring)
{
    return [&keyring](pqxx::work& transaction, pqxx::row const& row) { return approval_in(transaction, keyring, row); };
}

WriteCall taken(ApprovalId id)
{
    WriteCall call;
    call.id = id;
    call.is_taken = true;
    return call;
}

/// What webhooks are told: nothing of the arguments, which may be the customer's.
json::object payload_of(Approval const& approval)
{
    json::object payload{{"id", approval.id.str()},
                         {"status", name_of(approval.state)},
                         {"tool", approval.tool},
                         {"mcp_server_id", approval.server.str()},
                         {"integrated_account_id", approval.account.str()},
                         {"expires_at", to_rfc3339(approval.ends_at)}};
    for (auto const* member : {"tenant_id", "title", "integration", "integration_label", "mcp_server"}) {
        auto const* text = json::string_at(approval.request, member);
        payload[member] = text != nullptr ? json::value(*text) : json::value(nullptr);
    }
    payload["decided_by"] = approval.decided_by.empty() ? json::value(nullptr) : json::value(approval.decided_by);
    return payload;
}

/// What the audit log has of a decision: neither the arguments, which may be the customer's, nor the code.
json::object audited(Approval const& approval)
{
    return {{"status", name_of(approval.state)},
            {"tool", approval.tool},
            {"mcp_server_id", approval.server.str()},
            {"integrated_account_id", approval.account.str()}};
}

Error no_more_codes()
{
    return {ErrorCode::forbidden,
            "This call cannot be decided with a code any more: decline it or approve it where you "
            "got the code, or have the agent ask again once it has ended."};
}

class PgWriteCalls final : public safeguards::WriteCallRepository {
public:
    explicit PgWriteCalls(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<WriteCall>> take(WriteCallKey key, IntegratedAccountId account, std::string tool, bool needs_approval,
                                 std::chrono::seconds lease, Deadline deadline) override
    {
        pg::Query<WriteCall> query = [=, tool = std::move(tool), now = backend_.clock.now(),
                                      &backend = backend_](pqxx::work& transaction) -> Result<WriteCall> {
            auto const seconds = static_cast<double>(lease.count());
            transaction.exec_params0(kForgetEnded, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest));
            if (!needs_approval) {
                auto const made =
                    transaction.exec_params(kInsert, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest),
                                            sql_id(uuid_v7(now)), sql_id(account), tool, seconds);
                if (!made.empty()) {
                    auto const admitted = check_quota(transaction, backend, key.environment,
                                                      tenancy::Quota::write_calls, kForgetAllEnded);
                    return admitted ? taken(id_in<ApprovalId>(made[0]["id"])) : Result<WriteCall>(admitted.error());
                }
            }
            auto known = find(transaction, backend.keyring, key);
            if (!known)
                return known;
            // Where approval is not asked for any more, nobody's decision is waited for.
            bool const is_free = known->state == State::approved ||
                                 (!needs_approval && known->state != State::running && known->state != State::done);
            if (!is_free)
                return known;
            transaction.exec_params0(kTake, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest),
                                     seconds);
            known->is_taken = true;
            return known;
        };
        co_return co_await backend_.pool.transact<WriteCall>(key.environment, deadline, std::move(query));
    }

    Task<Result<void>> finish(EnvironmentId environment, ApprovalId id, std::string answer, std::chrono::seconds window,
                              Deadline deadline) override
    {
        pg::Query<bool> query = [environment, id, window, answer = std::move(answer),
                                 &keyring = backend_.keyring](pqxx::work& transaction) -> Result<bool> {
            tell_waiters(transaction, id.uuid());
            if (window.count() == 0) {
                transaction.exec_params0(kForget, sql_id(environment), sql_id(id));
                return true;
            }
            auto const data_key = newest_data_key(transaction, keyring, environment);
            if (!data_key)
                return data_key.error();
            auto const sealed = data_key->seal(answer_place(id), answer);
            transaction.exec_params0(kFinish, sql_id(environment), sql_id(id), sql_bytes(sealed), data_key->version(),
                                     static_cast<double>(window.count()));
            return true;
        };
        return without_value(backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Task<Result<void>> give_back(EnvironmentId environment, ApprovalId id, Deadline deadline) override
    {
        pg::Query<bool> query = [environment, id](pqxx::work& transaction) -> Result<bool> {
            tell_waiters(transaction, id.uuid());
            if (transaction.exec_params(kGiveBack, sql_id(environment), sql_id(id)).empty())
                transaction.exec_params0(kForget, sql_id(environment), sql_id(id));
            return true;
        };
        return without_value(backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Task<Result<WriteCall>> ask(WriteCallKey key, Approval approval, Deadline deadline) override
    {
        pg::Query<WriteCall> query = [key, approval = std::move(approval), now = backend_.clock.now(),
                                      &backend = backend_](pqxx::work& transaction) -> Result<WriteCall> {
            auto const data_key = newest_data_key(transaction, backend.keyring, key.environment);
            if (!data_key)
                return data_key.error();
            transaction.exec_params0(kForgetEnded, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest));
            auto const request = boost::json::serialize(approval.request);
            auto const values = RowValues()
                                    .id("id", approval.id)
                                    .id("integrated_account_id", approval.account)
                                    .text("tool", approval.tool)
                                    .bytes("request", data_key->seal(request_place(approval.id), request))
                                    .bytes("code", data_key->seal(code_place(approval.id), approval.code))
                                    .number("data_key_version", data_key->version())
                                    .time("ends_at", approval.ends_at);
            auto const made = write_row(
                transaction, kAsk,
                {sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest), std::to_string(kMostPending)},
                values);
            if (!made.empty()) {
                if (auto const admitted = admit(transaction, backend, key.environment); !admitted)
                    return admitted.error();
                auto payload = payload_of(approval);
                payload["code"] = approval.code;
                payload["approval_url"] = approval.url;
                record_event(transaction, now, key.environment, "approval:requested", approval.account, payload);
            }
            auto known = find(transaction, backend.keyring, key);
            if (!known && known.error().code() == ErrorCode::not_found)
                return Error{ErrorCode::rate_limited,
                             fmt::format("{} calls of this MCP server wait for approval already: wait until some are "
                                         "decided or have ended.",
                                         kMostPending)};
            return known;
        };
        co_return co_await backend_.pool.transact<WriteCall>(key.environment, deadline, std::move(query));
    }

    Task<Result<Approval>> find(EnvironmentId environment, ApprovalId id, Deadline deadline) override
    {
        return find_row<Approval>(backend_.pool, environment, id, {kFindApproval, "approval"}, reader(backend_.keyring),
                                  deadline);
    }

    Task<Result<Approval>> open(EnvironmentId environment, ApprovalId id, std::string code, Deadline deadline) override
    {
        // A wrong code is counted, so the transaction that finds it out is committed.
        using Found = std::optional<Approval>;
        pg::Query<Found> query = [environment, id, code = std::move(code),
                                  &keyring = backend_.keyring](pqxx::work& transaction) -> Result<Found> {
            transaction.exec_params(kLockApproval, sql_id(environment), sql_id(id));
            auto const rows = transaction.exec_params(kFindApproval, sql_id(environment), sql_id(id));
            if (rows.empty())
                return not_found("approval");
            auto approval = approval_in(transaction, keyring, rows[0]);
            if (!approval)
                return approval.error();
            if (approval->code.empty())
                return no_more_codes();
            if (crypto::equal_in_constant_time(crypto::sha256(approval->code), crypto::sha256(code)))
                return Found(*std::move(approval));
            transaction.exec_params0(kCountTry, sql_id(environment), sql_id(id));
            return Found{};
        };
        auto found = co_await backend_.pool.transact<Found>(environment, deadline, std::move(query));
        if (!found)
            co_return found.error();
        if (!*found)
            co_return invalid("code", "is not the code of this call");
        co_return **std::move(found);
    }

    Task<Result<tenancy::Page<Approval>>> list(EnvironmentId environment, tenancy::ListQuery list,
                                               Deadline deadline) override
    {
        return list_rows<Approval>(backend_.pool, environment, {kList, "id", kFields}, std::move(list),
                                   reader(backend_.keyring), deadline);
    }

    Task<Result<Approval>> decide(EnvironmentId environment, ApprovalId id, bool is_approved, std::string decided_by,
                                  tenancy::Author author, Deadline deadline) override
    {
        ChangingQuery<Approval> query =
            [environment, id, is_approved, decided_by = std::move(decided_by), now = backend_.clock.now(),
             &keyring = backend_.keyring](pqxx::work& transaction, Changes& changes) -> Result<Approval> {
            auto const rows = transaction.exec_params(
                kDecide, sql_id(environment), sql_id(id),
                std::string(name_of(is_approved ? State::approved : State::declined)), decided_by);
            if (rows.empty()) {
                auto const there = transaction.exec_params(kFindApproval, sql_id(environment), sql_id(id));
                if (there.empty())
                    return not_found("approval");
                return Error{ErrorCode::conflict,
                             fmt::format("This call is {} already: it is decided once.", there[0]["state"].c_str())};
            }
            auto approval = approval_in(transaction, keyring, rows[0]);
            if (!approval)
                return approval;
            record_event(transaction, now, environment, is_approved ? "approval:approved" : "approval:declined",
                         approval->account, payload_of(*approval));
            changes.audit(
                {is_approved ? "approval.approve" : "approval.decline", id.str(), std::nullopt, audited(*approval)});
            return approval;
        };
        co_return co_await transact_change<Approval>(backend_, environment, std::move(author), deadline,
                                                     std::move(query));
    }

private:
    /// Whether a call may be asked for that was just written. Errors: conflict.
    static Result<void> admit(pqxx::work& transaction, Backend const& backend, EnvironmentId environment)
    {
        auto const admitted =
            check_quota(transaction, backend, environment, tenancy::Quota::approvals, kForgetUndecided);
        return admitted ? check_quota(transaction, backend, environment, tenancy::Quota::write_calls, kForgetAllEnded)
                        : admitted;
    }

    /// Errors: not_found.
    static Result<WriteCall> find(pqxx::work& transaction, crypto::Keyring const& keyring, WriteCallKey const& key)
    {
        auto const rows =
            transaction.exec_params(kFind, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest));
        if (rows.empty())
            return not_found("call");
        auto const& row = rows[0];
        WriteCall call;
        call.id = id_in<ApprovalId>(row["id"]);
        call.state = state_in(row["state"]);
        call.changed_at = time_in(row["changed_at"]);
        call.ends_at = time_in(row["ends_at"]);
        if (call.state != State::done)
            return call;
        auto const opened = open_sealed(transaction, keyring, key.environment, answer_place(call.id), row, "answer");
        if (!opened)
            return opened.error();
        call.answer = opened->reveal();
        return call;
    }

    Backend const backend_;
};

} // namespace

std::unique_ptr<safeguards::WriteCallRepository> make_write_calls(Backend const& backend)
{
    return std::make_unique<PgWriteCalls>(backend);
}

} // namespace sluice::store
