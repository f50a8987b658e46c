#include "proxy/remote_error.hpp"

#include "base/encoding.hpp"
#include "http_api/error_body.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::proxy {
namespace {

constexpr std::size_t kMaxRawJson = 256 * 1024;
constexpr std::size_t kMaxRawText = 2000;

std::string message_of(Outcome const& outcome)
{
    if (!outcome.limits.throttled)
        return outcome.message;
    auto text = outcome.message;
    if (!text.ends_with('.'))
        text += '.';
    if (outcome.limits.limit)
        text += fmt::format(
            " The limit is {} calls, {} are left{}.", *outcome.limits.limit, outcome.limits.remaining.value_or(0),
            outcome.limits.reset_s ? fmt::format(", all are back in {} s", *outcome.limits.reset_s) : std::string());
    if (outcome.limits.retry_after_s)
        text += fmt::format(" Call again in {} s.", *outcome.limits.retry_after_s);
    return text;
}

json::array failures_of(Outcome const& outcome)
{
    json::array failures;
    for (auto const& failure : outcome.failures)
        failures.push_back(json::object{{"path", failure.path}, {"message", failure.message}});
    return failures;
}

/// What a client can do about the refusal, where more is known than the message.
json::object insight_of(Outcome const& outcome)
{
    json::object value;
    if (outcome.status == 403) {
        if (!outcome.missing_scopes.empty())
            value["missing_scopes"] = json::array_of(outcome.missing_scopes);
        return {{"forbidden_error", json::object{{"description", outcome.message}, {"value", std::move(value)}}}};
    }
    if (outcome.status != 429)
        return {};
    for (auto const& [name, number] : {std::pair{"limit", outcome.limits.limit},
                                       {"remaining", outcome.limits.remaining},
                                       {"reset", outcome.limits.reset_s},
                                       {"retry_after", outcome.limits.retry_after_s}})
        if (number)
            value[name] = *number;
    return {{"rate_limit_error", json::object{{"description", outcome.message}, {"value", std::move(value)}}}};
}

} // namespace

std::string remote_error_body(Outcome const& outcome)
{
    auto envelope = http::error_body(outcome.status, message_of(outcome));
    envelope["is_remote_error"] = true;
    if (outcome.status != outcome.remote_status)
        envelope["remote_status"] = outcome.remote_status;
    if (!outcome.remote_code.empty())
        envelope["remote_code"] = outcome.remote_code;
    if (auto insight = insight_of(outcome); !insight.empty())
        envelope["error_insight"] = std::move(insight);
    if (auto failures = failures_of(outcome); !failures.empty())
        envelope["details"] = json::object{{"failures", std::move(failures)}};
    auto text = boost::json::serialize(envelope);
    if (outcome.body.empty())
        return text;
    text.pop_back();
    text += R"(,"raw_response":)";
    auto copy = outcome.body;
    if (outcome.body.size() <= kMaxRawJson && is_json(copy))
        text += copy; // Perhaps mended.
    else
        json::append_quoted(text, to_valid_utf8(std::string_view(outcome.body).substr(0, kMaxRawText)));
    return text + '}';
}

std::string unread_body(Outcome const& outcome)
{
    json::object body;
    body["status"] = outcome.remote_status;
    body["message"] = outcome.message;
    body["raw_response"] = to_valid_utf8(std::string_view(outcome.body).substr(0, kMaxRawText));
    return boost::json::serialize(body);
}

} // namespace sluice::proxy
