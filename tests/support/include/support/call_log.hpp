#pragma once

#include "base/encoding.hpp"
#include "calllog/body_writer.hpp"
#include "calllog/log_repository.hpp"
#include "calllog/pipe.hpp"
#include "calllog/recorder.hpp"
#include "proxy/call_recorder.hpp"
#include "support/clock.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace sluice::test {

/// A call log in memory.
class FakeLog final : public calllog::LogRepository {
public:
    struct Appended {
        std::string rows;
        calllog::Day day = 0;
    };

    Task<Result<void>> append(std::string rows, calllog::Day day, Deadline) override
    {
        ++tries;
        if (!failures.empty()) {
            auto failure = failures.front();
            failures.erase(failures.begin());
            co_return failure;
        }
        appended.push_back({std::move(rows), day});
        co_return Result<void>{};
    }
    Task<Result<void>> add_bodies(std::vector<calllog::Bodies> some, Deadline) override
    {
        for (auto& each : some)
            kept.push_back(std::move(each));
        co_return Result<void>{};
    }
    Task<Result<tenancy::Page<calllog::LogEntry>>> list(EnvironmentId, calllog::LogType, tenancy::ListQuery,
                                                        Deadline) override
    {
        co_return tenancy::Page<calllog::LogEntry>{};
    }
    Task<Result<calllog::LogEntry>> find(EnvironmentId, LogEntryId, Deadline) override
    {
        co_return Error{ErrorCode::not_found, "There is no such log entry."};
    }
    Task<Result<std::optional<calllog::Bodies>>> bodies(EnvironmentId, LogEntryId, Deadline) override
    {
        co_return std::optional<calllog::Bodies>{};
    }
    Task<Result<void>> sum_up(EnvironmentId environment, Timestamp hour, Deadline) override
    {
        summed.emplace_back(environment, hour);
        co_return Result<void>{};
    }
    Task<Result<tenancy::Page<calllog::HourlySum>>> sums(EnvironmentId, tenancy::ListQuery, Deadline) override
    {
        co_return tenancy::Page<calllog::HourlySum>{};
    }

    std::vector<Error> failures; ///< Of the next calls of `append`.
    int tries = 0;
    std::vector<Appended> appended;
    std::vector<calllog::Bodies> kept;
    std::vector<std::pair<EnvironmentId, Timestamp>> summed;
};

/// What code needs that logs calls, and the rows that it wrote.
struct CallLog {
    CallLog(asio::io_context& the_io, Clock const& clock, telemetry::Registry& registry, telemetry::Log& log)
        : io(the_io)
        , recorder(&pipe.add(taken), nullptr, clock, log)
        , bodies(io, repository, registry.counter("test_lost_bodies", "Of this test."), log)
    {
    }

    /// The rows since the last time, each as its values.
    std::vector<std::vector<std::string>> rows()
    {
        calllog::Pipe::Batch batch;
        pipe.close();
        asio::co_spawn(io, take(pipe, batch), asio::detached);
        io.restart();
        io.poll();
        std::vector<std::vector<std::string>> rows;
        for (std::string_view left = batch.rows; !left.empty();)
            rows.push_back(row_of(left));
        return rows;
    }

    /// Takes a tuple in the binary form of COPY, as texts: `NULL`, numbers in decimal, UUIDs and bytes in hexadecimal.
    static std::vector<std::string> row_of(std::string_view& left)
    {
        std::vector<std::string> row(static_cast<std::size_t>(number_in(left, 2)));
        for (std::size_t column = 0; column < row.size(); ++column) {
            auto const size = number_in(left, 4);
            row[column] = size < 0 ? "NULL" : value_of(column, left.substr(0, static_cast<std::size_t>(size)));
            left.remove_prefix(static_cast<std::size_t>(std::max<std::int64_t>(size, 0)));
        }
        return row;
    }

    static std::int64_t number_in(std::string_view& left, std::size_t size)
    {
        std::int64_t number = static_cast<signed char>(left.at(0)) < 0 ? -1 : 0;
        for (auto const c : left.substr(0, size))
            number = number * 256 + static_cast<unsigned char>(c);
        left.remove_prefix(size);
        return number;
    }

    static std::string value_of(std::size_t column, std::string_view value);

    static bool is_among(std::size_t column, std::initializer_list<std::size_t> columns)
    {
        return std::ranges::find(columns, column) != columns.end();
    }

    static Task<void> take(calllog::Pipe& from, calllog::Pipe::Batch& batch)
    {
        if (auto next = co_await from.next())
            batch = *std::move(next);
    }

    asio::io_context& io;
    FakeLog repository;
    std::uint64_t taken = 0;
    calllog::Pipe pipe{io, {.ring_bytes = 1UL << 20, .gather = std::chrono::milliseconds(0)}};
    calllog::Recorder recorder;
    calllog::BodyWriter bodies;
    proxy::CallRecorder calls{recorder, bodies};
};

/// The positions of values in a row.
enum LogColumn : std::size_t {
    kLogEnvironment,
    kLogId,
    kLogType,
    kLogRequestType,
    kLogRequestId,
    kLogAccount,
    kLogTenant,
    kLogIntegration,
    kLogResource,
    kLogMethod,
    kLogHttpMethod,
    kLogUrl,
    kLogStatus,
    kLogDuration,
    kLogFetch,
    kLogCount,
    kLogError,
    kLogServer,
    kLogServerName,
    kLogMcpMethod,
    kLogTool,
    kLogClientName,
    kLogClientVersion,
    kLogToken,
    kLogAddress,
    kLogTrace,
    kLogSpan,
    kLogColumns
};

inline std::string CallLog::value_of(std::size_t column, std::string_view value)
{
    if (is_among(column, {kLogType, kLogStatus, kLogDuration, kLogFetch, kLogCount}))
        return std::to_string(number_in(value, value.size()));
    if (is_among(column, {kLogEnvironment, kLogId, kLogAccount, kLogServer, kLogToken})) {
        Uuid id{};
        std::ranges::copy(value.substr(0, id.size()), id.begin());
        return to_hex(id);
    }
    if (is_among(column, {kLogTrace, kLogSpan}))
        return hex(bytes_of(value));
    return std::string(value);
}

} // namespace sluice::test
