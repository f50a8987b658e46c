#include "tools/overlay.hpp"
#include "base/encoding.hpp"
#include "base/near.hpp"
#include "tools/tool.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>

namespace sluice::tools {
namespace {

using Kind = catalog::DynamicPlace::Kind;

constexpr std::size_t kMostText = 100;
constexpr std::size_t kMostChoices = 500;
/// The most mistakes that are reported, since for each one all names are searched for similar ones.
constexpr std::size_t kMostFailures = 20;
constexpr std::size_t kShownChoices = 100; ///< More values in an enum are too many for some clients.
constexpr std::size_t kToldNames = 20;     ///< The most names in an error.
/// The most bytes that an account's fields add to a schema, and those of the names of one list.
constexpr std::size_t kFieldBytes = 5 * 1024;
constexpr std::size_t kEnumBytes = 1024;
constexpr std::size_t kToldText = 900; ///< The most bytes of names in a description.

/// A text of the account in a form that a schema may contain: one line, of bounded length.
std::string clean(std::string_view text)
{
    std::string out;
    for (char const c : utf8_prefix(text, kMostText))
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    while (out.ends_with(' '))
        out.pop_back();
    return out;
}

/// Makes `contact_reason` of `Contact reason`: clients take only such names of properties.
std::string slug_of(std::string_view name)
{
    std::string out;
    for (char const c : to_lower(name)) {
        bool const is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_word)
            out += c;
        else if (!out.empty() && out.back() != '_')
            out += '_';
    }
    out.resize(std::min<std::size_t>(out.size(), 40));
    while (out.ends_with('_'))
        out.pop_back();
    return out;
}

/// A record with the texts under which it is shown and found.
struct Record {
    json::value id;
    std::string id_text;
    std::string label; ///< Its name; with the id if two records have the same name.
    std::string lower; ///< The label in lower case.
    std::string key;   ///< The label in the form of a property's name.
    std::string type;  ///< text, number, boolean; empty: any.
    json::array choices;
    json::value minimum;
    json::value maximum;
    std::string managed;
    bool required = false;
};

std::string text_in(json::object const& object, std::string_view name)
{
    auto const* text = json::string_at(object, name);
    return text != nullptr ? std::string(*text) : std::string();
}

std::vector<Record> records_in(json::array const& kept)
{
    std::map<std::string, int> names;
    std::map<std::string, int> slugs;
    for (auto const& entry : kept) {
        ++names[to_lower(text_in(entry.get_object(), "name"))];
        ++slugs[slug_of(text_in(entry.get_object(), "name"))];
    }
    std::vector<Record> records;
    for (auto const& entry : kept) {
        auto const& object = entry.get_object();
        Record record;
        record.id = object.at("id");
        record.id_text =
            record.id.is_string() ? std::string(record.id.get_string()) : boost::json::serialize(record.id);
        auto const name = text_in(object, "name");
        auto const slug = slug_of(name);
        record.label = names[to_lower(name)] > 1 ? fmt::format("{} (#{})", name, record.id_text) : name;
        record.lower = to_lower(record.label);
        record.key = slugs[slug] > 1 || slug.empty()
                         ? fmt::format("{}_{}", slug.empty() ? "field" : slug, record.id_text)
                         : slug;
        record.type = text_in(object, "type");
        if (auto const* choices = json::array_at(object, "choices"))
            record.choices = *choices;
        if (auto const* minimum = object.if_contains("minimum"))
            record.minimum = *minimum;
        if (auto const* maximum = object.if_contains("maximum"))
            record.maximum = *maximum;
        record.managed = text_in(object, "managed");
        auto const* required = object.if_contains("required");
        record.required = required != nullptr && required->is_bool() && required->get_bool();
        records.push_back(std::move(record));
    }
    return records;
}

std::string text_of(json::value const& value)
{
    return value.is_string() ? std::string(value.get_string()) : json::to_text(value);
}

/// A text with the first names and the number of those left out.
std::string told(std::vector<std::string> const& names)
{
    auto const shown = std::min(names.size(), kToldNames);
    auto text = fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    return shown < names.size() ? fmt::format("{} and {} more", text, names.size() - shown) : text;
}

std::string describe(Record const& record)
{
    auto text = fmt::format("Field {}, {}", record.id_text, record.type.empty() ? "any value" : record.type);
    if (!record.choices.empty() && record.type == "text")
        text += ", one of its choices";
    if (record.required)
        text += ", required";
    if (!record.managed.empty())
        text += fmt::format("; managed by the vendor ({})", clean(record.managed));
    return text + '.';
}

json::object schema_of(Record const& record)
{
    json::object schema;
    schema["type"] = record.type == "number" || record.type == "boolean" ? record.type : "string";
    schema["title"] = record.label;
    schema["description"] = describe(record);
    if (record.type == "number") {
        if (record.minimum.is_number())
            schema["minimum"] = record.minimum;
        if (record.maximum.is_number())
            schema["maximum"] = record.maximum;
    }
    bool const are_texts = std::ranges::all_of(record.choices, [](auto const& choice) { return choice.is_string(); });
    if (!record.choices.empty() && record.choices.size() <= kShownChoices && are_texts)
        schema["enum"] = record.choices;
    return schema;
}

/// A text with one sentence for each field, used where an argument takes the field's value alone.
std::string lines_of(std::vector<Record> const& records)
{
    std::string text;
    for (auto const& record : records) {
        std::vector<std::string> choices;
        for (auto const& choice : record.choices)
            choices.push_back(text_of(choice));
        auto line = fmt::format(" {}: {}.", record.label,
                                choices.empty() ? (record.type.empty() ? "any value" : record.type) : told(choices));
        if (text.size() + line.size() > kToldText)
            return text + " …";
        text += line;
    }
    return text;
}

std::string names_of(std::vector<Record> const& records)
{
    std::string text;
    for (auto const& record : records) {
        if (text.size() + record.label.size() > kToldText)
            return text + ", …";
        text += (text.empty() ? "" : ", ") + record.label;
    }
    return text;
}

} // namespace

