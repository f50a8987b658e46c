#include "kept_answer.hpp"

#include "base/encoding.hpp"
#include "http_api/error_body.hpp"

#include <fmt/format.h>

#include <charconv>

namespace sluice::safeguards {
namespace {

/// Whether a header says something of the moment in which the answer was made.
bool is_of_its_time(std::string_view name)
{
    auto const lower = to_lower(name);
    return lower.contains("ratelimit-") || lower.ends_with("retry-after") || lower == "date" || lower == "age";
}

Error unreadable()
{
    return {ErrorCode::internal, "Unexpected fault.", "a kept answer cannot be read"};
}

/// Takes a line off the text. Nothing if there is none.
std::optional<std::string_view> take_line(std::string_view& text)
{
    auto const end = text.find('\n');
    if (end == std::string_view::npos)
        return std::nullopt;
    auto const line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

} // namespace

// The text is the status, a line for each header, an empty line, and the body. No header contains a line feed.

std::string kept_text(http::Response const& answer)
{
    auto text = fmt::format("{}\n", answer.status);
    for (auto const& [name, value] : answer.headers)
        if (!is_of_its_time(name))
            text += fmt::format("{}:{}\n", name, value);
    text += '\n';
    text += answer.body;
    return text;
}

Result<http::Response> kept_answer(std::string_view text)
{
    http::Response answer;
    auto const status = take_line(text);
    if (!status || std::from_chars(status->data(), status->data() + status->size(), answer.status).ec != std::errc())
        return unreadable();
    for (;;) {
        auto const line = take_line(text);
        if (!line)
            return unreadable();
        if (line->empty())
            break;
        auto const colon = line->find(':');
        if (colon == std::string_view::npos)
            return unreadable();
        answer.headers.add(line->substr(0, colon), line->substr(colon + 1));
    }
    answer.body = text;
    return answer;
}

http::Response answer_left_out(int status, std::string_view why)
{
    auto const message =
        fmt::format("The call was made and answered with {}, but {}. Do not repeat the call: look at what "
                    "is there now.",
                    status, why);
    if (status < 200 || status >= 300)
        return http::json_response(status, json::value(http::error_body(status, message)));
    // As for an answer of the vendor that cannot be read (api-spec, `UnreadAnswer`).
    return http::json_response(
        status, json::value(json::object{{"status", status}, {"message", message}, {"raw_response", ""}}));
}

} // namespace sluice::safeguards
