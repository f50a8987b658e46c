#include "tools/overlay.hpp"
#include "base/encoding.hpp"
#include "base/near.hpp"
#include "records.hpp"
#include "shaping.hpp"
#include "tools/tool.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <initializer_list>

namespace sluice::tools {
namespace {

using Kind = catalog::DynamicPlace::Kind;

/// The most mistakes that are reported, since for each one all names are searched for similar ones.
constexpr std::size_t kMostFailures = 20;
/// The most bytes that an account's fields add to a schema.
constexpr std::size_t kFieldBytes = 5 * 1024;

/// A description without its example, which has another form than the account's own.
std::string without_example(std::string const& described)
{
    auto const at = std::min(described.find(" E.g. "), described.find(", e.g. "));
    if (at == std::string::npos)
        return described;
    auto text = described.substr(0, at);
    if (auto const after = described.find("; ", at); after != std::string::npos)
        text += described.substr(after);
    return text.ends_with('.') ? text : text + '.';
}

} // namespace

/// A place in the arguments, with the records that it takes.
struct ToolOverlay::Part {
    catalog::DynamicPlace place;
    std::vector<Record> records;
    std::vector<std::string> labels;
    /// The members that stand for the id beside which the place is, in an object that does not list them: `name`,
    /// `email`.
    std::vector<std::string_view> stand_ins;

    /// The record that a value means. A number is an id. A text is an id, else an e-mail, else a name: whoever can
    /// choose a name must not be able to take what is meant for another. Null if none or several fit.
    [[nodiscard]] Record const* find(json::value const& given) const
    {
        auto const text = text_of(given);
        auto const lower = to_lower(text);
        Record const* found = only([&](Record const& record) { return record.id_text == text; });
        if (found != nullptr || !given.is_string() || text.empty())
            return found;
        for (auto const& fits : std::initializer_list<std::function<bool(Record const&)>>{
                 [&](Record const& record) { return record.email == lower; },
                 [&](Record const& record) { return record.label == text || record.key == text; },
                 [&](Record const& record) { return record.lower == lower; }})
            if (std::ranges::any_of(records, fits))
                return only(fits);
        return nullptr;
    }

    [[nodiscard]] Record const* only(std::function<bool(Record const&)> const& fits) const
    {
        Record const* found = nullptr;
        for (auto const& record : records) {
            if (!fits(record))
                continue;
            if (found != nullptr)
                return nullptr;
            found = &record;
        }
        return found;
    }

    /// Puts the id in place of a name. Gives the record, or null if it is not known.
    Record const* put_id(json::value& given, std::string const& path, std::vector<FieldFailure>& failures) const
    {
        if (given.is_null())
            return nullptr;
        if (auto const* object = given.if_object(); object != nullptr && object->size() == 1)
            for (std::string_view const name : {"id", "email", "name"})
                if (auto const* value = object->if_contains(name)) {
                    auto const meant = *value;
                    given = meant;
                    break;
                }
        auto const* record = find(given);
        if (record != nullptr)
            given = record->id;
        else if (given.is_string())
            failures.push_back({path, fmt::format("is not known in this account; there are {}{}", told(labels),
                                                  did_you_mean(labels, text_of(given)))});
        return record; // An unknown id may be newer than the known records, so the vendor checks it.
    }

    /// `{"email": …}` in place of `{"id": …}`.
    void put_stand_in(json::value& given) const
    {
        auto* object = given.if_object();
        if (object == nullptr || object->size() != 1)
            return;
        for (auto const name : stand_ins)
            if (auto const* value = object->if_contains(name)) {
                given = json::object{{place.path.back(), *value}};
                return;
            }
    }

    void put_values(json::value& given, std::string const& path, std::vector<FieldFailure>& failures) const
    {
        json::array values;
        if (auto const* text = given.if_string())
            if (auto written = json::parse(*text); written && written->is_structured())
                given = *std::move(written);
        if (auto* members = given.if_object()) {
            for (auto& [key, value] : *members) {
                if (failures.size() >= kMostFailures)
                    return;
                if (value.is_null())
                    continue; // A field that is left out.
                json::value id(key);
                auto const at = fmt::format("{}.{}", path, std::string_view(key));
                if (auto const* record = put_id(id, at, failures))
                    check_value(*record, value, at, failures);
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
                auto* value = element->if_contains("value");
                if (record != nullptr && value != nullptr)
                    check_value(*record, *value, fmt::format("{}[{}].value", path, i), failures);
            }
        }
    }

    void resolve(json::object& arguments, std::vector<FieldFailure>& failures) const
    {
        if (place.kind == Kind::name)
            return;
        if (!stand_ins.empty())
            each(arguments, 0, place.path.size() - 1, "",
                 [&](json::value& value, std::string const&) { put_stand_in(value); });
        Record const* record = nullptr;
        each(arguments, 0, place.path.size(), "", [&](json::value& value, std::string const& path) {
            if (failures.size() >= kMostFailures)
                return;
            if (place.kind == Kind::values)
                put_values(value, path, failures);
            else
                record = put_id(value, path, failures);
        });
        auto* value = place.kind == Kind::field ? arguments.if_contains(place.value) : nullptr;
        if (record != nullptr && value != nullptr)
            check_value(*record, *value, place.value, failures);
    }

    /// `flat` has the arguments that stand for members of objects, by the path of the member.
    void show(json::object& schema, std::map<std::string, std::string> const& flat) const
    {
        auto const shown_flat = flat.find(fmt::format("{}", fmt::join(place.path, ".")));
        auto* node = &schema;
        if (shown_flat != flat.end()) {
            auto* argument = schema_at(schema, shown_flat->second);
            if (argument != nullptr)
                show_at(*argument, schema);
        }
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
        show_at(*node, schema);
    }

