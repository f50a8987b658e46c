#include "proxy/remote_error.hpp"

#include "base/encoding.hpp"
#include "http_api/error_body.hpp"

#include <fmt/format.h>

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

} // namespace

std::string remote_error_body(Outcome const& outcome)
{
    auto envelope = http::error_body(outcome.status, message_of(outcome));
    envelope["is_remote_error"] = true;
    if (outcome.status != outcome.remote_status)
        envelope["remote_status"] = outcome.remote_status;
    if (outcome.status == 403)
        envelope["error_insight"] = json::object{
            {"forbidden_error", json::object{{"description", outcome.message}, {"value", json::object{}}}}};
    auto text = boost::json::serialize(envelope);
    if (outcome.body.empty())
        return text;
    text.pop_back();
    text += R"(,"raw_response":)";
    auto copy = outcome.body;
    if (outcome.body.size() <= kMaxRawJson && is_json(copy))
        text += outcome.body;
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
