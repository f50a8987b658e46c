#include "core/job_queue.hpp"

#include "core/backend.hpp"
#include "core/queries.hpp"
#include "core/rows.hpp"
#include "make_repositories.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using jobs::Job;
using jobs::Kind;
using jobs::Taken;
using jobs::Wish;

// Workers that wait for their next job hear of one that is due before they look again.
#define SLUICE_NOTIFY                                                                                                  \
    " RETURNING CASE WHEN due <= now() + make_interval(secs => $6) THEN pg_notify('sluice_jobs', kind) END"
constexpr char kSchedule[] = "INSERT INTO jobs (partition, kind, environment_id, id, due) "
                             "VALUES ($1, $2, $3, $4, to_timestamp($5::double precision / 1000000)) "
                             "ON CONFLICT (partition, kind, environment_id, id) "
                             "DO UPDATE SET due = excluded.due, lease_until = NULL, failures = 0" SLUICE_NOTIFY;
constexpr char kScheduleSooner[] =
    "INSERT INTO jobs (partition, kind, environment_id, id, due) "
    "VALUES ($1, $2, $3, $4, to_timestamp($5::double precision / 1000000)) "
    "ON CONFLICT (partition, kind, environment_id, id) DO UPDATE SET due = least(jobs.due, excluded.due)" SLUICE_NOTIFY;
#undef SLUICE_NOTIFY
constexpr char kTell[] = "SELECT pg_notify('sluice_jobs', $1)";
constexpr char kUnschedule[] =
    "DELETE FROM jobs WHERE partition = $1 AND kind = $2 AND environment_id = $3 AND id = $4";
#define SLUICE_TAKEN                                                                                                   \
    "j.environment_id, j.id, (extract(epoch FROM j.lease_until) * 1000000)::bigint AS lease_until, j.failures"
// While few are due all of them are looked at: of each environment what is left of its share, the first of each first.
// A row another worker holds is passed over. A row that is held is found again by its place in the table: by its key,
// before the table's size is known to the planner, all due rows would be compared with all that are taken.
constexpr char kTakeOfFew[] =
    "WITH due AS MATERIALIZED (SELECT partition, environment_id, id, due FROM jobs WHERE kind = $1 AND due <= now() "
    "AND (lease_until IS NULL OR lease_until <= now()) ORDER BY due LIMIT $2), "
    "ranked AS (SELECT *, row_number() OVER (PARTITION BY environment_id ORDER BY due) AS place FROM due), "
    "mine AS (SELECT j.* FROM (SELECT * FROM ranked WHERE (SELECT count(*) FROM due) < $2 "
    "AND place <= $3::bigint - coalesce(($4::jsonb->>environment_id::text)::bigint, 0) ORDER BY place) r "
    "CROSS JOIN LATERAL (SELECT ctid AS held FROM jobs WHERE partition = r.partition AND kind = $1 "
    "AND environment_id = r.environment_id AND id = r.id AND (lease_until IS NULL OR lease_until <= now()) "
    "FOR UPDATE SKIP LOCKED) j LIMIT $5), "
    "taken AS (UPDATE jobs j SET lease_until = now() + make_interval(secs => $6) FROM mine m "
    "WHERE j.ctid = m.held "
    "RETURNING " SLUICE_TAKEN ") "
    "SELECT (SELECT count(*) FROM due) < $2 AS is_few, t.* FROM (SELECT 1) one LEFT JOIN taken t ON true";
