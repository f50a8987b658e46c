#include "jobs.hpp"

#include "repositories.hpp"
#include "rows.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using tenancy::Job;
using tenancy::JobKind;

constexpr char kSchedule[] =
    "INSERT INTO jobs (partition, kind, environment_id, id, due) "
    "VALUES ($1, $2, $3, $4, to_timestamp($5::double precision / 1000000)) "
    "ON CONFLICT (partition, kind, environment_id, id) DO UPDATE SET due = excluded.due, lease_until = NULL";
constexpr char kScheduleSooner[] =
    "INSERT INTO jobs (partition, kind, environment_id, id, due) "
    "VALUES ($1, $2, $3, $4, to_timestamp($5::double precision / 1000000)) "
    "ON CONFLICT (partition, kind, environment_id, id) DO UPDATE SET due = least(jobs.due, excluded.due)";
constexpr char kUnschedule[] =
    "DELETE FROM jobs WHERE partition = $1 AND kind = $2 AND environment_id = $3 AND id = $4";
// Partition by partition; a row another worker holds is passed over.
constexpr char kTake[] =
    "UPDATE jobs j SET lease_until = now() + make_interval(secs => $4) FROM ("
    "SELECT partition, kind, environment_id, id FROM jobs WHERE partition = $1 AND kind = $2 AND due <= now() "
    "AND (lease_until IS NULL OR lease_until <= now()) ORDER BY due LIMIT $3 FOR UPDATE SKIP LOCKED) d "
    "WHERE j.partition = d.partition AND j.kind = d.kind AND j.environment_id = d.environment_id AND j.id = d.id "
    "RETURNING j.environment_id, j.id, (extract(epoch FROM j.lease_until) * 1000000)::bigint";
#define SLUICE_HELD                                                                                                    \
    "WHERE partition = $1 AND kind = $2 AND environment_id = $3 AND id = $4 "                                          \
    "AND (extract(epoch FROM lease_until) * 1000000)::bigint = $5"
constexpr char kEnd[] = "DELETE FROM jobs " SLUICE_HELD;
constexpr char kNext[] =
    "UPDATE jobs SET lease_until = NULL, due = to_timestamp($6::double precision / 1000000) " SLUICE_HELD;
#undef SLUICE_HELD

class PgJobs final : public tenancy::JobQueue {
public:
    explicit PgJobs(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<std::vector<Job>>> take(JobKind kind, std::size_t most, std::chrono::seconds lease,
                                        Deadline deadline) override
    {
        using Jobs = std::vector<Job>;
        pg::Query<Jobs> query = [kind, most, lease](pqxx::work& transaction) -> Result<Jobs> {
            Jobs jobs;
            for (int partition = 0; partition < kPartitions && jobs.size() < most; ++partition)
                for (auto const& row : transaction.exec_params(kTake, partition, std::string(name_of(kind)),
                                                               most - jobs.size(), static_cast<double>(lease.count())))
                    jobs.push_back({kind, id_in<EnvironmentId>(row[0]), uuid_in(row[1]), time_in(row[2])});
            return jobs;
        };
        co_return co_await backend_.pool.lookup<Jobs>(deadline, std::move(query));
    }

    Task<Result<void>> finish(Job job, std::optional<Timestamp> next, Deadline deadline) override
    {
        pg::Query<bool> query = [job, next](pqxx::work& transaction) -> Result<bool> {
            auto const partition = partition_of(job.id);
            auto const kind = std::string(name_of(job.kind));
            if (next)
                transaction.exec_params0(kNext, partition, kind, sql_id(job.environment), sql_id(job.id),
                                         sql_time(job.lease_until), sql_time(*next));
            else
                transaction.exec_params0(kEnd, partition, kind, sql_id(job.environment), sql_id(job.id),
                                         sql_time(job.lease_until));
            return true;
        };
        auto const done = co_await backend_.pool.lookup<bool>(deadline, std::move(query));
        if (!done)
            co_return done.error();
        co_return Result<void>{};
    }

private:
    Backend const backend_;
};

} // namespace

void schedule(pqxx::work& transaction, JobKind kind, EnvironmentId environment, Uuid const& id, Timestamp due)
{
    transaction.exec_params0(kSchedule, partition_of(id), std::string(name_of(kind)), sql_id(environment), sql_id(id),
                             sql_time(due));
}

void schedule_sooner(pqxx::work& transaction, JobKind kind, EnvironmentId environment, Uuid const& id, Timestamp due)
{
    transaction.exec_params0(kScheduleSooner, partition_of(id), std::string(name_of(kind)), sql_id(environment),
                             sql_id(id), sql_time(due));
}

void unschedule(pqxx::work& transaction, JobKind kind, EnvironmentId environment, Uuid const& id)
{
    transaction.exec_params0(kUnschedule, partition_of(id), std::string(name_of(kind)), sql_id(environment),
                             sql_id(id));
}

std::unique_ptr<tenancy::JobQueue> make_jobs(Backend const& backend)
{
    return std::make_unique<PgJobs>(backend);
}

} // namespace sluice::store
