#include "error_picks.hpp"

#include "condition.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace sluice::catalog {
namespace {

constexpr std::size_t kMostPlaces = 16;
constexpr std::size_t kMostCodes = 200;

/// An error status of HTTP (RFC 9110 sections 15.5 and 15.6).
std::optional<int> status_in(json::value const& value)
{
    auto const* number = value.if_int64();
    return number != nullptr && *number >= 400 && *number <= 599 ? std::optional(static_cast<int>(*number))
                                                                 : std::nullopt;
}

/// One place, or a list of them.
std::vector<AnswerPath> places(Mapping& mapping, std::string_view key)
{
    std::vector<AnswerPath> places;
    auto const* value = mapping.find(key);
    if (value == nullptr)
        return places;
    auto const given = value->is_array() ? value->get_array() : json::array{*value};
    for (auto const& each : given) {
        auto const* text = each.if_string();
        auto place = text != nullptr ? AnswerPath::parse(*text) : std::nullopt;
        if (place)
            places.push_back(*std::move(place));
    }
    if (places.empty() || places.size() != given.size() || places.size() > kMostPlaces)
        mapping.problem(key, fmt::format("must be a place in the answer, such as error.code or errors[0].message, or a "
                                         "list of 1 to {} of them",
                                         kMostPlaces));
    return places;
}

void read_status(Mapping& errors, documents::Source const& source, documents::Problems& problems, ErrorPicks& picks)
{
    constexpr std::string_view kRange = "must be an HTTP status from 400 to 599";
    auto const* value = errors.find("status");
    if (value == nullptr)
        return;
    if (!value->is_object()) {
        auto const status = status_in(*value);
        if (!status)
            errors.problem("status", fmt::format("{}, or a mapping of codes, path and default", kRange));
        picks.default_status = status.value_or(ErrorPicks::kRefused);
        return;
    }
    Mapping mapping(source, value, errors.at("status"), problems);
    picks.default_status = static_cast<int>(mapping.integer("default", 400, 599, ErrorPicks::kRefused));
    picks.status = places(mapping, "path");
    Mapping codes(source, mapping.find("codes"), mapping.at("codes"), problems);
    codes.take_all();
    if (codes.object() == nullptr)
        return;
    if (codes.object()->size() > kMostCodes)
        mapping.problem("codes", fmt::format("must be at most {}", kMostCodes));
    for (auto const& [code, given] : *codes.object()) {
        auto const status = status_in(given);
        if (!status)
            codes.problem(code, std::string(kRange));
        picks.status_by_code.emplace(code, status.value_or(ErrorPicks::kRefused));
    }
}

} // namespace

ErrorPicks read_error_picks(json::value const* value, documents::Source const& source, documents::Problems& problems)
{
    ErrorPicks picks;
    Mapping mapping(source, value, "errors", problems);
    picks.message = places(mapping, "message");
    picks.code = places(mapping, "code");
    picks.fields = places(mapping, "fields");
    read_status(mapping, source, problems, picks);
    return picks;
}

std::shared_ptr<Condition const> read_error_expression(Mapping& mapping, documents::Source const& source,
                                                       std::shared_ptr<Condition const> fallback,
                                                       documents::Problems& problems)
{
    auto const* value = mapping.find("error_expression");
    if (value == nullptr)
        return fallback;
    auto condition =
        value->is_null() ? std::nullopt : read_condition(*value, source, mapping.at("error_expression"), problems);
    return condition ? std::make_shared<Condition const>(*std::move(condition)) : nullptr;
}

} // namespace sluice::catalog
