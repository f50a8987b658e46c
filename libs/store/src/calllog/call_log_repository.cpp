#include "calllog/log_repository.hpp"

#include "calllog/sum_job.hpp"
#include "core/backend.hpp"
#include "core/data_keys.hpp"
#include "core/job_queue.hpp"
#include "core/queries.hpp"
#include "core/rows.hpp"
#include "make_repositories.hpp"
#include "pg/copy.hpp"
#include "snapshots/live.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>
#include <set>
#include <tuple>

#include <pqxx/except>
#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace calllog;

/// In the order of `Recorder`.
#define SLUICE_COLUMNS                                                                                                 \
    "environment_id, id, log_type, request_type, request_id, integrated_account_id, tenant_id, integration, "          \
    "resource, method, http_method, http_url, http_status_code, duration_us, fetch_us, result_count, error, "          \
    "mcp_server_id, mcp_server_name, mcp_method, tool_name, client_name, client_version, api_token_id, "               \
    "client_address, trace_id, span_id"
#define SLUICE_READ                                                                                                    \
    "environment_id, id, log_type, request_type, request_id, integrated_account_id, tenant_id, integration, "          \
    "resource, method, http_method, http_url, http_status_code, duration_us, fetch_us, result_count, error, "          \
    "mcp_server_id, mcp_server_name, mcp_method, tool_name, client_name, client_version, api_token_id, "               \
    "client_address, encode(trace_id, 'hex') AS trace_id, encode(span_id, 'hex') AS span_id"
constexpr char kListVendor[] = "SELECT " SLUICE_READ " FROM call_log WHERE log_type = 1";
constexpr char kListMcp[] = "SELECT " SLUICE_READ " FROM call_log WHERE log_type = 2";
constexpr char kFind[] = "SELECT " SLUICE_READ " FROM call_log WHERE environment_id = $1 AND id = $2";
constexpr char kColumns[] = SLUICE_COLUMNS;
#undef SLUICE_READ
#undef SLUICE_COLUMNS
constexpr char kHasDay[] = "SELECT to_regclass($1) IS NOT NULL AS has";
constexpr char kTellLive[] = "SELECT pg_notify($1, $2)";
constexpr char kAddBodies[] =
    "INSERT INTO call_log_bodies (environment_id, id, data_key_version, sealed, ends_at) "
    "VALUES ($1, $2, $3, decode($4, 'hex'), now() + make_interval(hours => $5)) ON CONFLICT DO NOTHING";
constexpr char kFindBodies[] = "SELECT data_key_version, encode(sealed, 'hex') AS sealed FROM call_log_bodies "
                               "WHERE environment_id = $1 AND id = $2 AND ends_at > now()";
#define SLUICE_OF_HOUR "environment_id = $1 AND id >= $2 AND id < $3"
constexpr char kLockSums[] = "SELECT pg_advisory_xact_lock(hashtextextended($1 || $2, 0))";
constexpr char kForgetSums[] = "DELETE FROM call_log_hours WHERE " SLUICE_OF_HOUR;
constexpr char kSumUp[] =
    "INSERT INTO call_log_hours (environment_id, id, log_type, integrated_account_id, mcp_server_id, integration, "
    "tool_name, status_class, calls, errors, throttled, p50_us, p95_us) "
    "SELECT $1, new_id(to_timestamp($4::double precision / 1000000)), log_type, integrated_account_id, mcp_server_id, "
    "integration, tool_name, http_status_code / 100, count(*), "
    "count(*) FILTER (WHERE http_status_code >= 400 OR error IS NOT NULL), "
    "count(*) FILTER (WHERE http_status_code = 429), "
    "percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_us), "
    "percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_us) "
    "FROM call_log WHERE " SLUICE_OF_HOUR
    " GROUP BY log_type, integrated_account_id, mcp_server_id, integration, tool_name, http_status_code / 100";
#undef SLUICE_OF_HOUR
constexpr char kSums[] = "SELECT id, log_type, integrated_account_id, mcp_server_id, integration, tool_name, "
                         "status_class, calls, errors, throttled, p50_us, p95_us FROM call_log_hours WHERE true";