/// A place in the arguments, with the records that it takes.
struct ToolOverlay::Part {
    catalog::DynamicPlace place;
    std::vector<Record> records;
    std::vector<std::string> labels;

    [[nodiscard]] Record const* find(json::value const& given) const
    {
        auto const text = text_of(given);
        auto const is_exact = [&](Record const& record) {
            return record.id_text == text || (given.is_string() && (record.label == text || record.key == text));
        };
        if (auto const found = std::ranges::find_if(records, is_exact); found != records.end())
            return &*found;
        if (!given.is_string())
            return nullptr;
        auto const lower = to_lower(text);
        auto const found = std::ranges::find(records, lower, &Record::lower);
        return found != records.end() ? &*found : nullptr;
    }

    /// Puts the id in place of a name. Gives the record, or null if it is not known.
    Record const* put_id(json::value& given, std::string const& path, std::vector<FieldFailure>& failures) const
    {
        if (given.is_null())
            return nullptr;
        auto const* record = find(given);
        if (record != nullptr)
            given = record->id;
        else if (given.is_string())
            failures.push_back({path, fmt::format("is not known in this account; there are {}{}", told(labels),
                                                  did_you_mean(labels, text_of(given)))});
        return record; // An unknown id may be newer than the known records, so the vendor checks it.
    }

    static void check(Record const& record, json::value const& value, std::string const& path,
                      std::vector<FieldFailure>& failures)
    {
        if (value.is_null())
            return;
        if (!record.choices.empty()) {
            if (std::ranges::find(record.choices, value) != record.choices.end())
                return;
            std::vector<std::string> choices;
            for (auto const& choice : record.choices)
                choices.push_back(text_of(choice));
            failures.push_back(
                {path, fmt::format("must be one of {}{}", told(choices), did_you_mean(choices, text_of(value)))});
            return;
        }
        bool const fits = record.type == "number"    ? value.is_number()
                          : record.type == "boolean" ? value.is_bool()
                          : record.type == "text"    ? value.is_string()
                                                     : true;
        if (!fits)
            return failures.push_back({path, fmt::format("must be a {}, as {} is", record.type, record.label)});
        if (value.is_number() && record.minimum.is_number() &&
            value.to_number<double>() < record.minimum.to_number<double>())
            failures.push_back({path, "must be at least " + text_of(record.minimum)});
        if (value.is_number() && record.maximum.is_number() &&
            value.to_number<double>() > record.maximum.to_number<double>())
            failures.push_back({path, "must be at most " + text_of(record.maximum)});
    }

