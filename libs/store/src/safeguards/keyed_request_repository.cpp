#include "safeguards/keyed_request.hpp"

#include "core/backend.hpp"
#include "core/data_keys.hpp"
#include "core/queries.hpp"
#include "core/quota_rows.hpp"
#include "core/rows.hpp"
#include "make_repositories.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <pqxx/result>

namespace sluice::store {
namespace {

using safeguards::KeyedRequest;
using safeguards::RequestKey;
using State = KeyedRequest::State;

// A row that has ended is as if it had never been. A row that has not is locked, so it is there for the next statement.
constexpr char kTake[] =
    "INSERT INTO keyed_requests AS known (environment_id, digest, id, integrated_account_id, content, leased_until, "
    "ends_at) SELECT $1, decode($2, 'hex'), $3, "
    "(SELECT id FROM integrated_accounts WHERE environment_id = $1 AND id = $4::uuid), decode($5, 'hex'), "
    "now() + make_interval(secs => $6), now() + make_interval(secs => $7) "
    "ON CONFLICT (environment_id, digest) DO UPDATE SET id = excluded.id, "
    "integrated_account_id = excluded.integrated_account_id, content = excluded.content, answer = NULL, "
    "data_key_version = NULL, begun_at = now(), leased_until = excluded.leased_until, ends_at = excluded.ends_at "
    "WHERE known.ends_at <= now() RETURNING id";
constexpr char kFind[] =
    "SELECT id, encode(content, 'hex') AS content, encode(answer, 'hex') AS answer, data_key_version, "
    "leased_until > now() AS is_leased, (extract(epoch FROM begun_at) * 1000000)::bigint AS begun_at, "
    "(extract(epoch FROM ends_at) * 1000000)::bigint AS ends_at FROM keyed_requests "
    "WHERE environment_id = $1 AND digest = decode($2, 'hex')";

// By the row that was taken: another one may have come in its place.
#define SLUICE_TAKEN "environment_id = $1 AND id = $2 AND answer IS NULL"
constexpr char kFinish[] =
    "UPDATE keyed_requests SET answer = decode($3, 'hex'), data_key_version = $4 WHERE " SLUICE_TAKEN;
constexpr char kGiveBack[] = "DELETE FROM keyed_requests WHERE " SLUICE_TAKEN;
#undef SLUICE_TAKEN
constexpr char kForgetEnded[] =
    "DELETE FROM keyed_requests WHERE environment_id = $1 AND id IN (SELECT id FROM keyed_requests "
    "WHERE environment_id = $1 AND ends_at <= now() LIMIT 1000 FOR UPDATE SKIP LOCKED)";

std::string answer_place(Uuid const& id)
{
    return fmt::format("keyed_request:{}:answer", to_hex(id));
}

class PgKeyedRequests final : public safeguards::KeyedRequestRepository {
public:
    explicit PgKeyedRequests(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<KeyedRequest>> take(RequestKey key, std::chrono::seconds lease, Deadline deadline) override
    {
        pg::Query<KeyedRequest> query = [=, now = backend_.clock.now(),
                                         &backend = backend_](pqxx::work& transaction) -> Result<KeyedRequest> {
            constexpr std::chrono::seconds kKept = safeguards::kRequestKept;
            auto const taken = transaction.exec_params(
                kTake, sql_id(key.environment), sql_bytes(key.digest), sql_id(uuid_v7(now)), sql_id(key.account),
                sql_bytes(key.content), static_cast<double>(lease.count()), static_cast<double>(kKept.count()));
            if (taken.empty())
                return find(transaction, backend.keyring, key);
            if (auto const admitted =
                    check_quota(transaction, backend, key.environment, tenancy::Quota::keyed_requests, kForgetEnded);
                !admitted)
                return admitted.error();
            KeyedRequest request;
            request.id = uuid_in(taken[0]["id"]);
            return request;
        };
        co_return co_await backend_.pool.transact<KeyedRequest>(key.environment, deadline, std::move(query));
    }

    Task<Result<void>> finish(EnvironmentId environment, Uuid id, std::string answer, Deadline deadline) override
    {
        pg::Query<bool> query = [environment, id, answer = std::move(answer),
                                 &keyring = backend_.keyring](pqxx::work& transaction) -> Result<bool> {
            auto const data_key = newest_data_key(transaction, keyring, environment);
            if (!data_key)
                return data_key.error();
            auto const sealed = data_key->seal(answer_place(id), answer);
            transaction.exec_params0(kFinish, sql_id(environment), sql_id(id), sql_bytes(sealed), data_key->version());
            return true;
        };
        return without_value(backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Task<Result<void>> give_back(EnvironmentId environment, Uuid id, Deadline deadline) override
    {
        pg::Query<bool> query = [environment, id](pqxx::work& transaction) -> Result<bool> {
            transaction.exec_params0(kGiveBack, sql_id(environment), sql_id(id));
            return true;
        };
        return without_value(backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

private:
    /// Errors: not_found.
    static Result<KeyedRequest> find(pqxx::work& transaction, crypto::Keyring const& keyring, RequestKey const& key)
    {
        auto const rows = transaction.exec_params(kFind, sql_id(key.environment), sql_bytes(key.digest));
        if (rows.empty())
            return not_found("request");
        auto const& row = rows[0];
        KeyedRequest request;
        request.id = uuid_in(row["id"]);
        request.begun_at = time_in(row["begun_at"]);
        request.ends_at = time_in(row["ends_at"]);
        if (!std::ranges::equal(bytes_in(row["content"]), key.content)) {
            request.state = State::different;
            return request;
        }
        if (row["answer"].is_null()) {
            request.state = row["is_leased"].as<bool>() ? State::running : State::interrupted;
            return request;
        }
        auto const version = row["data_key_version"].as<std::uint32_t>();
        auto const data_key = store::data_key(transaction, keyring, key.environment, version);
        if (!data_key)
            return data_key.error();
        auto const opened = data_key->open(answer_place(request.id), bytes_in(row["answer"]));
        if (!opened)
            return opened.error();
        request.state = State::answered;
        request.answer = opened->reveal();
        return request;
    }

    Backend const backend_;
};

} // namespace

std::unique_ptr<safeguards::KeyedRequestRepository> make_keyed_requests(Backend const& backend)
{
    return std::make_unique<PgKeyedRequests>(backend);
}

} // namespace sluice::store