constexpr ListField kFields[] = {
    {"created_at", "id", ListField::Kind::id_time},
    {"id", "id", ListField::Kind::id, "log"},
    {"request_id", "request_id", ListField::Kind::text},
    {"integrated_account_id", "integrated_account_id", ListField::Kind::id, "ia"},
    {"tenant_id", "tenant_id", ListField::Kind::text},
    {"mcp_server_id", "mcp_server_id", ListField::Kind::id, "mcp_srv"},
    {"tool_name", "tool_name", ListField::Kind::text},
    {"http_status_code", "http_status_code", ListField::Kind::number},
    {"error", "error", ListField::Kind::searched_text},
    {"integration", "integration", ListField::Kind::text},
    {"resource", "resource", ListField::Kind::text},
    {"method", "method", ListField::Kind::text},
    {"mcp_method", "mcp_method", ListField::Kind::text},
    {"request_type", "request_type", ListField::Kind::text},
    {"api_token_id", "api_token_id", ListField::Kind::id, "tok"},
};
constexpr ListField kSumFields[] = {
    {"hour", "id", ListField::Kind::id_time},
    {"integrated_account_id", "integrated_account_id", ListField::Kind::id, "ia"},
    {"mcp_server_id", "mcp_server_id", ListField::Kind::id, "mcp_srv"},
    {"tool_name", "tool_name", ListField::Kind::text},
    {"integration", "integration", ListField::Kind::text},
};

/// How late rows may come and still be in the sum that is made first.
constexpr std::chrono::minutes kLate{2};
/// The time from rows of an hour that is over to its next sum. More of them may follow.
constexpr std::chrono::seconds kCatchUp{30};

LogEntry entry_in(pqxx::row const& row)
{
    LogEntry entry;
    entry.environment = id_in<EnvironmentId>(row["environment_id"]);
    entry.id = id_in<LogEntryId>(row["id"]);
    entry.created_at = time_of(entry.id.uuid());
    entry.type = static_cast<LogType>(row["log_type"].as<int>());
    entry.request_type = text_in(row["request_type"]);
    entry.request_id = text_in(row["request_id"]).value_or("");
    entry.account = optional_id_in<IntegratedAccountId>(row["integrated_account_id"]);
    entry.tenant_id = text_in(row["tenant_id"]);
    entry.integration = text_in(row["integration"]);
    entry.resource = text_in(row["resource"]);
    entry.method = text_in(row["method"]);
    entry.http_method = text_in(row["http_method"]);
    entry.url = text_in(row["http_url"]);
    entry.status = row["http_status_code"].as<int>();
    entry.duration = std::chrono::microseconds(row["duration_us"].as<std::int64_t>());
    entry.fetch_time = std::chrono::microseconds(row["fetch_us"].as<std::int64_t>());
    if (!row["result_count"].is_null())
        entry.result_count = row["result_count"].as<std::int64_t>();
    entry.error = text_in(row["error"]);
    entry.server = optional_id_in<McpServerId>(row["mcp_server_id"]);
    entry.server_name = text_in(row["mcp_server_name"]);
    entry.mcp_method = text_in(row["mcp_method"]);
    entry.tool = text_in(row["tool_name"]);
    entry.client_name = text_in(row["client_name"]);
    entry.client_version = text_in(row["client_version"]);
    entry.token = optional_id_in<ApiTokenId>(row["api_token_id"]);
    entry.client_address = text_in(row["client_address"]);
    entry.trace_id = text_in(row["trace_id"]);
    entry.span_id = text_in(row["span_id"]);
    return entry;
}

HourlySum sum_in(pqxx::row const& row)
{
    HourlySum sum;
    sum.id = id_in<LogEntryId>(row["id"]);
    sum.hour = std::chrono::floor<std::chrono::hours>(time_of(sum.id.uuid()));
    sum.type = static_cast<LogType>(row["log_type"].as<int>());
    sum.account = optional_id_in<IntegratedAccountId>(row["integrated_account_id"]);
    sum.server = optional_id_in<McpServerId>(row["mcp_server_id"]);
    sum.integration = text_in(row["integration"]);
    sum.tool = text_in(row["tool_name"]);
    sum.status_class = row["status_class"].as<int>();
    sum.calls = row["calls"].as<std::int64_t>();
    sum.errors = row["errors"].as<std::int64_t>();
    sum.throttled = row["throttled"].as<std::int64_t>();
    sum.median = std::chrono::microseconds(row["p50_us"].as<std::int64_t>());
    sum.p95 = std::chrono::microseconds(row["p95_us"].as<std::int64_t>());
    return sum;
}

/// An hour in which an environment has calls.
struct Hour {
    EnvironmentId environment;
    Timestamp begin;

    friend auto operator<=>(Hour const&, Hour const&) = default;
};

