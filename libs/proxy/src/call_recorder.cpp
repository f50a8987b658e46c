#include "proxy/call_recorder.hpp"

#include "accounts/redact.hpp"
#include "base/status.hpp"
#include "calllog/masking.hpp"
#include "http_api/query.hpp"

#include <utility>

namespace sluice::proxy {
namespace {

/// The largest body that was not read here whose values are taken out of an error text.
constexpr std::size_t kMostRaw = 64UL * 1024;

json::array values_of(std::vector<std::pair<std::string, std::string>> const& pairs)
{
    json::array values;
    for (auto const& [name, value] : pairs)
        values.emplace_back(value);
    return values;
}

/// Of a body that is passed on unchanged: JSON, or a form.
json::value values_of(std::string_view raw)
{
    if (raw.empty() || raw.size() > kMostRaw)
        return nullptr;
    if (auto parsed = json::parse(raw))
        return *std::move(parsed);
    auto const form = raw.find('=') != std::string_view::npos ? http::Query::parse(raw) : std::nullopt;
    return form ? json::value(values_of(form->pairs())) : json::value(raw);
}

/// A vendor often repeats what it was sent.
std::string without_sent(std::string text, MadeCall const& call)
{
    text = calllog::without_values(std::move(text), values_of(call.parts.path));
    if (auto const query = http::Query::parse(call.attempt.query))
        text = calllog::without_values(std::move(text), values_of(query->pairs()));
    if (call.parts.body)
        text = calllog::without_values(std::move(text), *call.parts.body);
    return calllog::without_values(std::move(text), values_of(call.raw_body));
}

/// The names of what is secret in the context of an account.
std::vector<std::string> secret_names(accounts::CallableAccount const& account)
{
    std::vector<std::string> names;
    for (auto const& field : account.installed->integration->fields)
        if (field.secret)
            names.push_back(field.name);
    return names;
}

std::string error_of(MadeCall const& call, Result<Outcome> const& outcome)
{
    if (outcome && outcome->kind != Outcome::Kind::error)
        return {};
    auto text = outcome ? outcome->message : outcome.error().public_detail();
    text = accounts::without_secrets(std::move(text), call.account);
    return calllog::masked(without_sent(std::move(text), call));
}

/// As the vendor names its answer, for its support.
std::string request_id_of(Result<Outcome> const& outcome)
{
    constexpr std::size_t kLongest = 100;
    if (outcome)
        for (auto const* name : {"x-request-id", "request-id", "x-correlation-id", "cf-ray"})
            if (auto const id = outcome->vendor_headers.find(name); id && id->size() <= kLongest)
                return calllog::masked_name(*id);
    return {};
}

std::string_view response_body(Result<Outcome> const& outcome)
{
    if (!outcome || outcome->kind == Outcome::Kind::binary)
        return {};
    return outcome->body;
}

} // namespace

calllog::Fault fault_of(Outcome const& outcome)
{
    if (outcome.kind != Outcome::Kind::error)
        return calllog::Fault::none;
    constexpr int kServerError = 500;
    constexpr int kTooMany = 429;
    constexpr int kUnauthorized = 401;
    if (outcome.remote_status >= kServerError || outcome.remote_status == kTooMany)
        return calllog::Fault::vendor;
    return outcome.remote_status == kUnauthorized ? calllog::Fault::account : calllog::Fault::caller;
}

std::string clean_body(std::string_view text, accounts::CallableAccount const& account)
{
    auto const names = secret_names(account);
    return calllog::redacted_body(
        accounts::without_secrets(std::string(text.substr(0, calllog::BodyWriter::kMostBytes)), account), names);
}

void Attempt::note(http::OutgoingRequest& request, accounts::CallableAccount const& account,
                   calllog::Origin const* origin)
{
    if (origin == nullptr)
        return;
    url = calllog::masked_url(request.url);
    query = std::string_view(request.url).substr(std::min(request.url.find('?'), request.url.size() - 1) + 1);
    if (account.log_bodies_for.count() > 0)
        request_body = request.body.substr(0, calllog::BodyWriter::kMostBytes);
    if (origin->span.empty())
        return;
    // Only requests to MCP servers are spans themselves.
    span = origin->server.empty() ? origin->span.sibling() : origin->span.child();
    if (span.is_sampled && !request.headers.contains("traceparent"))
        request.headers.add("traceparent", span.traceparent());
}

void CallRecorder::record(MadeCall call, Result<Outcome> const& outcome)
{
    auto const& account = call.account.account;
    auto const error = error_of(call, outcome);
    auto const elapsed = std::chrono::steady_clock::now() - call.attempt.started;
    auto const vendor_request_id = error.empty() ? std::string() : request_id_of(outcome);
    auto const entry = recorder_.record({
        .type = calllog::LogType::vendor,
        .environment = account.environment,
        .origin = call.origin,
        .account = account.id,
        .tenant_id = account.tenant_id,
        .integration = account.integration_name,
        .resource = call.method.resource,
        .method = call.method.name,
        .http_method = call.method.verb,
        .url = call.attempt.url,
        .status = outcome ? outcome->status : http_status_of(outcome.error().code()),
        .duration = std::chrono::duration_cast<std::chrono::microseconds>(elapsed),
        .fetch_time = outcome ? outcome->vendor_time : std::chrono::microseconds{},
        .result_count = outcome && outcome->kind == Outcome::Kind::list ? static_cast<std::int64_t>(outcome->page.count)
                                                                        : std::int64_t{-1},
        .error = error,
        .span = call.attempt.span,
        .fault = outcome ? fault_of(*outcome) : calllog::fault_of(outcome.error()),
        .vendor_status = outcome ? outcome->remote_status : 0,
        .vendor_request_id = vendor_request_id,
    });
    if (call.account.log_bodies_for.count() > 0)
        keep_bodies(call, outcome, entry);
}

void CallRecorder::keep_bodies(MadeCall const& call, Result<Outcome> const& outcome, LogEntryId entry)
{
    auto const& account = call.account;
    auto const clean = [&account](std::string_view text) { return clean_body(text, account); };
    bodies_.add({account.account.environment, entry, clean(call.attempt.request_body), clean(response_body(outcome)),
                 account.log_bodies_for});
}

} // namespace sluice::proxy
