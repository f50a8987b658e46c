#include "mcp/write_calls.hpp"

#include "data_keys.hpp"
#include "events.hpp"
#include "list_sql.hpp"
#include "repositories.hpp"
#include "rows.hpp"

#include <fmt/format.h>

#include <array>

#include <pqxx/result>

namespace sluice::store {
namespace {

using mcp::Approval;
using mcp::WriteCall;
using mcp::WriteCallKey;
using State = WriteCall::State;

#define SLUICE_KEY "environment_id = $1 AND mcp_server_id = $2 AND digest = decode($3, 'hex')"
// What has ended is as if it had never been.
constexpr char kForgetEnded[] = "DELETE FROM write_calls WHERE " SLUICE_KEY " AND ends_at <= now()";
constexpr char kFind[] =
    "SELECT id, state, encode(answer, 'hex'), data_key_version, (extract(epoch FROM changed_at) * 1000000)::bigint, "
    "(extract(epoch FROM ends_at) * 1000000)::bigint FROM write_calls WHERE " SLUICE_KEY " FOR UPDATE";
constexpr char kInsert[] =
    "INSERT INTO write_calls (environment_id, mcp_server_id, digest, id, integrated_account_id, tool, state, ends_at) "
    "VALUES ($1, $2, decode($3, 'hex'), $4, $5, $6, 'running', now() + make_interval(secs => $7)) "
    "ON CONFLICT DO NOTHING RETURNING id";
constexpr char kTake[] = "UPDATE write_calls SET state = 'running', changed_at = now(), approved_until = ends_at, "
                         "ends_at = now() + make_interval(secs => $4) WHERE " SLUICE_KEY;
constexpr char kFinish[] =
    "UPDATE write_calls SET state = 'done', request = NULL, answer = decode($4, 'hex'), data_key_version = $5, "
    "ends_at = changed_at + make_interval(secs => $6) WHERE " SLUICE_KEY " AND state = 'running'";
constexpr char kForget[] = "DELETE FROM write_calls WHERE " SLUICE_KEY " AND state = 'running'";
constexpr char kGiveBack[] = "UPDATE write_calls SET state = 'approved', changed_at = now(), ends_at = approved_until "
                             "WHERE " SLUICE_KEY " AND state = 'running' AND approved_until IS NOT NULL RETURNING id";
constexpr char kAsk[] =
    "INSERT INTO write_calls (environment_id, mcp_server_id, digest, id, integrated_account_id, tool, state, request, "
    "data_key_version, ends_at) VALUES ($1, $2, decode($3, 'hex'), $4, $5, $6, 'pending', decode($7, 'hex'), $8, "
    "to_timestamp($9::double precision / 1000000)) ON CONFLICT DO NOTHING RETURNING id";
#undef SLUICE_KEY

#define SLUICE_COLUMNS                                                                                                 \
    "id, environment_id, mcp_server_id, integrated_account_id, tool, state, encode(request, 'hex'), "                  \
    "data_key_version, "                                                                                               \
    "decided_by, (extract(epoch FROM decided_at) * 1000000)::bigint, "                                                 \
    "(extract(epoch FROM created_at) * 1000000)::bigint, (extract(epoch FROM ends_at) * 1000000)::bigint "
constexpr char kFindApproval[] = "SELECT " SLUICE_COLUMNS "FROM write_calls WHERE environment_id = $1 AND id = $2 "
                                 "AND request IS NOT NULL AND ends_at > now()";
constexpr char kList[] = "SELECT " SLUICE_COLUMNS "FROM write_calls WHERE request IS NOT NULL AND ends_at > now()";
constexpr char kDecide[] =
    "UPDATE write_calls SET state = $3, decided_by = $4, decided_at = now(), changed_at = now() WHERE "
    "environment_id = $1 AND id = $2 AND state = 'pending' AND ends_at > now() RETURNING " SLUICE_COLUMNS;
#undef SLUICE_COLUMNS

constexpr ListField kFields[] = {
    {"status", "state", ListField::Kind::text},
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

Result<Secret> open(pqxx::work& transaction, crypto::Keyring const& keyring, EnvironmentId environment,
                    std::uint32_t version, std::string const& place, pqxx::field const& sealed)
{
    auto const key = data_key(transaction, keyring, environment, version);
    return key ? key->open(place, bytes_in(sealed)) : Result<Secret>(key.error());
}

Result<Approval> approval_in(pqxx::work& transaction, crypto::Keyring const& keyring, pqxx::row const& row)
{
    Approval approval;
    approval.id = id_in<ApprovalId>(row[0]);
    approval.environment = id_in<EnvironmentId>(row[1]);
    approval.server = id_in<McpServerId>(row[2]);
    approval.account = id_in<IntegratedAccountId>(row[3]);
    approval.tool = row[4].c_str();
    approval.state = state_in(row[5]);
    auto const opened = open(transaction, keyring, approval.environment, row[7].as<std::uint32_t>(),
                             request_place(approval.id), row[6]);
    if (!opened)
        return opened.error();
    if (auto request = json::parse(opened->reveal()); request && request->is_object())
        approval.request = std::move(request->get_object());
    approval.decided_by = text_in(row[8]).value_or("");
    approval.decided_at = optional_time_in(row[9]);
    approval.created_at = time_in(row[10]);
    approval.ends_at = time_in(row[11]);
    return approval;
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
    auto const* tenant = json::string_at(approval.request, "tenant_id");
    payload["tenant_id"] = tenant != nullptr ? json::value(*tenant) : json::value(nullptr);
    payload["decided_by"] = approval.decided_by.empty() ? json::value(nullptr) : json::value(approval.decided_by);
    return payload;
}

class PgWriteCalls final : public mcp::WriteCallRepository {
public:
    explicit PgWriteCalls(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<std::optional<WriteCall>>> take(WriteCallKey key, IntegratedAccountId account, std::string tool,
                                                bool needs_approval, std::chrono::seconds lease,
                                                Deadline deadline) override
    {
        using Known = std::optional<WriteCall>;
        pg::Query<Known> query = [=, tool = std::move(tool), now = backend_.clock.now(),
                                  &keyring = backend_.keyring](pqxx::work& transaction) -> Result<Known> {
            auto const seconds = static_cast<double>(lease.count());
            transaction.exec_params0(kForgetEnded, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest));
            if (!needs_approval) {
                auto const made =
                    transaction.exec_params(kInsert, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest),
                                            sql_id(uuid_v7(now)), sql_id(account), tool, seconds);
                if (!made.empty())
                    return Known{};
            }
            auto const known = find(transaction, keyring, key);
            if (!known)
                return known.error();
            // Where approval is not asked for any more, nobody's decision is waited for.
            bool const is_free = known->state == State::approved ||
                                 (!needs_approval && known->state != State::running && known->state != State::done);
            if (!is_free)
                return Known{*known};
            transaction.exec_params0(kTake, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest),
                                     seconds);
            return Known{};
        };
        co_return co_await backend_.pool.transact<Known>(key.environment, deadline, std::move(query));
    }