/// Reads tuples in the binary form of COPY.
class Tuples {
public:
    explicit Tuples(std::string_view bytes)
        : left_(bytes)
    {
    }
    /// How many values the next tuple has; zero at the end.
    int next() { return left_.empty() ? 0 : number<std::int16_t>(); }
    /// The next value; empty if it is NULL.
    std::string_view value()
    {
        auto const size = number<std::int32_t>();
        return size < 0 ? std::string_view{} : taken(static_cast<std::size_t>(size));
    }

private:
    template <class Integer>
    Integer number()
    {
        Integer number = 0;
        if (left_.size() < sizeof number)
            return number; // The tuple is cut: it has no more.
        // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): there are as many bytes
        std::memcpy(&number, left_.data(), sizeof number);
        left_.remove_prefix(sizeof number);
        return std::endian::native == std::endian::little ? std::byteswap(number) : number;
    }
    std::string_view taken(std::size_t size)
    {
        auto const part = left_.substr(0, size);
        left_.remove_prefix(part.size());
        return part;
    }

    std::string_view left_;
};

Uuid uuid_of(std::string_view bytes)
{
    Uuid id{};
    std::ranges::copy(bytes.substr(0, id.size()), id.begin());
    return id;
}

/// The hours of rows. Each row begins with its environment and its id.
std::set<Hour> hours_of(std::string_view rows)
{
    std::set<Hour> hours;
    std::string_view last_environment;
    Timestamp last_hour{};
    Tuples tuples(rows);
    while (auto const values = tuples.next()) {
        auto const environment = tuples.value();
        auto const hour = std::chrono::floor<std::chrono::hours>(time_of(uuid_of(tuples.value())));
        for (int i = 2; i < values; ++i)
            std::ignore = tuples.value();
        if (environment == last_environment && hour == last_hour)
            continue;
        last_environment = environment;
        last_hour = hour;
        hours.insert({EnvironmentId{uuid_of(environment)}, hour});
    }
    return hours;
}

/// The id of the job of an hour: its time, then what tells the environments apart.
Uuid job_id(Hour const& hour)
{
    auto id = first_id(hour.begin);
    std::copy(hour.environment.uuid().begin() + 6, hour.environment.uuid().end(), id.begin() + 6);
    return id;
}