constexpr std::int64_t kFew = 500;
// In a backlog: goes from environment to environment by the index, and takes of each what is left of its share; a row
// another worker holds is passed over. The two bounds are the parts of the circle.
constexpr char kTake[] =
    "WITH RECURSIVE environments AS ("
    "(SELECT environment_id FROM jobs WHERE kind = $1 AND environment_id > $2 ORDER BY environment_id LIMIT 1) "
    "UNION ALL SELECT (SELECT j.environment_id FROM jobs j WHERE j.kind = $1 AND j.environment_id > e.environment_id "
    "ORDER BY j.environment_id LIMIT 1) FROM environments e WHERE e.environment_id < $3), "
    "due AS (SELECT d.* FROM environments e CROSS JOIN LATERAL ("
    "SELECT ctid AS held FROM jobs WHERE kind = $1 AND environment_id = e.environment_id "
    "AND due <= now() AND (lease_until IS NULL OR lease_until <= now()) ORDER BY due "
    "LIMIT greatest($4::bigint - coalesce(($5::jsonb->>e.environment_id::text)::bigint, 0), 0) "
    "FOR UPDATE SKIP LOCKED) d WHERE e.environment_id <= $3 LIMIT $6) "
    "UPDATE jobs j SET lease_until = now() + make_interval(secs => $7) FROM due d "
    "WHERE j.ctid = d.held "
    "RETURNING " SLUICE_TAKEN;
#undef SLUICE_TAKEN
constexpr char kNextIn[] = "SELECT ceil(extract(epoch FROM due - now()) * 1000)::bigint AS next_in FROM jobs "
                           "WHERE kind = $1 AND due > now() ORDER BY due LIMIT 1";
