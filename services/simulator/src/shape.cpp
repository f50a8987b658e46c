#include "shape.hpp"

#include "base/encoding.hpp"
#include "base/timestamp.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sluice::simulator {
namespace {

constexpr std::size_t kBodyLimit = 8 * 1024 * 1024;

using Complaint = std::optional<std::string>;

Complaint length_complaint(Field const& field, std::int64_t size)
{
    if (size > field.max)
        return fmt::format("Longer than maximum length {}.", field.max);
    if (size < field.min)
        return fmt::format("Shorter than minimum length {}.", field.min);
    return std::nullopt;
}

std::int64_t characters_of(std::string_view text)
{
    return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

Complaint text_complaint(Field const& field, std::string_view text)
{
    if (!field.words.empty() && std::ranges::find(field.words, text) == field.words.end())
        return fmt::format("Must be one of: {}.", fmt::join(field.words, ", "));
    return length_complaint(field, characters_of(text));
}

Complaint range_complaint(Field const& field, std::int64_t value)
{
    if (value < field.min)
        return fmt::format("Must be greater than or equal to {}.", field.min);
    if (value > field.max)
        return fmt::format("Must be less than or equal to {}.", field.max);
    return std::nullopt;
}

constexpr std::string_view complaint_about(Kind kind)
{
    switch (kind) {
    case Kind::text:
        return "Not a valid string.";
    case Kind::integer:
        return "Not a valid integer.";
    case Kind::number:
        return "Not a valid number.";
    case Kind::boolean:
        return "Not a valid boolean.";
    case Kind::datetime:
        return "Not a valid datetime.";
    case Kind::list:
        return "Not a valid list.";
    case Kind::any:
    case Kind::scalar:
    case Kind::object:
        break;
    }
    return "Invalid input type.";
}

bool is_datetime(json::value const& value)
{
    return value.is_string() && parse_timestamp(value.get_string()).has_value();
}

bool is_of(Kind kind, json::value const& value)
{
    switch (kind) {
    case Kind::any:
        return true;
    case Kind::text:
        return value.is_string();
    case Kind::integer:
        return value.is_int64();
    case Kind::number:
        return value.is_number();
    case Kind::boolean:
        return value.is_bool();
    case Kind::scalar:
        return value.is_string() || value.is_number() || value.is_bool();
    case Kind::datetime:
        return is_datetime(value);
    case Kind::object:
        return value.is_object();
    case Kind::list:
        return value.is_array();
    }
    return false;
}

void note(json::object& problems, std::string_view name, json::value problem)
{
    if (!problem.is_null())
        problems[name] = std::move(problem);
}

json::value said(Complaint const& complaint)
{
    return complaint ? json::value(json::array{*complaint}) : json::value();
}

json::value filled(json::object problems)
{
    return problems.empty() ? json::value() : json::value(std::move(problems));
}

json::value object_problems(Shape const& shape, json::object const& object)
{
    json::object problems;
    for (auto const& field : shape.fields) {
        auto const* member = object.if_contains(field.name);
        if (member != nullptr)
            note(problems, field.name, problems_of(field, *member));
        else if (field.is_required)
            problems[field.name] = json::array{"Missing data for required field."};
    }
    for (auto const& member : object)
        if (!shape.open &&
            std::ranges::find(shape.fields, std::string_view(member.key()), &Field::name) == shape.fields.end())
            problems[member.key()] = json::array{"Unknown field."};
    return filled(std::move(problems));
}

json::value list_problems(Field const& field, json::array const& items)
{
    if (auto complaint = length_complaint(field, static_cast<std::int64_t>(items.size())))
        return said(complaint);
    json::object problems;
    for (std::size_t i = 0; field.item != nullptr && i < items.size(); ++i)
        note(problems, std::to_string(i), problems_of(*field.item, items[i]));
    return filled(std::move(problems));
}

std::optional<std::int64_t> integer_of(std::string_view text)
{
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// A query value as the JSON it stands for, so that one set of rules serves both.
json::value typed(Kind kind, std::string const& value)
{
    if (kind == Kind::integer) {
        auto const number = integer_of(value);
        return number ? json::value(*number) : json::value(value);
    }
    if (kind == Kind::boolean && (iequals(value, "true") || iequals(value, "false")))
        return iequals(value, "true");
    return json::value(value);
}

} // namespace

json::value problems_of(Field const& field, json::value const& value)
{
    if (value.is_null())
        return field.is_nullable ? json::value() : said("Field may not be null.");
    if (!is_of(field.kind, value))
        return said(std::string(complaint_about(field.kind)));
    switch (field.kind) {
    case Kind::text:
        return said(text_complaint(field, value.get_string()));
    case Kind::integer:
        return said(range_complaint(field, value.get_int64()));
    case Kind::object:
        return field.shape != nullptr ? object_problems(*field.shape, value.get_object()) : nullptr;
    case Kind::list:
        return list_problems(field, value.get_array());
    default:
        return nullptr;
    }
}

Answer<json::value> read_body(Field const& field, http::Request const& request)
{
    json::value body = json::object{};
    if (request.body.size() > kBodyLimit)
        return too_large("The request body is too large.");
    if (!request.body.empty()) {
        auto const type = request.headers.find("content-type").value_or("");
        if (type.find("json") == std::string_view::npos)
            return Refusal{.status = 400, .msg = "Content-Type must be application/json."};
        auto parsed = json::parse(request.body, {.max_bytes = kBodyLimit});
        if (!parsed)
            return Refusal{.status = 400, .msg = "Invalid JSON body."};
        body = std::move(*parsed);
    }
    auto problems = problems_of(field, body);
    if (problems.is_null())
        return body;
    Refusal refusal;
    if (problems.is_object())
        refusal.data = std::move(problems.get_object());
    else
        refusal.data["_schema"] = std::move(problems);
    return refusal;
}

Answer<http::Query> read_query(std::span<Field const> fields, std::string_view text)
{
    auto query = http::Query::parse(text);
    if (!query)
        return Refusal{.status = 400, .msg = "The query string is malformed."};
    Refusal refusal;
    for (auto const& [name, value] : query->pairs()) {
        auto const field = std::ranges::find(fields, std::string_view(name), &Field::name);
        if (field == fields.end())
            refusal.data[name] = json::array{"Unknown field."};
        else
            note(refusal.data, name, problems_of(*field, typed(field->kind, value)));
    }
    for (auto const& field : fields)
        if (field.is_required && !query->find(field.name))
            refusal.data[field.name] = json::array{"Missing data for required field."};
    if (!refusal.data.empty())
        return refusal;
    return std::move(*query);
}

} // namespace sluice::simulator