    /// Writes the records into the schema of the argument `at`.
    void show_at(json::object& at, json::object& schema) const
    {
        auto* node = &at;
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
                    property = schema_of(record, false); // A wrong value gets an error that lists the choices.
                auto const size = boost::json::serialize(property).size() + record.key.size();
                left_out += used + size > kFieldBytes ? 1 : 0;
                if (used + size > kFieldBytes)
                    continue;
                used += size;
                properties[record.key] = std::move(property);
            }
            (*node)["type"] = "object";
            (*node)["description"] = fmt::format(
                "{} In this account, write {{field: value}}.{}", without_example(described),
                left_out > 0 ? fmt::format(" {} more fields are taken by their name or id.", left_out) : "");
            (*node)["properties"] = std::move(properties);
            if (left_out > 0)
                (*node)["additionalProperties"] = true;
            return;
        }
        // One type for all: some clients make an argument of two types required, and check enums before they send.
        bool const has_emails = std::ranges::any_of(records, [](auto const& record) { return !record.email.empty(); });
        (*node)["type"] = "string";
        (*node)["description"] =
            fmt::format("{}{}By name{} or id. There are: {}.", described, described.empty() ? "" : " ",
                        has_emails ? ", e-mail" : "", names_of(records));
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

    /// Calls `visit` for each value at the first `length` steps of the path.
    void each(json::object& object, std::size_t depth, std::size_t length, std::string const& path,
              Visit const& visit) const
    {
        auto* value = object.if_contains(place.path[depth]);
        if (value != nullptr)
            visit_or_descend(*value, depth + 1, length,
                             path.empty() ? place.path[depth] : fmt::format("{}.{}", path, place.path[depth]), visit);
    }

    void visit_or_descend(json::value& value, std::size_t depth, std::size_t length, std::string const& path,
                          Visit const& visit) const
    {
        if (depth == length)
            return visit(value, path);
        if (place.path[depth] != "*") {
            if (auto* object = value.if_object())
                each(*object, depth, length, path, visit);
            return;
        }
        if (auto* elements = value.if_array())
            for (std::size_t i = 0; i < elements->size(); ++i)
                visit_or_descend((*elements)[i], depth + 1, length, fmt::format("{}[{}]", path, i), visit);
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

void ToolOverlay::show(Tool const& tool, json::object& input_schema) const
{
    std::map<std::string, std::string> flat;
    for (auto const& [name, argument] : tool.arguments)
        if (argument.place == Argument::Place::flat)
            flat.emplace(argument.wire_name, name);
    for (auto const& part : parts_)
        part.show(input_schema, flat);
}

std::string ToolOverlay::name_at(std::string_view place, json::value const& id) const
{
    for (auto const& part : parts_)
        if (fmt::format("{}", fmt::join(part.place.path, ".")) == place)
            for (auto const& record : part.records)
                if (record.id_text == text_of(id))
                    return record.email.empty() ? record.label : fmt::format("{} <{}>", record.label, record.email);
    return {};
}

/// What may stand for the id at a place, if the object around it lists no member of that name.
std::vector<std::string_view> stand_ins_of(catalog::DynamicPlace const& place, Tool const& tool)
{
    if (place.kind != Kind::id || place.path.size() != 2 || place.path.back() != "id" || !tool.body_schema.is_object())
        return {};
    auto const* object = json::find_path(tool.body_schema, "properties." + place.path.front());
    auto const* members = object != nullptr ? json::find_path(*object, "properties") : nullptr;
    std::vector<std::string_view> names;
    for (std::string_view const name : {"name", "email"})
        if (members != nullptr && members->is_object() && !members->get_object().contains(name))
            names.push_back(name);
    return names;
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
            overlay->parts_.push_back({place, std::move(records), std::move(labels), stand_ins_of(place, *base)});
        }
        return overlay->parts_.empty() ? nullptr : shown_with(base, std::move(overlay), true);
    }

    /// The tool with the overlay's part in what clients see; null if that cannot be written.
    static ToolPtr shown_with(ToolPtr const& base, std::shared_ptr<ToolOverlay> overlay, bool resolves)
    {
        auto entry = json::parse(base->list_entry);
        if (!entry)
            return nullptr;
        auto& schema = entry->at("inputSchema").as_object();
        overlay->show(*base, schema);
        auto tool = std::make_shared<Tool>(*base);
        tool->input_schema = boost::json::serialize(schema);
        tool->list_entry = boost::json::serialize(*entry);
        if (resolves)
            tool->overlay = std::move(overlay);
        return ToolPtr(tool.get(), [tool, base](Tool const*) {}); // The base keeps the integration.
    }

private:
    catalog::Integration const& integration_;
    json::object const& values_;
};

ToolPtr shown_for_all(ToolPtr const& base, std::span<ToolPtr const> of_accounts)
{
    auto all = std::make_shared<ToolOverlay>();
    for (auto const& tool : of_accounts) {
        if (tool->overlay == nullptr)
            continue;
        for (auto const& part : tool->overlay->parts_) {
            auto const same = std::ranges::find_if(all->parts_, [&](auto const& known) {
                return known.place.path == part.place.path && known.place.kind == part.place.kind;
            });
            if (same == all->parts_.end())
                all->parts_.push_back(part);
            else
                add_of_another(same->records, part.records);
        }
    }
    for (auto& part : all->parts_) {
        part.labels.clear();
        for (auto const& record : part.records)
            part.labels.push_back(record.label);
    }
    auto shown = all->parts_.empty() ? nullptr : OverlayMaker::shown_with(base, std::move(all), false);
    return shown != nullptr ? shown : base;
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
