// The only file that sees simdjson.
#include "proxy/json_text.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "json_numbers.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <variant>

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <simdjson.h>
#pragma clang diagnostic pop

namespace sluice::proxy {
namespace {

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

simdjson::simdjson_result<simdjson::dom::element> find(simdjson::dom::element root, catalog::AnswerPath const& path)
{
    simdjson::simdjson_result<simdjson::dom::element> at(std::move(root));
    for (auto const& step : path.steps())
        if (auto const* name = std::get_if<std::string>(&step))
            at = at[std::string_view(*name)];
        else
            at = at.at(std::get<std::size_t>(step));
    return at;
}

/// The value as far as a condition looks at it: of a list or an object, whether something is in it.
json::value outline(simdjson::dom::element element)
{
    using Type = simdjson::dom::element_type;
    switch (element.type()) {
    case Type::STRING:
        return boost::json::string(element.get_string().value_unsafe());
    case Type::BOOL:
        return element.get_bool().value_unsafe();
    case Type::INT64:
        return element.get_int64().value_unsafe();
    case Type::UINT64:
        return element.get_uint64().value_unsafe();
    case Type::DOUBLE:
        return element.get_double().value_unsafe();
    case Type::ARRAY:
        return element.get_array().value_unsafe().size() == 0 ? json::array{} : json::array{nullptr};
    case Type::OBJECT:
        return element.get_object().value_unsafe().size() == 0 ? json::array{} : json::array{nullptr};
    case Type::NULL_VALUE:
        break;
    }
    return nullptr;
}

/// The value at a dotted path that is not empty, in a document or a value of one.
simdjson::simdjson_result<simdjson::ondemand::value> find(auto& root, std::string_view dotted)
{
    auto dot = dotted.find('.');
    simdjson::simdjson_result<simdjson::ondemand::value> value = root[dotted.substr(0, dot)];
    while (dot != std::string_view::npos) {
        dotted.remove_prefix(dot + 1);
        dot = dotted.find('.');
        value = value[dotted.substr(0, dot)];
    }
    return value;
}

std::string_view trimmed(std::string_view raw)
{
    return raw.substr(0, raw.find_last_not_of(" \t\r\n") + 1);
}

/// A validated text as it is written. The DOM has no positions and no long numbers, so the text is read a second time,
/// lazily and at most once for all its parts.
class Written {
public:
    explicit Written(std::string const& body)
        : text_(body.data(), body.size(), body.capacity())
    {
    }

    /// The array at a dotted path; the root if that is empty.
    std::string_view array(std::string_view dotted)
    {
        simdjson::ondemand::array array;
        std::string_view raw;
        if (!open() || array_at(dotted).get(array) != simdjson::SUCCESS ||
            array.raw_json().get(raw) != simdjson::SUCCESS)
            return {};
        return raw.substr(0, raw.find_last_of(']') + 1);
    }
    /// The number at a dotted path that is not empty.
    std::string_view number(std::string_view dotted)
    {
        simdjson::ondemand::value value;
        if (!open() || find(document_, dotted).get(value) != simdjson::SUCCESS)
            return {};
        return trimmed(value.raw_json_token());
    }
    /// The number at a dotted path in an element of an array.
    std::string_view number(std::string_view items, std::size_t index, std::string_view dotted)
    {
        simdjson::ondemand::array array;
        simdjson::ondemand::value value;
        if (!open() || array_at(items).get(array) != simdjson::SUCCESS)
            return {};
        auto element = array.at(index);
        if (find(element, dotted).get(value) != simdjson::SUCCESS)
            return {};
        return trimmed(value.raw_json_token());
    }

private:
    bool open()
    {
        if (is_open_)
            document_.rewind();
        else
            is_open_ = ondemand_parser().iterate(text_).get(document_) == simdjson::SUCCESS;
        return is_open_;
    }
    simdjson::simdjson_result<simdjson::ondemand::array> array_at(std::string_view dotted)
    {
        return dotted.empty() ? document_.get_array() : find(document_, dotted).get_array();
    }

