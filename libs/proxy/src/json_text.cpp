// The only file that sees simdjson.
#include "proxy/json_text.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <simdjson.h>
#pragma clang diagnostic pop

namespace sluice::proxy {
namespace {

constexpr std::size_t kMaxMessage = 500;

simdjson::dom::parser& dom_parser()
{
    thread_local simdjson::dom::parser parser;
    return parser;
}

simdjson::ondemand::parser& ondemand_parser()
{
    thread_local simdjson::ondemand::parser parser;
    return parser;
}

void pad(std::string& body)
{
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
}

/// Validates everything: structure, numbers, UTF-8.
simdjson::simdjson_result<simdjson::dom::element> parse(std::string& body)
{
    pad(body);
    return dom_parser().parse(body.data(), body.size(), false);
}

simdjson::simdjson_result<simdjson::dom::element> find(simdjson::dom::element root, std::string_view dotted)
{
    simdjson::simdjson_result<simdjson::dom::element> at(std::move(root));
    while (!dotted.empty()) {
        auto const dot = dotted.find('.');
        at = at[dotted.substr(0, dot)];
        dotted = dot == std::string_view::npos ? std::string_view{} : dotted.substr(dot + 1);
    }
    return at;
}

/// The DOM gives no positions, so the span of the array comes from a second, lazy look at the validated text.
std::string_view raw_array(std::string const& body, std::string_view dotted)
{
    simdjson::ondemand::document document;
    simdjson::padded_string_view const text(body.data(), body.size(), body.capacity());
    if (ondemand_parser().iterate(text).get(document) != simdjson::SUCCESS)
        return {};
    simdjson::ondemand::array array;
    if (dotted.empty()) {
        if (document.get_array().get(array) != simdjson::SUCCESS)
            return {};
    } else {
        auto const first_dot = dotted.find('.');
        auto value = document[dotted.substr(0, first_dot)];
        dotted = first_dot == std::string_view::npos ? std::string_view{} : dotted.substr(first_dot + 1);
        while (!dotted.empty()) {
            auto const dot = dotted.find('.');
            value = value[dotted.substr(0, dot)];
            dotted = dot == std::string_view::npos ? std::string_view{} : dotted.substr(dot + 1);
        }
        if (value.get_array().get(array) != simdjson::SUCCESS)
            return {};
    }
    std::string_view raw;
    if (array.raw_json().get(raw) != simdjson::SUCCESS)
        return {};
    return raw.substr(0, raw.find_last_of(']') + 1);
}

/// Paths by their first step.
struct Selection {
    std::map<std::string, Selection, std::less<>> members; ///< Empty: everything.
    bool is_found = false;

    void add(std::string_view path)
    {
        auto const dot = path.find('.');
        auto const [member, is_new] = members.try_emplace(std::string(path.substr(0, dot)));
        auto& rest = member->second;
        if (dot == std::string_view::npos)
            rest.members.clear();
        else if (is_new || !rest.members.empty())
            rest.add(path.substr(dot + 1));
    }