    void put_values(json::value& given, std::string const& path, std::vector<FieldFailure>& failures) const
    {
        json::array values;
        if (auto* members = given.if_object()) {
            for (auto const& [key, value] : *members) {
                if (failures.size() >= kMostFailures)
                    return;
                json::value id(key);
                auto const at = fmt::format("{}.{}", path, std::string_view(key));
                if (auto const* record = put_id(id, at, failures))
                    check(*record, value, at, failures);
                values.push_back(json::object{{"id", std::move(id)}, {"value", value}});
            }
            given = std::move(values);
        } else if (auto* elements = given.if_array()) {
            for (std::size_t i = 0; i < elements->size() && failures.size() < kMostFailures; ++i) {
                auto* element = (*elements)[i].if_object();
                auto* id = element != nullptr ? element->if_contains("id") : nullptr;
                if (id == nullptr)
                    continue; // The check by the schema will report it.
                auto const* record = put_id(*id, fmt::format("{}[{}].id", path, i), failures);
                auto const* value = element->if_contains("value");
                if (record != nullptr && value != nullptr)
                    check(*record, *value, fmt::format("{}[{}].value", path, i), failures);
            }
        }
    }

    void resolve(json::object& arguments, std::vector<FieldFailure>& failures) const
    {
        if (place.kind == Kind::name)
            return;
        Record const* record = nullptr;
        each(arguments, 0, "", [&](json::value& value, std::string const& path) {
            if (failures.size() >= kMostFailures)
                return;
            if (place.kind == Kind::values)
                put_values(value, path, failures);
            else
                record = put_id(value, path, failures);
        });
        auto const* value = place.kind == Kind::field ? arguments.if_contains(place.value) : nullptr;
        if (record != nullptr && value != nullptr)
            check(*record, *value, place.value, failures);
    }

    void show(json::object& schema) const
    {
        auto* node = &schema;
        for (auto const& step : place.path) {
            auto* next = step == "*" ? node->if_contains("items") : nullptr;
            if (step != "*")
                if (auto* properties = node->if_contains("properties");
                    properties != nullptr && properties->is_object())
                    next = properties->get_object().if_contains(step);
            if (next == nullptr || !next->is_object())
                return; // There was no room in the schema; names are still accepted.
            node = &next->get_object();
        }
        auto const described = text_in(*node, "description");
        if (place.kind == Kind::name) {
            (*node)["description"] =
                fmt::format("{}{}There are: {}.", described, described.empty() ? "" : " ", names_of(records));
            return;
        }
        node->clear();
        if (place.kind == Kind::values) {
            json::object properties;
            std::size_t used = 0;
            std::size_t left_out = 0;
            for (auto const& record : records) {
                auto property = schema_of(record);
                if (used + boost::json::serialize(property).size() > kFieldBytes)
                    property.erase("enum"); // A wrong value gets an error that lists the choices.
                auto const size = boost::json::serialize(property).size() + record.key.size();
                left_out += used + size > kFieldBytes ? 1 : 0;
                if (used + size > kFieldBytes)
                    continue;
                used += size;
                properties[record.key] = std::move(property);
            }
            (*node)["type"] = "object";
            (*node)["description"] = fmt::format(
                "{} In this account, write {{field: value}}.{}", described.substr(0, described.find(" E.g. ")),
                left_out > 0 ? fmt::format(" {} more fields are taken by their name or id.", left_out) : "");
            (*node)["properties"] = std::move(properties);
            return;
        }
        (*node)["type"] = "string";
        (*node)["description"] = described + " By its name or its id.";
        if (names_of(records).size() <= kEnumBytes && !names_of(records).ends_with("…"))
            (*node)["enum"] = json::array_of(labels);
        else
            (*node)["description"] = fmt::format("{} By its name or its id: {}.", described, names_of(records));
        auto* properties = schema.if_contains("properties");
        auto* value = place.kind == Kind::field && properties != nullptr
                          ? properties->get_object().if_contains(place.value)
                          : nullptr;
        if (value != nullptr && value->is_object())
            value->get_object()["description"] =
                text_in(value->get_object(), "description") + " By field:" + lines_of(records);
    }

private:
    using Visit = std::function<void(json::value&, std::string const&)>;

    /// Calls `visit` for each value at the path.
    void each(json::object& object, std::size_t depth, std::string const& path, Visit const& visit) const
    {
        auto* value = object.if_contains(place.path[depth]);
        if (value != nullptr)
            visit_or_descend(*value, depth + 1,
                             path.empty() ? place.path[depth] : fmt::format("{}.{}", path, place.path[depth]), visit);
    }

    void visit_or_descend(json::value& value, std::size_t depth, std::string const& path, Visit const& visit) const
    {
        if (depth == place.path.size())
            return visit(value, path);
        if (place.path[depth] != "*") {
            if (auto* object = value.if_object())
                each(*object, depth, path, visit);
            return;
        }
        if (auto* elements = value.if_array())
            for (std::size_t i = 0; i < elements->size(); ++i)
                visit_or_descend((*elements)[i], depth + 1, fmt::format("{}[{}]", path, i), visit);
    }
};

