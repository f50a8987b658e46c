#pragma once

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/timestamp.hpp"
#include "calllog/origin.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::calllog {

/// What a log entry is about.
enum class LogType : std::int16_t {
    vendor = 1, ///< A vendor call; `unified_proxy_api` at the API.
    mcp = 2,    ///< A JSON-RPC request to an MCP server.
};

[[nodiscard]] std::string_view name_of(LogType type) noexcept;
/// `unified_proxy_api` and `mcp`. Nothing for another text.
[[nodiscard]] std::optional<LogType> log_type_of(std::string_view name);

/// Who must act so that a failed call succeeds.
enum class Fault : std::uint8_t {
    none,    ///< It succeeded.
    caller,  ///< The request is wrong, or too early.
    account, ///< The account's credentials are dead: the customer connects it again.
    vendor,  ///< The vendor fails, throttles or does not answer.
    sluice,  ///< A part of Sluice is down.
};

[[nodiscard]] std::string_view name_of(Fault fault) noexcept;
/// Whose fault an error of ours is.
[[nodiscard]] Fault fault_of(Error const& error) noexcept;

/// A call that has ended, as it is handed to `Recorder`. The views live until `record` returns. No member holds a
/// secret: `url` and `error` are masked (`masked_url`, `masked`).
struct Ended {
    LogType type = LogType::vendor;
    EnvironmentId environment = {};
    Origin const& origin;
    IntegratedAccountId account = {}; ///< Empty if no account was chosen.
    std::string_view tenant_id = {};
    std::string_view integration = {};
    std::string_view resource = {};
    std::string_view method = {};
    std::string_view http_method = {};
    std::string_view url = {};
    std::string_view mcp_method = {};
    int status = 200;                       ///< The HTTP status of the vendor's answer, or of ours.
    std::chrono::microseconds duration{};   ///< From its begin to its end.
    std::chrono::microseconds fetch_time{}; ///< The part of it that the vendor took.
    std::int64_t result_count = -1;         ///< Records of a list; -1: no list.
    std::string_view error = {};            ///< Empty if the call succeeded.
    telemetry::TraceContext span = {};
    // For the log line of a call that failed.
    Fault fault = Fault::none;
    int vendor_status = 0;                   ///< Zero if the vendor did not answer.
    std::string_view vendor_request_id = {}; ///< As the vendor names its answer; mostly empty.
};

/// An entry of the log as it is read. Absent members were empty.
struct LogEntry {
    LogEntryId id;
    LogType type = LogType::vendor;
    EnvironmentId environment;
    Timestamp created_at; ///< When the call ended, in milliseconds.
    std::optional<std::string> request_type;
    std::string request_id;
    std::optional<IntegratedAccountId> account;
    std::optional<std::string> tenant_id;
    std::optional<std::string> integration;
    std::optional<std::string> resource;
    std::optional<std::string> method;
    std::optional<std::string> http_method;
    std::optional<std::string> url;
    int status = 200;
    std::chrono::microseconds duration{};
    std::chrono::microseconds fetch_time{};
    std::optional<std::int64_t> result_count;
    std::optional<std::string> error;
    std::optional<McpServerId> server;
    std::optional<std::string> server_name;
    std::optional<std::string> mcp_method;
    std::optional<std::string> tool;
    std::optional<std::string> client_name;
    std::optional<std::string> client_version;
    std::optional<ApiTokenId> token;
    std::optional<std::string> client_address;
    std::optional<std::string> trace_id; ///< 32 hex digits, as in `traceparent`.
    std::optional<std::string> span_id;  ///< 16 hex digits.
};

} // namespace sluice::calllog
