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

std::vector<FieldFailure> failures_at(json::object const& object, std::string_view key)
{
    std::vector<FieldFailure> failures;
    if (auto const* list = json::array_at(object, key))
        for (auto const& each : *list)
            if (auto const texts = json::texts_in(each); texts.size() == 2)
                failures.push_back({texts[0], texts[1]});
    return failures;
}

} // namespace

std::string kept_text(Outcome const& outcome, std::size_t max_bytes)
{
    bool const fits = outcome.body.size() <= max_bytes;
    json::object head{{"kind", static_cast<int>(fits ? outcome.kind : Outcome::Kind::empty)},
                      {"status", outcome.status},
                      {"remote_status", outcome.remote_status},
                      {"message", outcome.message},
                      {"remote_code", outcome.remote_code},
                      {"missing_scopes", json::array_of(outcome.missing_scopes)},
                      {"content_type", outcome.content_type}};
    json::array failures;
    for (auto const& failure : outcome.failures)
        failures.push_back(json::array{failure.path, failure.message});
    head["failures"] = std::move(failures);
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
    outcome.remote_code = text_at(object, "remote_code");
    outcome.failures = failures_at(object, "failures");
    if (auto const* scopes = object.if_contains("missing_scopes"))
        outcome.missing_scopes = json::texts_in(*scopes);
    outcome.note = text_at(object, "note");
    outcome.content_type = text_at(object, "content_type");
    outcome.body = text.substr(end + 1);
    return outcome;
}

bool had_no_effect(Result<Outcome> const& outcome) noexcept
{
    if (outcome) {
        // This is the vendor's status. Sluice's own is a 4xx also for a redirected write, which may have been made. A
        // refusal that came as a success has only the status that the definition gives it.
        bool const is_success = outcome->remote_status >= 200 && outcome->remote_status < 300;
        auto const status = is_success ? outcome->status : outcome->remote_status;
        return outcome->kind == Outcome::Kind::error && !outcome->had_effect && status >= 400 && status < 500 &&
               status != 408;
    }
    return had_no_effect(outcome.error());
}

bool had_no_effect(Error const& error) noexcept
{
    switch (error.code()) {
    case ErrorCode::upstream_failed:
    case ErrorCode::upstream_timeout:
    case ErrorCode::internal:
        return false;
    default:
        return true;
    }
}

} // namespace sluice::proxy
