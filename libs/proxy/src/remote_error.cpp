#include "proxy/remote_error.hpp"

#include "base/encoding.hpp"
#include "documents/source.hpp"
#include "http_api/error_body.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

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

/// Adds the messages at and below a value: lists of texts become one failure, objects and lists lead further down.
void add_failures(json::value const& value, std::string const& path, json::array& failures)
{
    constexpr std::size_t kMost = 20;
    if (failures.size() == kMost)
        return;
    auto const* texts = value.if_array();
    bool const is_messages = texts != nullptr && !texts->empty() && json::texts_in(value).size() == texts->size();
    if (value.is_string() || is_messages) {
        auto const message =
            is_messages ? fmt::format("{}", fmt::join(json::texts_in(value), " ")) : std::string(value.get_string());
        failures.push_back(json::object{{"path", utf8_prefix(path, 300)}, {"message", utf8_prefix(message, 2000)}});
    } else if (auto const* members = value.if_object()) {
        // Some vendors count the elements of a list in the names of an object.
        for (auto const& [name, member] : *members)
            add_failures(member, documents::join_path(path, name), failures);
    } else if (texts != nullptr) {
        for (std::size_t i = 0; i < texts->size(); ++i)
            add_failures((*texts)[i], documents::join_path(path, i), failures);
    }
}

/// The vendor's messages by argument, in the form of our own.
json::array failures_of(Outcome const& outcome)
{
    json::array failures;
    auto const body = outcome.failures_at.empty() || outcome.body.size() > kMaxRawJson
                          ? Result<json::value>(json::value(nullptr))
                          : json::parse(outcome.body);
    if (auto const* found = body ? json::find_path(*body, outcome.failures_at) : nullptr)
        add_failures(*found, "", failures);
    return failures;
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
    if (auto failures = failures_of(outcome); !failures.empty())
        envelope["details"] = json::object{{"failures", std::move(failures)}};
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