constexpr char kFirst[] = "00000000-0000-0000-0000-000000000000";
constexpr char kLast[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";
#define SLUICE_HELD                                                                                                    \
    "WHERE partition = $1 AND kind = $2 AND environment_id = $3 AND id = $4 "                                          \
    "AND (extract(epoch FROM lease_until) * 1000000)::bigint = $5"
constexpr char kEnd[] = "DELETE FROM jobs " SLUICE_HELD;
constexpr char kNext[] = "UPDATE jobs SET lease_until = NULL, failures = 0, "
                         "due = to_timestamp($6::double precision / 1000000) " SLUICE_HELD;
constexpr char kFail[] = "UPDATE jobs SET lease_until = NULL, failures = failures + 1, "
                         "due = now() + make_interval(secs => $6) " SLUICE_HELD;
#undef SLUICE_HELD
constexpr char kLateness[] =
    "SELECT coalesce(greatest(0, extract(epoch FROM now() - (SELECT j.due FROM jobs j WHERE j.kind = k.kind "
    "AND (j.lease_until IS NULL OR j.lease_until <= now()) ORDER BY j.due LIMIT 1)) * 1000), 0)::bigint AS late_ms "
    "FROM unnest(string_to_array($1, ',')) WITH ORDINALITY AS k (kind, position) ORDER BY k.position";

class PgJobs final : public jobs::Queue {
public:
    explicit PgJobs(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<Taken>> take(Wish wish, Deadline deadline) override
    {
        pg::Query<Taken> query = [wish = std::move(wish)](pqxx::work& transaction) -> Result<Taken> {
            json::object running;
            for (auto const& [environment, count] : wish.running)
                running[sql_id(environment)] = count;
            auto const start = wish.after.empty() ? std::string(kFirst) : sql_id(wish.after);
            Taken taken;
            auto const add = [&](pqxx::row const& row) {
                taken.jobs.push_back({wish.kind, id_in<EnvironmentId>(row["environment_id"]), uuid_in(row["id"]),
                                      time_in(row["lease_until"]), row["failures"].as<int>()});
            };
            auto const take_between = [&](std::string const& from, std::string const& to) {
                for (auto const& row : transaction.exec_params(kTake, std::string(wish.kind.name), from, to, wish.share,
                                                               sql_json(running), wish.most - taken.jobs.size(),
                                                               static_cast<double>(wish.lease.count())))
                    add(row);
            };
            bool is_few = false;
            for (auto const& row :
                 transaction.exec_params(kTakeOfFew, std::string(wish.kind.name), kFew, wish.share, sql_json(running),
                                         wish.most, static_cast<double>(wish.lease.count()))) {
                is_few = row["is_few"].as<bool>();
                if (!row["id"].is_null())
                    add(row);
            }
            if (!is_few)
                take_between(start, kLast);
            if (!is_few && taken.jobs.size() < wish.most && start != kFirst)
                take_between(kFirst, start);
            if (taken.jobs.size() < wish.most)
                for (auto const& row : transaction.exec_params(kNextIn, std::string(wish.kind.name)))
                    taken.next_in = std::chrono::milliseconds(row["next_in"].as<std::int64_t>());
            return taken;
        };
        co_return co_await backend_.pool.lookup<Taken>(deadline, std::move(query));
    }

    Task<Result<void>> fail(Job job, std::chrono::seconds pause, Deadline deadline) override
    {
        pg::Query<bool> query = [job, pause](pqxx::work& transaction) -> Result<bool> {
            transaction.exec_params0(kFail, partition_of(job.id), std::string(job.kind.name), sql_id(job.environment),
                                     sql_id(job.id), sql_time(job.lease_until), static_cast<double>(pause.count()));
            return true;
        };
        return without_value(backend_.pool.lookup<bool>(deadline, std::move(query)));
    }

    Task<Result<std::vector<std::chrono::milliseconds>>> lateness(std::vector<Kind> kinds, Deadline deadline) override
    {
        using Times = std::vector<std::chrono::milliseconds>;
        std::string names;
        for (auto const& kind : kinds)
            names.append(names.empty() ? "" : ",").append(kind.name);
        pg::Query<Times> query = [names = std::move(names)](pqxx::work& transaction) -> Result<Times> {
            Times late;
            for (auto const& row : transaction.exec_params(kLateness, names))
                late.emplace_back(row["late_ms"].as<std::int64_t>());
            return late;
        };
        co_return co_await backend_.pool.lookup<Times>(deadline, std::move(query));
    }

    Task<Result<void>> finish(Job job, std::optional<Timestamp> next, Deadline deadline) override
    {
        pg::Query<bool> query = [job, next](pqxx::work& transaction) -> Result<bool> {
            auto const partition = partition_of(job.id);
            auto const kind = std::string(job.kind.name);
            if (next)
                transaction.exec_params0(kNext, partition, kind, sql_id(job.environment), sql_id(job.id),
                                         sql_time(job.lease_until), sql_time(*next));
            else
                transaction.exec_params0(kEnd, partition, kind, sql_id(job.environment), sql_id(job.id),
                                         sql_time(job.lease_until));
            return true;
        };
        return without_value(backend_.pool.lookup<bool>(deadline, std::move(query)));
    }

private:
    Backend const backend_;
};

} // namespace

void schedule(pqxx::work& transaction, Kind kind, EnvironmentId environment, Uuid const& id, Timestamp due)
{
    transaction.exec_params(kSchedule, partition_of(id), std::string(kind.name), sql_id(environment), sql_id(id),
                            sql_time(due), static_cast<double>(jobs::kNotifiedAhead.count()));
}

void schedule_sooner(pqxx::work& transaction, Kind kind, EnvironmentId environment, Uuid const& id, Timestamp due)
{
    transaction.exec_params(kScheduleSooner, partition_of(id), std::string(kind.name), sql_id(environment), sql_id(id),
                            sql_time(due), static_cast<double>(jobs::kNotifiedAhead.count()));
}

void tell_of_jobs(pqxx::work& transaction, Kind kind)
{
    transaction.exec_params(kTell, std::string(kind.name));
}

void unschedule(pqxx::work& transaction, Kind kind, EnvironmentId environment, Uuid const& id)
{
    transaction.exec_params0(kUnschedule, partition_of(id), std::string(kind.name), sql_id(environment), sql_id(id));
}

std::unique_ptr<jobs::Queue> make_jobs(Backend const& backend)
{
    return std::make_unique<PgJobs>(backend);
}

} // namespace sluice::store