ToolOverlay::ToolOverlay() = default;
ToolOverlay::~ToolOverlay() = default;

std::vector<FieldFailure> ToolOverlay::resolve(json::object& arguments) const
{
    std::vector<FieldFailure> failures;
    for (auto const& part : parts_)
        part.resolve(arguments, failures);
    if (failures.size() >= kMostFailures)
        failures.push_back({"", "there may be more mistakes; these are the first"});
    return failures;
}

void ToolOverlay::show(json::object& input_schema) const
{
    for (auto const& part : parts_)
        part.show(input_schema);
}

class OverlayMaker {
public:
    OverlayMaker(catalog::Integration const& integration, json::object const& values)
        : integration_(integration)
        , values_(values)
    {
    }

    /// The tool with the changes of the account's records; null if there are none.
    [[nodiscard]] ToolPtr make(ToolPtr const& base) const
    {
        auto overlay = std::make_shared<ToolOverlay>();
        for (auto const& place : integration_.dynamic.places) {
            if (place.resource != base->method->resource || place.method != base->method->name)
                continue;
            auto const* kept = json::array_at(values_, integration_.dynamic.sources[place.source].name);
            if (kept == nullptr || kept->empty())
                continue;
            auto records = records_in(*kept);
            std::vector<std::string> labels;
            for (auto const& record : records)
                labels.push_back(record.label);
            overlay->parts_.push_back({place, std::move(records), std::move(labels)});
        }
        auto entry = overlay->parts_.empty() ? Result<json::value>(nullptr) : json::parse(base->list_entry);
        if (!entry || entry->is_null())
            return nullptr;
        auto& schema = entry->at("inputSchema").as_object();
        overlay->show(schema);
        auto tool = std::make_shared<Tool>(*base);
        tool->input_schema = boost::json::serialize(schema);
        tool->list_entry = boost::json::serialize(*entry);
        tool->overlay = std::move(overlay);
        return ToolPtr(tool.get(), [tool, base](Tool const*) {}); // The base keeps the integration.
    }

private:
    catalog::Integration const& integration_;
    json::object const& values_;
};

json::array kept_records(catalog::DynamicSource const& source, json::array const& answer)
{
    json::array kept;
    for (auto const& item : answer) {
        auto const at = [&](std::string_view key) -> json::value const* {
            auto const theirs = source.record.find(key);
            return theirs == source.record.end() ? nullptr : json::find_path(item, theirs->second);
        };
        auto const* hidden = at("hidden");
        auto const* id = at("id");
        auto const* name = at("name");
        bool const is_hidden = hidden != nullptr && !hidden->is_null() && *hidden != json::value(false);
        bool const is_named = name != nullptr && name->is_string() && !name->get_string().empty();
        if (is_hidden || !is_named || id == nullptr || (!id->is_int64() && !id->is_string()))
            continue;
        if (kept.size() == catalog::DynamicSource::kMostRecords)
            break;
        json::object record{{"id", *id}, {"name", clean(name->get_string())}};
        for (std::string_view const key : {"type", "managed"})
            if (auto const* text = at(key); text != nullptr && text->is_string())
                record[key] = clean(text->get_string());
        for (std::string_view const key : {"minimum", "maximum"})
            if (auto const* number = at(key); number != nullptr && number->is_number())
                record[key] = *number;
        if (auto const* required = at("required"); required != nullptr && required->is_bool())
            record["required"] = *required;
        auto const* choices = at("choices");
        if (choices != nullptr && choices->is_array() && choices->get_array().size() <= kMostChoices &&
            std::ranges::all_of(choices->get_array(), [](auto const& choice) { return choice.is_primitive(); }))
            record["choices"] = *choices;
        kept.push_back(std::move(record));
    }
    return kept;
}

std::shared_ptr<ToolList const> overlay_tools(catalog::Integration const& integration,
                                              std::shared_ptr<ToolList const> tools, json::object const& values)
{
    if (integration.dynamic.places.empty() || values.empty())
        return tools;
    OverlayMaker const maker(integration, values);
    bool is_changed = false;
    auto changed = tools->with([&](ToolPtr const& tool) {
        auto made = maker.make(tool);
        is_changed = is_changed || made != nullptr;
        return made != nullptr ? made : tool;
    });
    return is_changed ? changed : tools;
}

} // namespace sluice::tools
