#include "calllog/recorder.hpp"

#include "base/random.hpp"
#include "copy_row.hpp"
#include "span_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::calllog {
namespace {

// The most bytes of each text.
constexpr std::size_t kName = 200;
constexpr std::size_t kUrl = 500;
constexpr std::size_t kError = 500;

/// As `uuid_v7`, with random bytes that need not be secret.
Uuid new_id(Timestamp now)
{
    constexpr std::uint8_t kVersion = 0x70;
    constexpr std::uint8_t kVariant = 0x80;
    Uuid id;
    public_random_bytes(id);
    auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    for (std::size_t i = 6; i-- > 0; milliseconds >>= 8)
        id[i] = static_cast<std::uint8_t>(milliseconds & 0xff);
    id[6] = static_cast<std::uint8_t>((id[6] & 0x0f) | kVersion);
    id[8] = static_cast<std::uint8_t>((id[8] & 0x3f) | kVariant);
    return id;
}

Day day_of(Timestamp time)
{
    return static_cast<Day>(std::chrono::floor<std::chrono::days>(time).time_since_epoch().count());
}

/// How many values a row has.
constexpr std::int16_t kValues = 27;

/// In the order and with the types of `kColumns` (store).
void write(CopyRow& row, Ended const& call, LogEntryId id)
{
    auto const& origin = call.origin;
    row.begin(kValues);
    row.uuid(call.environment.uuid());
    row.uuid(id.uuid());
    row.smallint(static_cast<std::int16_t>(call.type));
    row.text(call.type == LogType::vendor ? name_of(origin.type) : std::string_view{}, kName);
    row.text(origin.request_id, kName);
    row.uuid(call.account.uuid());
    row.text(call.tenant_id, kName);
    row.text(call.integration, kName);
    row.text(call.resource, kName);
    row.text(call.method, kName);
    row.text(call.http_method, kName);
    row.text(call.url, kUrl);
    row.smallint(static_cast<std::int16_t>(call.status));
    row.bigint(call.duration.count());
    row.bigint(call.fetch_time.count());
    if (call.result_count < 0)
        row.null();
    else
        row.bigint(call.result_count);
    row.text(call.error, kError);
    row.uuid(origin.server.uuid());
    row.text(origin.server_name, kName);
    row.text(call.mcp_method, kName);
    row.text(origin.tool, kName);
    row.text(origin.client_name, kName);
    row.text(origin.client_version, kName);
    row.uuid(origin.token.uuid());
    row.text(origin.client_address, kName);
    row.bytes(call.span.trace_id);
    row.bytes(call.span.span_id);
}

std::string text_of(auto const& id)
{
    return id.empty() ? std::string() : id.str();
}

double milliseconds(std::chrono::microseconds time)
{
    return static_cast<double>(time.count()) / 1000;
}

/// All that says why a call failed, in one line.
void write_line(telemetry::Log& log, Ended const& call, LogEntryId id)
{
    auto const& origin = call.origin;
    auto const method =
        call.resource.empty() ? std::string(call.method) : fmt::format("{}.{}", call.resource, call.method);
    log.write(telemetry::Level::warning, call.type == LogType::vendor ? "vendor call failed" : "MCP request failed",
              {{"request_id", origin.request_id},
               {"error", call.error},
               {"fault", name_of(call.fault)},
               {"status", static_cast<std::int64_t>(call.status)},
               {"vendor_status", static_cast<std::int64_t>(call.vendor_status)},
               {"vendor_request_id", call.vendor_request_id},
               {"log_id", id.str()},
               {"environment_id", text_of(call.environment)},
               {"tenant_id", call.tenant_id},
               {"integrated_account_id", text_of(call.account)},
               {"integration", call.integration},
               {"method", method},
               {"mcp_server_id", text_of(origin.server)},
               {"mcp_method", call.mcp_method},
               {"tool", origin.tool},
               {"duration_ms", milliseconds(call.duration)},
               {"vendor_ms", milliseconds(call.fetch_time)}});
}

} // namespace

struct Recorder::Scratch {
    CopyRow row;
    std::string span;
};

Recorder::Recorder(Inlet* rows, Inlet* spans, Clock const& clock, telemetry::Log& log)
    : rows_(rows)
    , spans_(spans)
    , clock_(clock)
    , log_(log)
    , scratch_(std::make_unique<Scratch>())
{
}

Recorder::~Recorder() = default;

LogEntryId Recorder::record(Ended const& call)
{
    auto const now = clock_.now();
    LogEntryId const id{new_id(now)};
    auto const day = day_of(now);
    if (rows_ != nullptr) {
        write(scratch_->row, call, id);
        rows_->push(scratch_->row.end(), day);
    }
    if (spans_ != nullptr && call.span.is_sampled) {
        write_span(scratch_->span, call, now);
        spans_->push(scratch_->span, day);
    }
    if (!call.error.empty())
        write_line(log_, call, id);
    return id;
}

} // namespace sluice::calllog
