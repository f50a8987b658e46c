#include "core/backend.hpp"
#include "core/rows.hpp"
#include "limits/count_exchange.hpp"
#include "make_repositories.hpp"

#include <pqxx/result>

#include <atomic>
#include <chrono>

namespace sluice::store {
namespace {

// All in one statement: it reads what others told before it.
constexpr char kExchange[] = R"(
WITH written AS (
    INSERT INTO limit_counts (key, replica, calls)
    SELECT key, $1, calls FROM unnest($2::uuid[], $3::integer[]) AS t (key, calls)
    ON CONFLICT (key, replica) DO UPDATE
    SET calls = excluded.calls, told_at = clock_timestamp(), told_minute = DEFAULT
), gone AS (
    DELETE FROM limit_counts WHERE replica = $1 AND key = ANY ($5::uuid[])
)
SELECT key, sum(calls)::bigint AS calls, count(*) AS replicas FROM limit_counts
WHERE key = ANY ($4::uuid[]) AND replica <> $1 AND told_at > clock_timestamp() - make_interval(secs => $6)
GROUP BY key)";

// Rows that another replica has in hand are its own matter.
constexpr char kSweep[] = R"(
DELETE FROM limit_counts WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM limit_counts
    WHERE told_minute <= extract(epoch FROM clock_timestamp() - make_interval(secs => $1))::bigint / 60
        AND told_at < clock_timestamp() - make_interval(secs => $1)
    LIMIT 10000 FOR UPDATE SKIP LOCKED)))";
constexpr std::chrono::seconds kSweepEvery{10};

/// An array of PostgreSQL.
template <class Range, class Write>
std::string array_of(Range const& values, Write const& write)
{
    std::string text = "{";
    for (auto const& value : values) {
        text += text.size() > 1 ? "," : "";
        text += write(value);
    }
    return text + "}";
}

class PgCounts final : public limits::CountRepository {
public:
    explicit PgCounts(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<std::vector<limits::Heard>>> exchange(Uuid replica, limits::Report report, Deadline deadline) override
    {
        using All = std::vector<limits::Heard>;
        auto const id_of = [](Uuid const& key) { return sql_id(key); };
        auto keys = array_of(report.told, [](limits::Told const& each) { return sql_id(each.key); });
        auto calls = array_of(report.told, [](limits::Told const& each) { return std::to_string(each.calls); });
        auto asked = array_of(report.asked, id_of);
        auto gone = array_of(report.gone, id_of);
        pg::Query<All> query = [=, is_to_sweep = is_time_to_sweep()](pqxx::work& transaction) -> Result<All> {
            auto const lifetime = std::chrono::duration<double>(kLifetime).count();
            if (is_to_sweep)
                transaction.exec_params(kSweep, lifetime);
            All all;
            for (auto const& row :
                 transaction.exec_params(kExchange, sql_id(replica), keys, calls, asked, gone, lifetime))
                all.push_back(
                    {uuid_in(row["key"]), {row["calls"].as<std::int64_t>(), row["replicas"].as<std::int64_t>()}});
            return all;
        };
        return backend_.pool.lookup<All>(deadline, std::move(query));
    }

private:
    /// True once in `kSweepEvery`, also where the clock is put back.
    bool is_time_to_sweep()
    {
        auto const now = backend_.clock.now();
        auto last = swept_at_.load();
        return std::chrono::abs(now - last) >= kSweepEvery && swept_at_.compare_exchange_strong(last, now);
    }

    Backend const& backend_;
    std::atomic<Timestamp> swept_at_{Timestamp{}};
};

} // namespace

std::unique_ptr<limits::CountRepository> make_counts(Backend const& backend)
{
    return std::make_unique<PgCounts>(backend);
}

} // namespace sluice::store
