#include "records.hpp"

#include "base/encoding.hpp"
#include "base/near.hpp"
#include "tools/overlay.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace sluice::tools {
namespace {

constexpr std::size_t kMostText = 100;
constexpr std::size_t kMostChoices = 500;
constexpr std::size_t kShownChoices = 100; ///< More values in an enum are too many for some clients.
constexpr std::size_t kToldNames = 20;     ///< The most names in an error.
constexpr std::size_t kToldText = 900;     ///< The most bytes of names in a description.

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

/// The schema of a value of this type. There are few types, so all records of one share it.
std::shared_ptr<schema::Schema const> form_of(std::string_view type)
{
    auto made = schema::Schema::compile(
        json::object{{"type", type == "number" || type == "boolean" ? type : std::string_view("string")}});
    return made ? std::make_shared<schema::Schema const>(*std::move(made)) : nullptr;
}

std::string describe(Record const& record, bool shows_choices)
{
    auto text = fmt::format("Field{}{}", record.id_text.empty() ? "" : " ", record.id_text);
    if (record.type.empty())
        text += ", any value";
    if (!record.choices.empty() && !shows_choices && record.type == "text")
        text += ", one of its choices";
    if (record.required)
        text += ", required";
    if (!record.managed.empty())
        text += ", managed by the vendor";
    return text + '.';
}

} // namespace

std::string text_in(json::object const& object, std::string_view name)
{
    auto const* text = json::string_at(object, name);
    return text != nullptr ? std::string(*text) : std::string();
}

std::vector<Record> records_in(json::array const& kept)
{
    std::map<std::string, int> names;
    std::map<std::string, int> slugs;
    std::map<std::string, std::shared_ptr<schema::Schema const>> forms;
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
        record.email = to_lower(text_in(object, "email"));
        record.key = slugs[slug] > 1 || slug.empty()
                         ? fmt::format("{}_{}", slug.empty() ? "field" : slug, record.id_text)
                         : slug;
        record.type = text_in(object, "type");
        if (auto& form = forms[record.type]; form == nullptr)
            form = form_of(record.type);
        record.form = forms[record.type];
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

void add_of_another(std::vector<Record>& records, std::vector<Record> const& others)
{
    for (auto const& other : others) {
        auto const known = std::ranges::find(records, other.lower, &Record::lower);
        if (known == records.end()) {
            records.push_back(other);
            continue;
        }
        if (known->id == other.id)
            continue;
        known->id = nullptr; // Another one in each account.
        known->id_text.clear();
        known->minimum = known->maximum = nullptr;
        known->type = known->type == other.type ? known->type : std::string();
        bool const is_any = known->choices.empty() || other.choices.empty();
        for (auto const& choice : other.choices)
            if (std::ranges::find(known->choices, choice) == known->choices.end())
                known->choices.push_back(choice);
        if (is_any)
            known->choices.clear();
        known->required = known->required && other.required;
    }
}

std::string text_of(json::value const& value)
{
    return value.is_string() ? std::string(value.get_string()) : json::to_text(value);
}

std::string told(std::vector<std::string> const& names)
{
    auto const shown = std::min(names.size(), kToldNames);
    auto text = fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    return shown < names.size() ? fmt::format("{} and {} more", text, names.size() - shown) : text;
}

json::object schema_of(Record const& record, bool may_show_choices)
{
    bool const are_texts = std::ranges::all_of(record.choices, [](auto const& choice) { return choice.is_string(); });
    bool const shows_choices =
        may_show_choices && !record.choices.empty() && record.choices.size() <= kShownChoices && are_texts;
    json::object schema;
    schema["type"] = record.type == "number" || record.type == "boolean" ? record.type : "string";
    schema["title"] = record.label;
    schema["description"] = describe(record, shows_choices);
    if (record.type == "number") {
        if (record.minimum.is_number())
            schema["minimum"] = record.minimum;
        if (record.maximum.is_number())
            schema["maximum"] = record.maximum;
    }
    if (shows_choices)
        schema["enum"] = record.choices;
    return schema;
}

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

void check_value(Record const& record, json::value& value, std::string const& path, std::vector<FieldFailure>& failures)
{
    if (value.is_null())
        return;
    if (!record.choices.empty()) {
        auto const text = text_of(value);
        auto const same = [&](json::value const& choice) { return choice == value || text_of(choice) == text; };
        if (auto const choice = std::ranges::find_if(record.choices, same); choice != record.choices.end()) {
            value = *choice;
            return;
        }
        std::vector<std::string> choices;
        for (auto const& choice : record.choices)
            choices.push_back(text_of(choice));
        failures.push_back({path, fmt::format("must be one of {}{}", told(choices), did_you_mean(choices, text))});
        return;
    }
    if (!record.type.empty())
        record.form->convert(value);
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
        for (std::string_view const key : {"type", "managed", "email"})
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

} // namespace sluice::tools
