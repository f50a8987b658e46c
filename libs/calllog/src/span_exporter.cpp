#include "calllog/span_exporter.hpp"

#include "span_text.hpp"

#include <fmt/format.h>

namespace sluice::calllog {
namespace {

constexpr std::chrono::seconds kLimit{5};

std::string traces_url(std::string base)
{
    while (base.ends_with('/'))
        base.pop_back();
    return base + "/v1/traces";
}

} // namespace

SpanMetrics::SpanMetrics(telemetry::Registry& registry)
    : sent(registry.counter("sluice_calllog_spans_total", "Spans for the collector, by what became of them.",
                            {{"outcome", "sent"}}))
    , lost(registry.counter("sluice_calllog_spans_total", "Spans for the collector, by what became of them.",
                            {{"outcome", "lost"}}))
{
}

SpanExporter::SpanExporter(Pipe& spans, http::Client& client, std::string collector, SpanMetrics& metrics,
                           telemetry::Log& log)
    : spans_(spans)
    , client_(client)
    , url_(traces_url(std::move(collector)))
    , metrics_(metrics)
    , fails_(log, telemetry::Level::warning, "spans cannot be sent to the collector")
{
}

Task<void> SpanExporter::run()
{
    while (auto batch = co_await spans_.next()) {
        auto const sent = co_await send(traces_request(batch->rows));
        (sent ? metrics_.sent : metrics_.lost).add(batch->count);
        if (!sent)
            fails_.write(sent.error());
    }
}

Task<Result<void>> SpanExporter::send(std::string body)
{
    http::OutgoingRequest request;
    request.method = http::Method::post;
    request.url = url_;
    request.headers.add("content-type", "application/json");
    request.body = std::move(body);
    auto const answer = co_await client_.send(std::move(request), Deadline::after(kLimit));
    if (!answer)
        co_return answer.error();
    if (answer->status < 200 || answer->status >= 300)
        co_return Error{ErrorCode::upstream_failed, fmt::format("The collector answered {}.", answer->status)};
    co_return Result<void>{};
}

} // namespace sluice::calllog
