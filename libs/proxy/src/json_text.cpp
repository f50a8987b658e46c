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

/// The length of the number (RFC 8259 section 6) at the start of `text`; 0 if there is none.
std::size_t number_length(std::string_view text)
{
    std::size_t at = 0;
    auto const is_at = [&](std::string_view any) { return at < text.size() && any.find(text[at]) != any.npos; };
    auto const digits = [&] {
        auto const begin = at;
        while (is_at("0123456789"))
            ++at;
        return at - begin;
    };
    at += is_at("-") ? 1 : 0;
    bool const has_zero = is_at("0");
    auto const whole = digits();
    if (whole == 0 || (has_zero && whole > 1))
        return 0;
    if (is_at(".")) {
        ++at;
        if (digits() == 0)
            return 0;
    }
    if (is_at("eE")) {
        ++at;
        at += is_at("+-") ? 1 : 0;
        if (digits() == 0)
            return 0;
    }
    return at;
}

/// The text with each number replaced by a 0 and blanks. The parser refuses numbers that fit no machine type, but JSON
/// allows them.
std::string without_numbers(std::string_view text)
{
    std::string out(text);
    bool is_in_string = false;
    for (std::size_t at = 0; at < out.size(); ++at) {
        if (out[at] == '"')
            is_in_string = !is_in_string;
        else if (is_in_string && out[at] == '\\')
            ++at;
        if (is_in_string || (out[at] != '-' && (out[at] < '0' || out[at] > '9')))
            continue;
        auto const length = number_length(text.substr(at));
        if (length == 0)
            break; // Not JSON; the parser will refuse it.
        out.replace(at, length, length, ' ');
        out[at] = '0';
        at += length - 1;
    }
    return out;
}

/// Whether a number, as JSON writes it, is an integer beyond `kLargest`.
bool is_large_integer(std::string_view number)
{
    constexpr std::string_view kLargest = "9007199254740991"; // 2^53 - 1
    if (number.starts_with('-'))
        number.remove_prefix(1);
    if (number.find_first_of(".eE") != number.npos || number.size() < kLargest.size())
        return false;
    return number.size() > kLargest.size() || number > kLargest;
}

