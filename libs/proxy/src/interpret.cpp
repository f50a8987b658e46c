#include "proxy/interpret.hpp"

#include "base/charset.hpp"
#include "base/encoding.hpp"
#include "http_api/media_type.hpp"
#include "http_api/url.hpp"
#include "proxy/parts.hpp"
#include "ratelimit/structured_fields.hpp"
#include "vendor_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace sluice::proxy {
namespace {

/// A decoded text may be three times as long. A text that may become longer than this is passed on undecoded.
constexpr std::size_t kMostDecoded = 16 << 20;

ratelimit::Reading read_limits(catalog::Integration const& integration, http::IncomingResponse const& response,
                               Timestamp now)
{
    std::array<ratelimit::Field, 64> fields;
    auto const count = std::min(response.headers.size(), fields.size());
    for (std::size_t i = 0; i < count; ++i)
        fields[i] = {response.headers[i].name, response.headers[i].value};
    ratelimit::Answer const answer{response.status, std::span(fields).first(count), response.body};
    return ratelimit::normalise(integration.rate_limit.get(), answer, now);
}

/// Text in another charset becomes UTF-8, since clients do not read the charset of an answer.
void decode_charset(Outcome& outcome)
{
    if (outcome.content_type.find('=') == std::string::npos)
        return;
    auto const media = http::parse_media_type(outcome.content_type);
    bool const is_text = media.is_json() || media.type == "text" || media.subtype == "xml" ||
                         media.subtype.ends_with("+xml") || media.subtype == "csv";
    if (!is_text || media.charset.empty() || media.charset == "utf-8" || media.charset == "utf8" ||
        media.charset == "us-ascii")
        return;
    auto text = from_charset(outcome.body, media.charset, std::max(outcome.body.size(), kMostDecoded));
    if (!text)
        return;
    outcome.body = *std::move(text);
    outcome.content_type = media.essence() + "; charset=utf-8";
}

/// An answer without a content type is mostly JSON. Some vendors send JSON as plain text.
bool is_json_answer(Outcome& outcome)
{
    auto const media = http::parse_media_type(outcome.content_type);
    if (media.is_plain_text()) {
        auto const first = outcome.body.find_first_not_of(" \t\r\n");
        return first != std::string::npos && (outcome.body[first] == '{' || outcome.body[first] == '[') &&
               is_json(outcome.body);
    }
    return outcome.content_type.empty() || media.is_json();
}

/// The message of a refusal that does not explain itself: the status in words, and what else is known.
std::string with_status(Outcome const& outcome)
{
    constexpr std::size_t kMaxMessage = 500;
    auto const reason = http::reason_of(outcome.remote_status);
    auto const status = fmt::format("{} {}", outcome.remote_status, reason);
    if (!outcome.message.empty() && !iequals(outcome.message, reason) && !iequals(outcome.message, status))
        return std::string(
            utf8_prefix(fmt::format("The vendor answered {}: {}", status, outcome.message), kMaxMessage));
    bool const is_success = outcome.remote_status >= 200 && outcome.remote_status < 300;
    return fmt::format("The vendor answered {}{}{}.", status, is_success ? " with an error" : "",
                       outcome.remote_code.empty() ? "" : fmt::format(" ({})", outcome.remote_code));
}

/// Reads what the vendor says, and gives the HTTP status in the body, if there is one.
std::optional<int> read_refusal_of(catalog::ErrorPicks const& picks, Outcome& outcome)
{
    auto error = read_vendor_error(picks, outcome.remote_status, outcome.body);
    outcome.message = std::move(error.message);
    outcome.remote_code = std::move(error.code);
    outcome.failures = std::move(error.failures);
    outcome.missing_scopes.clear();
    if (outcome.remote_status == 401 || outcome.remote_status == 403) {
        auto challenge = read_challenge(outcome.vendor_headers);
        if (outcome.message.empty())
            outcome.message = std::move(challenge.description);
        if (challenge.error == "insufficient_scope") // RFC 6750 section 3.1
            outcome.missing_scopes = std::move(challenge.scopes);
        if (outcome.remote_code.empty())
            outcome.remote_code = std::move(challenge.error);
    }
    if (outcome.message.empty() || error.is_page)
        outcome.message = with_status(outcome);
    return error.status;
}

/// Makes the outcome a list without records, whatever the vendor wrote for it.
void give_no_records(Outcome& outcome)
{
    outcome.kind = Outcome::Kind::list;
    outcome.status = 200; // It has a body now.
    outcome.body = "[]";
    outcome.page.items = outcome.body;
    outcome.page.count = 0;
}

std::string what_is_wrong(PageText const& page, std::string_view items)
{
    if (page.found == PageText::Found::no_json)
        return "it says it is JSON, but it is not valid";
    auto const place = items.empty() ? std::string("it") : fmt::format("its member {}", items);
    return place + (page.found == PageText::Found::null     ? " is null"
                    : page.found == PageText::Found::absent ? " is not there"
                                                            : " is no list");
}

/// Handles an answer that cannot be read. For a read it is an error. A write was made all the same; as an error it
/// would be repeated.
void refuse_answer(catalog::Method const& method, std::string message, Outcome& outcome)
{
    if (method.access == catalog::Access::write) {
        outcome.kind = Outcome::Kind::unread;
        outcome.message = fmt::format("The vendor made the change ({}), but its answer could not be read. {} Do not "
                                      "repeat the call; look at what is there now.",
                                      outcome.remote_status, message);
        return;
    }
    outcome.kind = Outcome::Kind::error;
    outcome.status = 502;
    outcome.message = std::move(message);
}

/// Handles a refusal. One that came as a success has no status of its own.
void interpret_error(catalog::ErrorPicks const& picks, Outcome& outcome)
{
    outcome.kind = Outcome::Kind::error;
    outcome.is_refusal = true;
    auto const in_body = read_refusal_of(picks, outcome);
    if (outcome.status < 200 || outcome.status >= 300)
        return;
    auto const by_code = picks.status_by_code.find(outcome.remote_code);
    outcome.status = by_code != picks.status_by_code.end() ? by_code->second : in_body.value_or(picks.default_status);
    outcome.limits.throttled = outcome.status == 429;
}

void interpret_success(catalog::Integration const& integration, catalog::Method const& method, Outcome& outcome)
{
    bool const is_list = method.is_list();
    auto const& paging = method.pagination;
    if (outcome.body.find_first_not_of(" \t\r\n") == std::string::npos) {
        outcome.kind = Outcome::Kind::empty;
        outcome.body.clear();
        if (is_list && paging.absent_is_empty)
            give_no_records(outcome);
        else if (is_list)
            refuse_answer(method,
                          fmt::format("The vendor's answer is not the list that the definition describes: {} is "
                                      "empty.",
                                      paging.items.empty() ? "it" : "what should have the member " + paging.items),
                          outcome);
        return;
    }
    if (!is_json_answer(outcome)) {
        outcome.kind = Outcome::Kind::binary;
        return;
    }
    if (method.error_when && meets(outcome.body, *method.error_when))
        return interpret_error(integration.errors, outcome);
    if (method.large_integers_are_text && is_json(outcome.body))
        quote_large_integers(outcome.body);
    if (!is_list) {
        if (!is_json(outcome.body))
            refuse_answer(method, "The vendor's answer says it is JSON, but it is not valid.", outcome);
        return;
    }
    outcome.page = split_page(outcome.body, paging.items, paging.paths);
    if (outcome.page.has_strange_next)
        outcome.note = kStrangeNextNote;
    auto const found = outcome.page.found;
    if (found == PageText::Found::list)
        outcome.kind = Outcome::Kind::list;
    else if ((found == PageText::Found::null && paging.null_is_empty) ||
             (found == PageText::Found::absent && paging.absent_is_empty))
        give_no_records(outcome);
    else
        refuse_answer(method,
                      fmt::format("The vendor's answer is not the list that the definition describes: {}.",
                                  what_is_wrong(outcome.page, paging.items)),
                      outcome);
}

/// The target of a redirect as people and models may see it. Empty if it is none that a call could go to: another
/// scheme or a password would only mislead them.
std::string shown_target(std::string_view location)
{
    http::Url const anywhere{.is_tls = true, .host = "vendor.example", .port = 443, .target = "/"};
    if (location.empty() || !http::resolve_url(anywhere, location))
        return {};
    return to_valid_utf8(utf8_prefix(location, 500));
}

void interpret_redirect(catalog::Method const& method, std::string_view location, Outcome& outcome)
{
    auto const shown = shown_target(location);
    if (outcome.remote_status == 303 && method.access == catalog::Access::write) {
        outcome.kind =
            Outcome::Kind::unread; // RFC 9110 section 15.4.4: the write was made; its result is at another address.
        outcome.status = 200;
        outcome.message = fmt::format("The vendor has probably made the change: it answered 303 and has its answer at "
                                      "{}. Do not repeat the call; look at what is there now.",
                                      shown.empty() ? "another place, which it does not name" : shown);
        return;
    }
    outcome.kind = Outcome::Kind::error;
    if (!is_redirect(outcome.remote_status)) {
        outcome.status = 502;
        outcome.message =
            fmt::format("The vendor answered {} {}.", outcome.remote_status, http::reason_of(outcome.remote_status));
        return;
    }
    outcome.status = 409;
    if (location.empty())
        outcome.message = "The item has moved, and the vendor does not say where.";
    else if (shown.empty())
        outcome.message = "The item has moved to an address that cannot be called.";
    else
        outcome.message =
            fmt::format("The item has moved or was merged: the vendor now has it at {}. Repeat the call with "
                        "the id in that path.",
                        shown);
}

/// Adds a header. The vendor's own of that name gets another name: of a list field, both together would be one value.
void put_in_place(std::string const& name, std::string const& value, http::Headers& headers)
{
    if (value.empty())
        return;
    std::vector<std::string> others;
    for (auto const& field : headers)
        if (iequals(field.name, name))
            others.emplace_back(field.value);
    headers.remove(name);
    for (auto const& other : others)
        headers.add("x-upstream-" + name, other);
    headers.add(name, value);
}

} // namespace