    simdjson::padded_string_view text_;
    simdjson::ondemand::document document_;
    bool is_open_ = false;
};

/// A cursor or a number in an answer: where the DOM has it, and how it is written.
struct Found {
    simdjson::dom::element element;
    std::string_view number; ///< As it is written; empty if it is none.
};

/// The cursor of the next page: a text or a number, but no empty text and no zero.
void take_next(Found const& found, PageText& page)
{
    std::string_view text;
    if (found.element.get_string().get(text) == simdjson::SUCCESS) {
        if (!text.empty())
            page.signs.next = text;
        return;
    }
    auto const number = found.number;
    if (number.substr(0, number.find_first_of("eE")).find_first_of("123456789") != number.npos) {
        page.signs.next = number;
        page.signs.next_is_number = true;
    }
}

/// Whether the value is neither a cursor nor the end: true, an object, or a list that is not empty.
bool is_strange(simdjson::dom::element next)
{
    bool flag = false;
    simdjson::dom::object object;
    simdjson::dom::array array;
    return (next.get_bool().get(flag) == simdjson::SUCCESS && flag) ||
           (next.get_object().get(object) == simdjson::SUCCESS && object.size() > 0) ||
           (next.get_array().get(array) == simdjson::SUCCESS && array.size() > 0);
}

/// A total as a number or as a text of digits.
std::optional<std::int64_t> total_of(Found const& found)
{
    std::string_view text = found.number;
    if (text.empty() && found.element.get_string().get(text) != simdjson::SUCCESS)
        return std::nullopt;
    std::int64_t total = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), total);
    bool const is_total = error == std::errc{} && end == text.data() + text.size() && !text.empty() && total >= 0;
    return is_total ? std::optional(total) : std::nullopt;
}

/// A flag, also as vendors without one write it. Null, 0, false and texts of them mean no.
bool flag_of(Found const& found)
{
    bool flag = false;
    std::string_view text;
    if (found.element.get_bool().get(flag) == simdjson::SUCCESS)
        return flag;
    if (found.element.get_string().get(text) == simdjson::SUCCESS)
        return !text.empty() && text != "0" && !iequals(text, "false");
    return found.element.is_null() ? false : found.number.find_first_of("123456789") != std::string_view::npos;
}

/// The value at a path of the answer.
std::optional<Found> found_at(simdjson::dom::element root, Written& written, std::string_view dotted)
{
    Found found;
    if (dotted.empty() || find(root, dotted).get(found.element) != simdjson::SUCCESS)
        return std::nullopt;
    if (found.element.is_number())
        found.number = written.number(dotted);
    return found;
}

void take_signs(simdjson::dom::element root, Written& written, paging::Paths const& paths, PageText& page)
{
    if (auto const next = found_at(root, written, paths.next)) {
        take_next(*next, page);
        page.has_strange_next = !page.signs.next && is_strange(next->element);
    }
    if (auto const total = found_at(root, written, paths.total))
        page.signs.total = total_of(*total);
    if (auto const flag = found_at(root, written, paths.has_more))
        page.signs.has_more = flag_of(*flag);
}

/// The cursor that is a member of the last record.
void take_next_from_last(simdjson::dom::array records, Written& written, std::string_view items,
                         std::string_view dotted, PageText& page)
{
    Found found;
    if (dotted.empty() || page.count == 0 ||
        find(records.at(page.count - 1).value_unsafe(), dotted).get(found.element) != simdjson::SUCCESS)
        return;
    if (found.element.is_number())
        found.number = written.number(items, page.count - 1, dotted);
    take_next(found, page);
    page.has_strange_next = !page.signs.next && is_strange(found.element);
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

PageText split_page(std::string& body, std::string_view items, paging::Paths const& paths)
{
    PageText page;
    simdjson::dom::element root;
    if (parse(body).get(root) != simdjson::SUCCESS) {
        page.found = PageText::Found::no_json;
        return page;
    }
    Written written(body);
    take_signs(root, written, paths, page);
    simdjson::dom::element at;
    simdjson::dom::array array;
    if (find(root, items).get(at) != simdjson::SUCCESS) {
        page.found = PageText::Found::absent;
    } else if (at.get_array().get(array) != simdjson::SUCCESS) {
        page.found = at.is_null() ? PageText::Found::null : PageText::Found::other;
    } else {
        page.count = array.size();
        page.items = written.array(items);
        page.found = page.items.empty() ? PageText::Found::no_json : PageText::Found::list;
        take_next_from_last(array, written, items, paths.next_from_last, page);
    }
    return page;
}

bool meets(std::string& body, catalog::Condition const& condition)
{
    simdjson::dom::element root;
    pad(body);
    if (dom_parser().parse(body.data(), body.size(), false).get(root) == simdjson::SUCCESS) {
        json::value found;
        return condition.holds([&](catalog::AnswerPath const& path) -> json::value const* {
            simdjson::dom::element at;
            if (find(root, path).get(at) != simdjson::SUCCESS)
                return nullptr;
            found = outline(at);
            return &found;
        });
    }
    // Rare: the text has to be mended first, or has numbers that fit no machine type.
    auto const better = json::parse(is_utf8(body) ? body : to_valid_utf8(body), {.max_bytes = body.size() * 3 + 16});
    return better && condition.holds(*better);
}

} // namespace sluice::proxy