/// Reads and validates everything: structure, numbers, UTF-8. If that fails, common mistakes of vendors are mended and
/// the text is read again.
simdjson::simdjson_result<simdjson::dom::element> parse(std::string& body)
{
    pad(body);
    auto root = dom_parser().parse(body.data(), body.size(), false);
    if (root.error() == simdjson::SUCCESS || body.empty())
        return root;
    if (!is_utf8(body))
        body = to_valid_utf8(body);
    if (auto better = json::mended(body))
        body = *std::move(better);
    pad(body);
    auto structure = without_numbers(body);
    pad(structure);
    return dom_parser().parse(structure.data(), structure.size(), false);
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

/// The value at a dotted path that is not empty.
simdjson::simdjson_result<simdjson::ondemand::value> find(simdjson::ondemand::document& document,
                                                          std::string_view dotted)
{
    auto dot = dotted.find('.');
    auto value = document[dotted.substr(0, dot)];
    while (dot != std::string_view::npos) {
        dotted.remove_prefix(dot + 1);
        dot = dotted.find('.');
        value = value[dotted.substr(0, dot)];
    }
    return value;
}

/// The text of an array. The DOM has no positions, so the validated text is read a second time, lazily.
std::string_view raw_array(std::string const& body, std::string_view dotted)
{
    simdjson::ondemand::document document;
    simdjson::padded_string_view const text(body.data(), body.size(), body.capacity());
    if (ondemand_parser().iterate(text).get(document) != simdjson::SUCCESS)
        return {};
    simdjson::ondemand::array array;
    if ((dotted.empty() ? document.get_array() : find(document, dotted).get_array()).get(array) != simdjson::SUCCESS)
        return {};
    std::string_view raw;
    if (array.raw_json().get(raw) != simdjson::SUCCESS)
        return {};
    return raw.substr(0, raw.find_last_of(']') + 1);
}

/// The text of the number at a dotted path, unchanged.
std::string_view raw_number(std::string const& body, std::string_view dotted)
{
    simdjson::ondemand::document document;
    simdjson::padded_string_view const text(body.data(), body.size(), body.capacity());
    simdjson::ondemand::value value;
    if (ondemand_parser().iterate(text).get(document) != simdjson::SUCCESS ||
        find(document, dotted).get(value) != simdjson::SUCCESS)
        return {};
    auto const raw = value.raw_json_token();
    return raw.substr(0, raw.find_last_not_of(" \t\r\n") + 1);
}

/// The cursor of the next page: a text or a number, but no empty text and no zero.
std::optional<std::string> next_in(std::string const& body, simdjson::dom::element root, std::string_view dotted)
{
    simdjson::dom::element next;
    if (dotted.empty() || find(root, dotted).get(next) != simdjson::SUCCESS)
        return std::nullopt;
    std::string_view text;
    if (next.get_string().get(text) == simdjson::SUCCESS)
        return text.empty() ? std::nullopt : std::optional<std::string>(text);
    if (!next.is_number())
        return std::nullopt;
    auto const number = raw_number(body, dotted);
    bool const is_zero = number.substr(0, number.find_first_of("eE")).find_first_of("123456789") == number.npos;
    return is_zero ? std::nullopt : std::optional<std::string>(number);
}

/// Whether the value is neither a cursor nor the end: true, an object, or a list that is not empty.
bool is_strange(simdjson::dom::element root, std::string_view dotted)
{
    simdjson::dom::element next;
    if (dotted.empty() || find(root, dotted).get(next) != simdjson::SUCCESS)
        return false;
    bool flag = false;
    simdjson::dom::object object;
    simdjson::dom::array array;
    return (next.get_bool().get(flag) == simdjson::SUCCESS && flag) ||
           (next.get_object().get(object) == simdjson::SUCCESS && object.size() > 0) ||
           (next.get_array().get(array) == simdjson::SUCCESS && array.size() > 0);
}

/// Dotted paths as a tree.
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
            return is_found; // A shorter path includes it already.
        return dot == std::string_view::npos ? member->second.is_found : member->second.has(path.substr(dot + 1));
    }
};

std::string_view trimmed(std::string_view raw)
{
    return raw.substr(0, raw.find_last_not_of(" \t\r\n") + 1);
}

/// The text of any value. The value cannot be read again.
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

PageText split_page(std::string& body, std::string_view items, std::string_view next)
{
    using Found = PageText::Found;
    PageText page;
    simdjson::dom::element root;
    if (parse(body).get(root) != simdjson::SUCCESS) {
        page.found = Found::no_json;
        return page;
    }
    page.next = next_in(body, root, next);
    page.has_strange_next = !page.next && is_strange(root, next);
    simdjson::dom::element at;
    simdjson::dom::array array;
    if (find(root, items).get(at) != simdjson::SUCCESS) {
        page.found = Found::absent;
    } else if (at.get_array().get(array) != simdjson::SUCCESS) {
        page.found = at.is_null() ? Found::null : Found::other;
    } else {
        page.count = array.size();
        page.items = raw_array(body, items);
        page.found = page.items.empty() ? Found::no_json : Found::list;
    }
    return page;
}

void quote_large_integers(std::string& body)
{
    std::string out;
    std::size_t written = 0;
    bool is_in_string = false;
    for (std::size_t at = 0; at < body.size(); ++at) {
        if (body[at] == '"')
            is_in_string = !is_in_string;
        else if (is_in_string && body[at] == '\\')
            ++at;
        if (is_in_string)
            continue;
        auto const number = std::string_view(body).substr(at, number_length(std::string_view(body).substr(at)));
        if (number.empty())
            continue;
        if (is_large_integer(number)) {
            out.append(body, written, at - written).append("\"").append(number).append("\"");
            written = at + number.size();
        }
        at += number.size() - 1;
    }
    if (written != 0)
        body = out.append(body, written);
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
