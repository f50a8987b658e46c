#include "http_api/fields.hpp"

#include "base/encoding.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace sluice::http {
namespace {

/// The most unknown members that an error names, since a caller can send very many.
constexpr std::size_t kMaxUnknown = 20;

std::string joined(std::string_view path, std::string_view name)
{
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

bool has_control_characters(std::string_view text)
{
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

} // namespace

Result<json::object> read_object(Request const& request, json::Limits const& limits)
{
    auto const type = to_lower(request.headers.find("content-type").value_or("application/json"));
    if (!type.starts_with("application/json"))
        return Error{ErrorCode::unsupported_media, "Content-Type must be application/json."};
    auto parsed = json::parse_input(request.body, limits);
    if (!parsed)
        return parsed.error();
    if (!parsed->is_object())
        return Error{ErrorCode::invalid_argument, "The body must be a JSON object."};
    return std::move(parsed->get_object());
}

Fields::Fields(json::object const& object, std::string path)
    : object_(object)
    , path_(std::move(path))
{
}

bool Fields::is_null(std::string_view name) const
{
    auto const* value = object_.if_contains(name);
    return value != nullptr && value->is_null();
}

void Fields::refuse_null(std::initializer_list<std::string_view> names)
{
    for (auto const name : names)
        if (is_null(name))
            fail(name, "must not be null; leave it out to keep it as it is");
}

json::value const* Fields::ask(std::string_view name, bool required)
{
    asked_.push_back(name);
    auto const* value = object_.if_contains(name);
    if (value == nullptr || value->is_null()) {
        if (required)
            fail(name, "is required");
        return nullptr;
    }
    return value;
}

std::optional<std::string> Fields::text(std::string_view name, bool required, std::size_t max)
{
    auto const* value = ask(name, required);
    if (value == nullptr)
        return std::nullopt;
    auto const* text = value->if_string();
    if (text == nullptr)
        return fail(name, "must be a string"), std::nullopt;
    auto const characters =
        std::ranges::count_if(*text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
    if (text->empty() || static_cast<std::size_t>(characters) > max)
        return fail(name, fmt::format("must have 1 to {} characters", max)), std::nullopt;
    if (has_control_characters(*text))
        return fail(name, "must not contain control characters"), std::nullopt;
    return std::string(*text);
}

std::optional<std::string> Fields::document(std::string_view name, bool required, std::size_t max_bytes)
{
    auto const* value = ask(name, required);
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_string() && !value->is_object())
        return fail(name, "must be a string or an object"), std::nullopt;
    auto text = value->is_object() ? boost::json::serialize(*value) : std::string(value->get_string());
    if (text.empty() || text.size() > max_bytes || text.find('\0') != std::string::npos)
        return fail(name, fmt::format("must have 1 to {} bytes, none of them zero", max_bytes)), std::nullopt;
    return text;
}

std::optional<bool> Fields::flag(std::string_view name)
{
    auto const* value = ask(name, false);
    if (value == nullptr)
        return std::nullopt;
    if (value->is_bool())
        return value->get_bool();
    return fail(name, "must be true or false"), std::nullopt;
}

std::optional<std::int64_t> Fields::integer(std::string_view name, std::int64_t least, std::int64_t most)
{
    auto const* value = ask(name, false);
    if (value == nullptr)
        return std::nullopt;
    // 7.0 is an integer too. A number that a double cannot hold exactly is out of every range.
    constexpr double kExact = 9007199254740992.0;
    bool const is_whole = value->is_double() && std::trunc(value->get_double()) == value->get_double() &&
                          std::abs(value->get_double()) <= kExact;
    auto const number = value->is_int64() ? std::optional(value->get_int64())
                        : is_whole        ? std::optional(static_cast<std::int64_t>(value->get_double()))
                                          : std::nullopt;
    if (number && *number >= least && *number <= most)
        return number;
    return fail(name, fmt::format("must be an integer from {} to {}", least, most)), std::nullopt;
}

std::optional<Timestamp> Fields::time(std::string_view name)
{
    auto const* value = ask(name, false);
    if (value == nullptr)
        return std::nullopt;
    auto const* text = value->if_string();
    auto const time = text != nullptr ? parse_timestamp(*text) : std::nullopt;
    if (!time)
        fail(name, "must be a date and time such as 2026-12-31T00:00:00Z");
    return time;
}

json::object const* Fields::object(std::string_view name, bool required)
{
    auto const* value = ask(name, required);
    if (value == nullptr)
        return nullptr;
    if (!value->is_object())
        fail(name, "must be an object");
    return value->if_object();
}

std::optional<std::vector<std::string>> Fields::texts(std::string_view name, std::size_t max_items)
{
    auto const* value = ask(name, false);
    if (value == nullptr)
        return std::nullopt;
    auto const* array = value->if_array();
    if (array == nullptr || array->size() > max_items)
        return fail(name, fmt::format("must be a list of at most {} strings", max_items)), std::nullopt;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < array->size(); ++i) {
        auto const* text = (*array)[i].if_string();
        bool const is_text = text != nullptr && !text->empty() && text->size() <= 200;
        if (!is_text)
            fail(fmt::format("{}[{}]", name, i), "must be a string of 1 to 200 bytes");
        texts.emplace_back(is_text ? std::string_view(*text) : std::string_view());
    }
    return texts;
}

std::optional<std::string> Fields::choice(std::string_view name, bool required,
                                          std::initializer_list<std::string_view> choices)
{
    auto const* value = ask(name, required);
    if (value == nullptr)
        return std::nullopt;
    auto const* text = value->if_string();
    if (text != nullptr && std::ranges::find(choices, std::string_view(*text)) != choices.end())
        return std::string(*text);
    return fail(name, fmt::format("must be one of {}", fmt::join(choices, ", "))), std::nullopt;
}

void Fields::own_environment(EnvironmentId environment)
{
    auto const given = id<EnvironmentId>("environment_id", false);
    if (given && *given != environment)
        fail("environment_id", "must be the environment of the API token; leave it out");
}

void Fields::fail(std::string_view name, std::string message)
{
    failures_.push_back({joined(path_, name), std::move(message)});
}

void Fields::merge(std::vector<FieldFailure> failures)
{
    std::ranges::move(failures, std::back_inserter(failures_));
}

std::vector<FieldFailure> Fields::failures()
{
    std::size_t unknown = 0;
    for (auto const& [name, value] : object_) {
        if (std::ranges::find(asked_, std::string_view(name)) != asked_.end())
            continue;
        if (++unknown <= kMaxUnknown)
            fail(utf8_prefix(name, 100), fmt::format("is not a field here; known are {}", fmt::join(asked_, ", ")));
    }
    if (unknown > kMaxUnknown)
        failures_.push_back({"", fmt::format("and {} more mistakes", unknown - kMaxUnknown)});
    return std::exchange(failures_, {});
}

Result<void> Fields::check()
{
    auto all = failures();
    if (all.empty())
        return {};
    return Error{std::move(all)};
}

} // namespace sluice::http