    [[nodiscard]] bool has(std::string_view path) const
    {
        auto const dot = path.find('.');
        auto const member = members.find(path.substr(0, dot));
        if (member == members.end())
            return is_found; // A wider path took it in.
        return dot == std::string_view::npos ? member->second.is_found : member->second.has(path.substr(dot + 1));
    }
};

std::string_view trimmed(std::string_view raw)
{
    return raw.substr(0, raw.find_last_not_of(" \t\r\n") + 1);
}

/// The text of any value; the value is used up.
std::string_view raw_of(simdjson::ondemand::value value)
{
    std::string_view raw;
    simdjson::ondemand::object object;
    simdjson::ondemand::array array;
    if (value.get_object().get(object) == simdjson::SUCCESS)
        return object.raw_json().get(raw) == simdjson::SUCCESS ? trimmed(raw) : std::string_view{};
    if (value.get_array().get(array) == simdjson::SUCCESS)
        return array.raw_json().get(raw) == simdjson::SUCCESS ? trimmed(raw) : std::string_view{};
    return trimmed(value.raw_json_token());
}

void select(simdjson::ondemand::value value, Selection& selection, std::string& out)
{
    auto const type = value.type();
    if (selection.members.empty() || type.error() != simdjson::SUCCESS ||
        (type.value_unsafe() != simdjson::ondemand::json_type::object &&
         type.value_unsafe() != simdjson::ondemand::json_type::array)) {
        selection.is_found = selection.is_found || selection.members.empty();
        out += raw_of(value);
        return;
    }
    char separator = 0;
    auto const separate = [&] {
        if (separator != 0)
            out += separator;
        separator = ',';
    };
    if (type.value_unsafe() == simdjson::ondemand::json_type::array) {
        out += '[';
        for (auto element : value.get_array()) {
            separate();
            select(element.value_unsafe(), selection, out);
        }
        out += ']';
        return;
    }
    out += '{';
    for (auto member : value.get_object()) {
        auto field = member.value_unsafe();
        std::string_view name;
        if (field.unescaped_key().get(name) != simdjson::SUCCESS)
            continue;
        auto const wanted = selection.members.find(name);
        if (wanted == selection.members.end())
            continue;
        separate();
        json::append_quoted(out, name);
        out += ':';
        select(field.value(), wanted->second, out);
    }
    out += '}';
}

/// The names of the members of the first object.
std::vector<std::string> names_in(std::string const& text)
{
    simdjson::dom::element root;
    std::vector<std::string> names;
    auto copy = text;
    if (parse(copy).get(root) != simdjson::SUCCESS)
        return names;
    if (root.is_array() && root.at(0).get(root) != simdjson::SUCCESS)
        return names;
    simdjson::dom::object object;
    if (root.get_object().get(object) == simdjson::SUCCESS)
        for (auto const& member : object)
            names.emplace_back(member.key);
    return names;
}

} // namespace

std::vector<std::string> split_records(std::string array)
{
    std::vector<std::string> records;
    pad(array);
    simdjson::ondemand::document document;
    simdjson::padded_string_view const text(array.data(), array.size(), array.capacity());
    simdjson::ondemand::array elements;
    if (ondemand_parser().iterate(text).get(document) != simdjson::SUCCESS ||
        document.get_array().get(elements) != simdjson::SUCCESS)
        return records;
    for (auto element : elements)
        records.emplace_back(raw_of(element.value_unsafe()));
    return records;
}

Projection project(std::string text, std::vector<std::string> const& paths)
{
    Selection selection;
    for (auto const& path : paths)
        selection.add(path);
    Projection projection;
    pad(text);
    simdjson::ondemand::document document;
    simdjson::padded_string_view const padded(text.data(), text.size(), text.capacity());
    simdjson::ondemand::value root;
    if (ondemand_parser().iterate(padded).get(document) != simdjson::SUCCESS ||
        document.get_value().get(root) != simdjson::SUCCESS) {
        projection.text = std::move(text); // A scalar has no members.
        return projection;
    }
    select(root, selection, projection.text);
    for (auto const& path : paths)
        if (!selection.has(path))
            projection.missing.push_back(path);
    if (!projection.missing.empty())
        projection.there = names_in(text);
    return projection;
}

bool is_json(std::string& body)
{
    return parse(body).error() == simdjson::SUCCESS;
}

std::optional<PageText> split_page(std::string& body, std::string_view items, std::string_view next)
{
    simdjson::dom::element root;
    if (parse(body).get(root) != simdjson::SUCCESS)
        return std::nullopt;
    simdjson::dom::array array;
    if (find(root, items).get_array().get(array) != simdjson::SUCCESS)
        return std::nullopt;
    PageText page;
    page.count = array.size();
    if (!next.empty()) {
        std::string_view text;
        std::int64_t number = 0;
        if (find(root, next).get_string().get(text) == simdjson::SUCCESS)
            page.next = std::string(text);
        else if (find(root, next).get_int64().get(number) == simdjson::SUCCESS)
            page.next = std::to_string(number);
    }
    page.items = raw_array(body, items);
    if (page.items.empty())
        return std::nullopt;
    return page;
}

std::string error_message_of(std::string& body)
{
    simdjson::dom::element root;
    if (parse(body).get(root) != simdjson::SUCCESS)
        return {};
    constexpr std::array<std::string_view, 8> kPlaces{
        "error.msg", "error.message", "error_description", "message", "error", "detail", "title", "msg"};
    std::string_view text;
    for (auto const place : kPlaces)
        if (find(root, place).get_string().get(text) == simdjson::SUCCESS && !text.empty())
            return std::string(utf8_prefix(text, kMaxMessage));
    if (root["errors"].at(0)["message"].get_string().get(text) == simdjson::SUCCESS)
        return std::string(utf8_prefix(text, kMaxMessage));
    return {};
}

} // namespace sluice::proxy