Outcome::Outcome(Outcome&& other) noexcept
{
    *this = std::move(other);
}

Outcome& Outcome::operator=(Outcome&& other) noexcept
{
    auto const offset = other.page.items.data() - other.body.data();
    auto const size = other.page.items.size();
    kind = other.kind;
    status = other.status;
    remote_status = other.remote_status;
    message = std::move(other.message);
    is_refusal = other.is_refusal;
    remote_code = std::move(other.remote_code);
    failures = std::move(other.failures);
    missing_scopes = std::move(other.missing_scopes);
    note = std::move(other.note);
    had_effect = other.had_effect;
    content_type = std::move(other.content_type);
    body = std::move(other.body);
    page = std::move(other.page);
    turn = std::move(other.turn);
    if (size != 0)
        page.items = std::string_view(body).substr(static_cast<std::size_t>(offset), size);
    next_cursor = std::move(other.next_cursor);
    vendor_headers = std::move(other.vendor_headers);
    limits = other.limits;
    windows = std::move(other.windows);
    unread_limit = std::move(other.unread_limit);
    vendor_time = other.vendor_time;
    calls = other.calls;
    held = std::move(other.held);
    source = std::move(other.source);
    return *this;
}

bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Outcome interpret(catalog::Integration const& integration, catalog::Method const& method,
                  http::IncomingResponse response, Timestamp now)
{
    Outcome outcome;
    auto reading = read_limits(integration, response, now);
    outcome.limits = reading.limits;
    outcome.windows = std::move(reading.windows);
    outcome.unread_limit = std::move(reading.unread);
    outcome.status = outcome.remote_status = response.status;
    outcome.content_type = response.headers.find("content-type").value_or("");
    outcome.vendor_time = response.elapsed;
    outcome.body = std::move(response.body);
    outcome.held = std::move(response.held);
    outcome.source = std::move(response.source);
    outcome.vendor_headers = std::move(response.headers);
    decode_charset(outcome);
    if (outcome.limits.throttled)
        outcome.status = 429;
    if (outcome.source)
        outcome.kind = Outcome::Kind::binary;
    else if (response.unread)
        refuse_answer(method, response.unread->public_detail(), outcome);
    else if (outcome.status >= 200 && outcome.status < 300)
        interpret_success(integration, method, outcome);
    else if (outcome.status >= 300 && outcome.status < 400)
        interpret_redirect(method, outcome.vendor_headers.find("location").value_or(""), outcome);
    else if (method.paginated && method.pagination.style->is_end(outcome.status))
        give_no_records(outcome);
    else
        interpret_error(integration.errors, outcome);
    if (outcome.status < 200)
        outcome.status = 502;
    return outcome;
}

void read_refusal(catalog::ErrorPicks const& picks, Outcome& outcome)
{
    read_refusal_of(picks, outcome);
}

void add_limit_headers(ratelimit::Limits const& limits, http::Headers& headers,
                       std::span<ratelimit::Window const> windows)
{
    if (limits.limit)
        headers.add("ratelimit-limit", std::to_string(*limits.limit));
    if (limits.remaining)
        headers.add("ratelimit-remaining", std::to_string(*limits.remaining));
    if (limits.reset_s)
        headers.add("ratelimit-reset", std::to_string(*limits.reset_s));
    if (limits.retry_after_s)
        headers.add("retry-after", std::to_string(*limits.retry_after_s));
    if (limits.limit_derived || limits.reset_derived)
        headers.add("x-ratelimit-derived",
                    limits.limit_derived ? (limits.reset_derived ? "limit, reset" : "limit") : "reset");
    if (windows.empty())
        return;
    auto const fields = ratelimit::structured_fields(windows);
    put_in_place("ratelimit", fields.limit, headers);
    put_in_place("ratelimit-policy", fields.policy, headers);
}

} // namespace sluice::proxy
