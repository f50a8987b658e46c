#include "proxy/kept_outcome.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::proxy {
namespace {

std::int64_t integer_at(json::object const& object, std::string_view key)
{
    auto const* value = object.if_contains(key);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

std::string text_at(json::object const& object, std::string_view key)
{
    auto const* text = json::string_at(object, key);
    return text != nullptr ? std::string(*text) : std::string();
}

} // namespace

std::string kept_text(Outcome const& outcome, std::size_t max_bytes)
{
    bool const fits = outcome.body.size() <= max_bytes;
    json::object head{{"kind", static_cast<int>(fits ? outcome.kind : Outcome::Kind::empty)},
                      {"status", outcome.status},
                      {"remote_status", outcome.remote_status},
                      {"message", outcome.message},
                      {"failures_at", outcome.failures_at},
                      {"content_type", outcome.content_type}};
    head["note"] =
        fits ? outcome.note : fmt::format("Its answer ({} bytes) was too large to be kept.", outcome.body.size());
    return boost::json::serialize(head) + '\n' + (fits ? outcome.body : std::string());
}

Result<Outcome> kept_outcome(std::string_view text)
{
    auto const end = text.find('\n');
    auto const head = json::parse(text.substr(0, end));
    if (end == std::string_view::npos || !head || !head->is_object())
        return Error{ErrorCode::internal, "Unexpected fault.", "a kept outcome cannot be read"};
    auto const& object = head->get_object();
    Outcome outcome;
    auto const kind = integer_at(object, "kind");
    if (kind < 0 || kind > static_cast<int>(Outcome::Kind::unread))
        return Error{ErrorCode::internal, "Unexpected fault.", "a kept outcome has an unknown kind"};
    outcome.kind = static_cast<Outcome::Kind>(kind);
    // The position of a list's records is not kept, so a whole list is read back as an object.
    if (outcome.kind == Outcome::Kind::list)
        outcome.kind = Outcome::Kind::object;
    outcome.status = static_cast<int>(integer_at(object, "status"));
    outcome.remote_status = static_cast<int>(integer_at(object, "remote_status"));
    outcome.message = text_at(object, "message");
    outcome.failures_at = text_at(object, "failures_at");
    outcome.note = text_at(object, "note");
    outcome.content_type = text_at(object, "content_type");
    outcome.body = text.substr(end + 1);
    return outcome;
}

bool had_no_effect(Result<Outcome> const& outcome) noexcept
{
    if (outcome)
        // This is the vendor's status. Sluice's own is a 4xx also for a redirected write, which may have been made.
        return outcome->kind == Outcome::Kind::error && !outcome->had_effect && outcome->remote_status >= 400 &&
               outcome->remote_status < 500 && outcome->remote_status != 408;
    switch (outcome.error().code()) {
    case ErrorCode::upstream_failed:
    case ErrorCode::upstream_timeout:
    case ErrorCode::internal:
        return false;
    default:
        return true;
    }
}

} // namespace sluice::proxy