    Task<Result<void>> finish(WriteCallKey key, std::string answer, std::chrono::seconds window,
                              Deadline deadline) override
    {
        pg::Query<bool> query = [key, window, answer = std::move(answer),
                                 &keyring = backend_.keyring](pqxx::work& transaction) -> Result<bool> {
            if (window.count() == 0) {
                transaction.exec_params0(kForget, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest));
                return true;
            }
            auto const rows =
                transaction.exec_params(kFind, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest));
            auto const data_key = newest_data_key(transaction, keyring, key.environment);
            if (rows.empty() || !data_key)
                return rows.empty() ? not_found("call") : data_key.error();
            auto const sealed = data_key->seal(answer_place(id_in<ApprovalId>(rows[0][0])), answer);
            transaction.exec_params0(kFinish, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest),
                                     sql_bytes(sealed), data_key->version(), static_cast<double>(window.count()));
            return true;
        };
        auto const done = co_await backend_.pool.transact<bool>(key.environment, deadline, std::move(query));
        co_return done ? Result<void>{} : Result<void>(done.error());
    }

    Task<Result<void>> give_back(WriteCallKey key, Deadline deadline) override
    {
        pg::Query<bool> query = [key](pqxx::work& transaction) -> Result<bool> {
            auto const environment = sql_id(key.environment);
            if (transaction.exec_params(kGiveBack, environment, sql_id(key.server), sql_bytes(key.digest)).empty())
                transaction.exec_params0(kForget, environment, sql_id(key.server), sql_bytes(key.digest));
            return true;
        };
        auto const done = co_await backend_.pool.transact<bool>(key.environment, deadline, std::move(query));
        co_return done ? Result<void>{} : Result<void>(done.error());
    }

    Task<Result<WriteCall>> ask(WriteCallKey key, Approval approval, Deadline deadline) override
    {
        pg::Query<WriteCall> query = [key, approval = std::move(approval), now = backend_.clock.now(),
                                      &keyring =
                                          backend_.keyring](pqxx::work& transaction) mutable -> Result<WriteCall> {
            approval.id = ApprovalId{uuid_v7(now)};
            auto const data_key = newest_data_key(transaction, keyring, key.environment);
            if (!data_key)
                return data_key.error();
            transaction.exec_params0(kForgetEnded, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest));
            auto const sealed = data_key->seal(request_place(approval.id), boost::json::serialize(approval.request));
            auto const made =
                transaction.exec_params(kAsk, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest),
                                        sql_id(approval.id), sql_id(approval.account), approval.tool, sql_bytes(sealed),
                                        data_key->version(), sql_time(approval.ends_at));
            if (!made.empty())
                record_event(transaction, now, key.environment, "approval:requested", approval.account,
                             payload_of(approval));
            return find(transaction, keyring, key);
        };
        co_return co_await backend_.pool.transact<WriteCall>(key.environment, deadline, std::move(query));
    }

    Task<Result<Approval>> find(EnvironmentId environment, ApprovalId id, Deadline deadline) override
    {
        pg::Query<Approval> query = [environment, id,
                                     &keyring = backend_.keyring](pqxx::work& transaction) -> Result<Approval> {
            auto const rows = transaction.exec_params(kFindApproval, sql_id(environment), sql_id(id));
            return rows.empty() ? Result<Approval>(not_found("approval")) : approval_in(transaction, keyring, rows[0]);
        };
        co_return co_await backend_.pool.transact<Approval>(environment, deadline, std::move(query));
    }

    Task<Result<tenancy::Page<Approval>>> list(EnvironmentId environment, tenancy::ListQuery list,
                                               Deadline deadline) override
    {
        using ListPage = tenancy::Page<Approval>;
        pg::Query<ListPage> query = [list = std::move(list),
                                     &keyring = backend_.keyring](pqxx::work& transaction) -> Result<ListPage> {
            auto const rows = run_list(transaction, kList, "id", kFields, list);
            if (!rows)
                return rows.error();
            std::vector<Approval> items;
            for (auto const& row : *rows) {
                auto approval = approval_in(transaction, keyring, row);
                if (!approval)
                    return approval.error();
                items.push_back(*std::move(approval));
            }
            return page_of(std::move(items), list);
        };
        co_return co_await backend_.pool.transact<ListPage>(environment, deadline, std::move(query));
    }

    Task<Result<Approval>> decide(EnvironmentId environment, ApprovalId id, bool is_approved, std::string decided_by,
                                  Deadline deadline) override
    {
        pg::Query<Approval> query = [environment, id, is_approved, decided_by = std::move(decided_by),
                                     now = backend_.clock.now(),
                                     &keyring = backend_.keyring](pqxx::work& transaction) -> Result<Approval> {
            auto const rows = transaction.exec_params(
                kDecide, sql_id(environment), sql_id(id),
                std::string(name_of(is_approved ? State::approved : State::declined)), decided_by);
            if (rows.empty()) {
                auto const there = transaction.exec_params(kFindApproval, sql_id(environment), sql_id(id));
                if (there.empty())
                    return not_found("approval");
                return Error{ErrorCode::conflict,
                             fmt::format("This call is {} already: it is decided once.", there[0][5].c_str())};
            }
            auto approval = approval_in(transaction, keyring, rows[0]);
            if (approval)
                record_event(transaction, now, environment, is_approved ? "approval:approved" : "approval:declined",
                             approval->account, payload_of(*approval));
            return approval;
        };
        co_return co_await backend_.pool.transact<Approval>(environment, deadline, std::move(query));
    }

private:
    /// Errors: not_found.
    static Result<WriteCall> find(pqxx::work& transaction, crypto::Keyring const& keyring, WriteCallKey const& key)
    {
        auto const rows =
            transaction.exec_params(kFind, sql_id(key.environment), sql_id(key.server), sql_bytes(key.digest));
        if (rows.empty())
            return not_found("call");
        auto const& row = rows[0];
        WriteCall call{id_in<ApprovalId>(row[0]), state_in(row[1]), {}, time_in(row[4]), time_in(row[5])};
        if (call.state != State::done)
            return call;
        auto const opened =
            open(transaction, keyring, key.environment, row[3].as<std::uint32_t>(), answer_place(call.id), row[2]);
        if (!opened)
            return opened.error();
        call.answer = opened->reveal();
        return call;
    }

    Backend const backend_;
};

} // namespace

std::unique_ptr<mcp::WriteCallRepository> make_write_calls(Backend const& backend)
{
    return std::make_unique<PgWriteCalls>(backend);
}

} // namespace sluice::store