std::string day_name(Day day)
{
    std::chrono::year_month_day const date{std::chrono::sys_days(std::chrono::days(day))};
    return fmt::format("call_log_{:04}{:02}{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

std::string place_of(LogEntryId entry)
{
    return "log_entry:" + entry.str() + ":bodies";
}

/// What open pages hear of new entries: a payload of `snapshots::kLiveChannel`.
std::string live_payload(std::set<Hour> const& hours)
{
    std::set<EnvironmentId> environments;
    for (auto const& hour : hours)
        environments.insert(hour.environment);
    std::string payload = "calls";
    if (environments.size() > snapshots::kMostLiveEnvironments)
        return payload + " *";
    for (auto const& environment : environments)
        payload += ' ' + sql_id(environment);
    return payload;
}

/// Bodies as they are sealed.
std::string text_of(Bodies const& bodies)
{
    return boost::json::serialize(json::array{bodies.request, bodies.response});
}

class PgLog final : public LogRepository {
public:
    explicit PgLog(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<void>> append(std::string rows, Day day, Deadline deadline) override
    {
        auto const all_hours = hours_of(rows);
        auto const hours = unscheduled(all_hours);
        pg::Query<bool> query = [hours, live = live_payload(all_hours), rows = std::move(rows), day,
                                 now = backend_.clock.now()](pqxx::work& transaction) -> Result<bool> {
            auto const name = day_name(day);
            bool const has_day = transaction.exec_params1(kHasDay, name)["has"].as<bool>();
            try {
                pg::copy_in(transaction,
                            fmt::format("COPY {} ({}) FROM STDIN WITH (FORMAT binary)",
                                        has_day ? name : "call_log_rest", kColumns),
                            rows);
            } catch (pqxx::sql_error const& error) {
                if (error.sqlstate() == "23505")
                    return Error{ErrorCode::conflict, "stored before"};
                throw;
            }
            transaction.exec_params(kTellLive, std::string(snapshots::kLiveChannel), live);
            for (auto const& hour : hours) {
                auto const due = hour.begin + std::chrono::hours(1) + kLate;
                // A sum that is being made may not see these rows, so its job must not end with it.
                schedule(transaction, kSumJob, hour.environment, job_id(hour), std::max(due, now + kCatchUp));
            }
            return true;
        };
        auto const stored = co_await backend_.pool.lookup<bool>(deadline, std::move(query));
        if (!stored && stored.error().code() != ErrorCode::conflict)
            co_return stored.error();
        note(hours);
        co_return Result<void>{};
    }

    Task<Result<void>> add_bodies(std::vector<Bodies> bodies, Deadline deadline) override
    {
        if (bodies.empty())
            co_return Result<void>{};
        auto const environment = bodies.front().environment;
        pg::Query<bool> query = [environment, bodies = std::move(bodies),
                                 &keyring = backend_.keyring](pqxx::work& transaction) -> Result<bool> {
            auto const key = newest_data_key(transaction, keyring, environment);
            if (!key)
                return key.error();
            for (auto const& each : bodies)
                transaction.exec_params0(kAddBodies, sql_id(environment), sql_id(each.entry), key->version(),
                                         sql_bytes(key->seal(place_of(each.entry), text_of(each))),
                                         static_cast<int>(each.kept.count()));
            return true;
        };
        co_return co_await without_value(backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Task<Result<tenancy::Page<LogEntry>>> list(EnvironmentId environment, LogType type, tenancy::ListQuery query,
                                               Deadline deadline) override
    {
        return list_rows<LogEntry>(backend_.pool, environment,
                                   {type == LogType::vendor ? kListVendor : kListMcp, "id", kFields}, std::move(query),
                                   entry_in, deadline);
    }

    Task<Result<LogEntry>> find(EnvironmentId environment, LogEntryId id, Deadline deadline) override
    {
        return find_row<LogEntry>(backend_.pool, environment, id, {kFind, "log entry"}, entry_in, deadline);
    }

    Task<Result<std::optional<Bodies>>> bodies(EnvironmentId environment, LogEntryId id, Deadline deadline) override
    {
        using Found = std::optional<Bodies>;
        pg::Query<Found> query = [environment, id,
                                  &keyring = backend_.keyring](pqxx::work& transaction) -> Result<Found> {
            auto const rows = transaction.exec_params(kFindBodies, sql_id(environment), sql_id(id));
            if (rows.empty())
                return Found{};
            auto const key =
                data_key(transaction, keyring, environment, rows[0]["data_key_version"].as<std::uint32_t>());
            if (!key)
                return Found{}; // The key was destroyed, and with it what it sealed.
            auto const opened = key->open(place_of(id), bytes_in(rows[0]["sealed"]));
            if (!opened)
                return opened.error();
            auto const texts = json::texts_in(*json::parse(opened->reveal()));
            return Found{Bodies{environment, id, texts.at(0), texts.at(1), {}}};
        };
        co_return co_await backend_.pool.transact<Found>(environment, deadline, std::move(query));
    }

    Task<Result<void>> sum_up(EnvironmentId environment, Timestamp hour, Deadline deadline) override
    {
        pg::Query<bool> query = [environment, hour](pqxx::work& transaction) -> Result<bool> {
            auto const from = sql_first_id(hour);
            auto const to = sql_first_id(hour + std::chrono::hours(1));
            // Two sums at once would both find nothing to forget.
            transaction.exec_params1(kLockSums, sql_id(environment), from);
            transaction.exec_params0(kForgetSums, sql_id(environment), from, to);
            transaction.exec_params0(kSumUp, sql_id(environment), from, to, sql_time(hour));
            return true;
        };
        co_return co_await without_value(backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Task<Result<tenancy::Page<HourlySum>>> sums(EnvironmentId environment, tenancy::ListQuery query,
                                                Deadline deadline) override
    {
        return list_rows<HourlySum>(backend_.pool, environment, {kSums, "id", kSumFields}, std::move(query), sum_in,
                                    deadline);
    }

private:
    /// Those of which this process has not made the job yet. Rows of an hour that is over are summed once more.
    std::set<Hour> unscheduled(std::set<Hour> hours)
    {
        auto const now = std::chrono::floor<std::chrono::hours>(backend_.clock.now());
        std::scoped_lock const lock(mutex_);
        std::erase_if(hours, [&](Hour const& hour) { return hour.begin >= now && scheduled_.contains(hour); });
        return hours;
    }

    void note(std::set<Hour> const& hours)
    {
        auto const now = std::chrono::floor<std::chrono::hours>(backend_.clock.now());
        std::scoped_lock const lock(mutex_);
        std::erase_if(scheduled_, [now](Hour const& hour) { return hour.begin < now; });
        scheduled_.insert(hours.begin(), hours.end());
    }

    Backend const backend_;
    std::mutex mutex_;
    std::set<Hour> scheduled_; ///< Hours of which the job is made.
};

} // namespace

std::unique_ptr<calllog::LogRepository> make_call_log(Backend const& backend)
{
    return std::make_unique<PgLog>(backend);
}

} // namespace sluice::store
