#include "tools/effects.hpp"

#include "base/encoding.hpp"
#include "catalog/naming.hpp"
#include "records.hpp"
#include "tools/arguments.hpp"
#include "tools/overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice::tools {
namespace {

constexpr std::size_t kMostItems = 20;
/// What is there now may be large, and a person needs no more of it than tells it from other things.
constexpr std::size_t kMostPresent = 500;

/// The value at a dotted path, where an empty path has none; null if there is none.
json::value const* at(json::value const& root, std::string_view path)
{
    auto const* value = path.empty() ? nullptr : json::find_path(root, path);
    return value != nullptr && value->is_null() ? nullptr : value;
}

std::string text_at(json::value const& root, std::string_view path)
{
    auto const* value = at(root, path);
    return value != nullptr ? text_of(*value) : std::string();
}

std::string cut(std::string text)
{
    if (text.size() <= kMostPresent)
        return text;
    return std::string(utf8_prefix(text, kMostPresent)) + " …";
}

std::string name_at(Tool const* tool, std::string_view place, json::value const& id)
{
    return tool != nullptr && tool->overlay != nullptr ? tool->overlay->name_at(place, id) : std::string();
}

/// The name that an object tells of itself; empty if it tells none.
std::string own_name(json::value const& value)
{
    auto const* object = value.if_object();
    for (std::string_view const member : {"name", "email", "address"})
        if (auto const* text = object != nullptr ? json::string_at(*object, member) : nullptr)
            return std::string(*text);
    return {};
}

/// Who says a value: the vendor, whose objects have much that tells nothing here, or the call, of which nothing is left
/// out.
enum class Said { by_vendor, by_call };

/// Whether an object has nothing but what names it.
bool is_only_named(json::value const& value)
{
    constexpr std::array<std::string_view, 5> kNaming{"id", "name", "email", "address", "decoration"};
    return std::ranges::all_of(value.get_object(), [&](auto const& member) {
        return std::ranges::find(kNaming, std::string_view(member.key())) != kNaming.end();
    });
}

/// Whether nothing is left out if the elements of a list are told by their names.
bool are_only_names(json::value const& list)
{
    return list.is_array() && std::ranges::all_of(list.get_array(), [](json::value const& element) {
               return !element.is_object() || is_only_named(element);
           });
}

/// A value as people read it, at a place in the body; null stays null.
json::value shown_value(Tool const* tool, std::string_view place, json::value const& value, Said said)
{
    if (value.is_null())
        return nullptr;
    if (value.is_primitive()) {
        auto const name = name_at(tool, place, value);
        return json::value(name.empty() ? text_of(value) : name);
    }
    if (auto const* list = value.if_array()) {
        std::string text;
        for (auto const& element : *list) {
            auto const shown = shown_value(tool, fmt::format("{}.*", place), element, said);
            text += (text.empty() ? "" : ", ") + (shown.is_null() ? std::string("null") : text_of(shown));
        }
        return json::value(text);
    }
    auto const* id = at(value, "id");
    if (auto name = own_name(value); !name.empty() && (said == Said::by_vendor || is_only_named(value)))
        return json::value(name);
    if (id != nullptr && value.get_object().size() == 1) {
        auto const name = name_at(tool, fmt::format("{}.id", place), *id);
        return json::value(name.empty() ? "#" + text_of(*id) : name);
    }
    bool const is_emptied = value.get_object().size() == 1 && value.get_object().contains("id");
    return is_emptied ? json::value(nullptr) : json::value(json::to_text(value)); // `{"id": null}` unassigns.
}

/// The elements of a list as names; nothing if one of them has none.
std::optional<std::vector<std::string>> names_listed(Tool const* tool, std::string_view place, json::value const& value)
{
    auto const* list = value.if_array();
    if (list == nullptr)
        return std::nullopt;
    std::vector<std::string> names;
    for (auto const& element : *list) {
        auto name = element.is_string() ? std::string(element.get_string()) : own_name(element);
        if (name.empty() && element.is_int64()) {
            name = name_at(tool, fmt::format("{}.*", place), element);
            name = name.empty() ? "#" + text_of(element) : name;
        }
        if (name.empty())
            return std::nullopt;
        names.push_back(std::move(name));
    }
    return names;
}

std::vector<std::string> without(std::vector<std::string> names, std::vector<std::string> const& others)
{
    std::erase_if(names, [&](auto const& name) { return std::ranges::find(others, name) != others.end(); });
    return names;
}

/// What the vendor has may be long.
std::vector<std::string> first_of(std::vector<std::string> names)
{
    constexpr std::size_t kMost = 100;
    auto const more = names.size() - std::min(names.size(), kMost);
    names.resize(names.size() - more);
    for (auto& name : names)
        name = cut(std::move(name));
    if (more > 0)
        names.push_back(fmt::format("and {} more", more));
    return names;
}

json::object list_effect(std::string_view label, std::vector<std::string> const& added,
                         std::vector<std::string> const& removed, bool is_known)
{
    json::object effect{{"kind", "list"}, {"label", label}};
    effect["added"] = json::array_of(added);
    effect["removed"] = json::array_of(first_of(removed));
    effect["known"] = is_known;
    return effect;
}

json::object value_effect(std::string_view label, json::value from, json::value to, bool is_known)
{
    json::object effect{{"kind", "value"}, {"label", label}};
    effect["from"] = from.is_string() ? json::value(cut(std::string(from.get_string()))) : std::move(from);
    effect["to"] = std::move(to);
    effect["known"] = is_known;
    return effect;
}

/// `Dana Fox <dana@shopper.example>`
std::string address_of(json::value const& value)
{
    auto const name = text_at(value, "name");
    auto const address = value.is_string() ? text_of(value) : text_at(value, "address");
    return name.empty() || name == address ? address : fmt::format("{} <{}>", name, address);
}

json::array addresses_at(json::value const& body, std::string_view path)
{
    json::array addresses;
    auto const* value = at(body, path);
    if (auto const* list = value != nullptr ? value->if_array() : nullptr)
        for (auto const& each : *list)
            addresses.emplace_back(address_of(each));
    else if (value != nullptr)
        addresses.emplace_back(address_of(*value));
    return addresses;
}

json::object message_effect(catalog::Shown::Message const& paths, json::value const& body)
{
    auto const* is_public = at(body, paths.is_public);
    auto const from = addresses_at(body, paths.from);
    auto const text = text_at(body, paths.text);
    auto const html = text_at(body, paths.html);
    json::object effect{{"kind", "message"}};
    effect["public"] = is_public == nullptr || *is_public != json::value(false);
    effect["channel"] = text_at(body, paths.channel);
    effect["from"] = from.empty() ? json::value("") : from.front();
    effect["to"] = addresses_at(body, paths.to);
    effect["cc"] = addresses_at(body, paths.cc);
    effect["bcc"] = addresses_at(body, paths.bcc);
    effect["subject"] = text_at(body, paths.subject);
    effect["body"] = text.empty() || html.empty() ? text + html : fmt::format("{}\n\n{}", text, html);
    effect["sent"] = std::ranges::none_of(paths.recorded, [&](auto const& when) { return when.holds(body); });
    return effect;
}

/// The elements of the lists at the paths as names. An id is named by the present list, or by what the account knows.
struct ListedNames {
    std::vector<std::string> names;
    bool are_all_known = true;
};

ListedNames names_at(SeenCall const& call, std::vector<std::string> const& paths, json::value const& body,
                     json::value const* present)
{
    ListedNames listed;
    auto const name_of = [&](std::string const& path, json::value const& element) {
        if (element.is_string())
            return std::string(element.get_string());
        if (auto own = own_name(element); !own.empty())
            return own;
        for (auto const& known : present != nullptr && present->is_array() ? present->get_array() : json::array{})
            if (auto const* id = at(known, "id"); id != nullptr && *id == element)
                return own_name(known);
        auto known = name_at(call.tool, fmt::format("{}.*", path), element);
        listed.are_all_known = listed.are_all_known && !known.empty();
        return known.empty() ? "#" + text_of(element) : known;
    };
    for (auto const& path : paths)
        if (auto const* value = at(body, path); value != nullptr && value->is_array())
            for (auto const& element : value->get_array())
                listed.names.push_back(name_of(path, element));
    return listed;
}

json::object shown_list_effect(catalog::Shown::List const& list, SeenCall const& call, json::value const& body)
{
    auto const* present = at(call.item, list.now);
    auto const added = names_at(call, list.adds, body, present);
    auto const removed = names_at(call, list.removes, body, present);
    auto const set = names_at(call, list.sets, body, present);
    auto const now = present != nullptr ? names_listed(call.tool, list.now, *present) : std::nullopt;
    if (list.sets.empty())
        return list_effect(list.label, now ? without(added.names, *now) : added.names, removed.names, true);
    bool const is_known = now.has_value() && set.are_all_known;
    return list_effect(list.label, is_known ? without(set.names, *now) : set.names,
                       is_known ? without(*now, set.names) : std::vector<std::string>{}, is_known);
}

/// The value of the path's last parameter, which is the item's own id; empty if the path has none.
std::string own_id(SeenCall const& call)
{
    std::string_view last;
    for (auto const& part : call.method.path)
        if (part.is_parameter)
            last = part.text;
    auto const given = std::ranges::find(call.parts.path, last, &std::pair<std::string, std::string>::first);
    return given != call.parts.path.end() ? given->second : std::string();
}

json::object deletion(SeenCall const& call, json::value const& body)
{
    json::array items;
    std::size_t count = 0;
    auto const add = [&](std::string const& id) {
        if (++count <= kMostItems)
            items.emplace_back(id);
    };
    if (auto const* ids = at(body, call.method.shown.deletes); ids != nullptr && ids->is_array())
        for (auto const& id : ids->get_array())
            add(text_of(id));
    else if (auto const id = own_id(call); !id.empty())
        add(id);
    auto const view = call.integration.items.find(call.method.resource);
    json::object effect{{"kind", "delete"}};
    effect["label"] =
        view != call.integration.items.end() ? view->second.label : catalog::in_words(call.method.resource);
    effect["items"] = std::move(items);
    effect["count"] = count;
    return effect;
}

/// The values of an account's own fields: in a call `[{id, value}]`, in an item `{id: {value}}`. Nothing if the values
/// have another form.
std::optional<json::array> field_effects(Tool const* tool, std::string_view place, json::value const& to,
                                         json::value const* from)
{
    auto const* given = to.if_array();
    if (given == nullptr || given->empty())
        return std::nullopt;
    json::array effects;
    for (auto const& field : *given) {
        auto const* id = at(field, "id");
        auto const* value = field.is_object() ? field.get_object().if_contains("value") : nullptr;
        if (id == nullptr || value == nullptr)
            return std::nullopt;
        auto const label = name_at(tool, place, *id);
        json::value const* before = nullptr;
        if (auto const* fields = from != nullptr ? from->if_object() : nullptr)
            if (auto const* entry = fields->if_contains(text_of(*id)))
                before = at(*entry, "value");
        effects.push_back(
            value_effect(label.empty() ? "Field " + text_of(*id) : label,
                         before != nullptr ? shown_value(tool, "", *before, Said::by_vendor) : json::value(nullptr),
                         shown_value(tool, "", *value, Said::by_call), from != nullptr));
    }
    return effects;
}

void add_changes(SeenCall const& call, json::array& effects)
{
    for (auto const& [name, change] : call.changes.get_object()) {
        auto const& members = change.get_object();
        auto const& to = members.at("to");
        auto const* from = members.if_contains("from");
        auto const label = catalog::in_words(name);
        if (auto fields = field_effects(call.tool, name, to, from)) {
            effects.insert(effects.end(), fields->begin(), fields->end());
            continue;
        }
        auto const after = are_only_names(to) ? names_listed(call.tool, name, to) : std::nullopt;
        auto const before = from != nullptr ? names_listed(call.tool, name, *from) : std::nullopt;
        if (after && (before || from == nullptr))
            effects.push_back(list_effect(label, before ? without(*after, *before) : *after,
                                          before ? without(*before, *after) : std::vector<std::string>{},
                                          before.has_value()));
        else
            effects.push_back(value_effect(
                label, from != nullptr ? shown_value(call.tool, name, *from, Said::by_vendor) : json::value(nullptr),
                shown_value(call.tool, name, to, Said::by_call), from != nullptr));
    }
}

void add_set(SeenCall const& call, std::string_view name, json::value const& value, json::array& effects)
{
    if (auto const fields = field_effects(call.tool, name, value, nullptr)) {
        for (auto const& field : *fields)
            effects.push_back(json::object{{"kind", "set"}, {"label", field.at("label")}, {"to", field.at("to")}});
        return;
    }
    json::object effect{{"kind", "set"}, {"label", catalog::in_words(name)}};
    effect["to"] = shown_value(call.tool, name, value, Said::by_call);
    effects.push_back(std::move(effect));
}

/// The message, and what else the call gives: nothing that is sent is left out.
json::array message_effects(catalog::Shown::Message const& paths, SeenCall const& call, json::value const& body)
{
    json::array effects{message_effect(paths, body)};
    auto const is_told = [&](std::string_view name) {
        auto const tells = [&](std::string const& path) { return path.substr(0, path.find('.')) == name; };
        auto const all = {paths.is_public, paths.channel, paths.from, paths.to,  paths.cc,
                          paths.bcc,       paths.subject, paths.text, paths.html};
        return std::ranges::any_of(all, tells) || std::ranges::any_of(paths.quiet, tells);
    };
    for (auto const& [name, value] : body.is_object() ? body.get_object() : json::object{})
        if (!is_told(name))
            add_set(call, name, value, effects);
    for (auto const& [name, value] : call.parts.query)
        add_set(call, name, json::value(value), effects);
    return effects;
}

/// A call whose body has the values of fields, or one value of the field whose id ends its path.
json::array own_field_effects(SeenCall const& call)
{
    auto const* now = at(call.item, call.method.shown.fields);
    auto const& body = call.parts.body;
    if (body && body->is_array())
        return field_effects(call.tool, "body", *body, now).value_or(json::array{});
    auto const id = own_id(call);
    if (id.empty())
        return {};
    json::object field{{"id", id}};
    field["value"] = body ? *body : json::value(nullptr);
    return field_effects(call.tool, "id", json::array{std::move(field)}, now).value_or(json::array{});
}

} // namespace

json::array effects_of(SeenCall const& call)
{
    json::value const body = call.parts.body ? *call.parts.body : json::value(json::object{});
    auto const& shown = call.method.shown;
    if (shown.message)
        return message_effects(*shown.message, call, body);
    if (!shown.fields.empty())
        return own_field_effects(call);
    if (shown.list)
        return {shown_list_effect(*shown.list, call, body)};
    if (call.method.verb == "DELETE" || !shown.deletes.empty())
        return {deletion(call, body)};
    json::array effects;
    if (call.changes.is_object())
        add_changes(call, effects);
    else if (body.is_object())
        for (auto const& [name, value] : body.get_object())
            add_set(call, name, value, effects);
    else
        add_set(call, "body", body, effects);
    for (auto const& [name, value] : call.parts.query)
        add_set(call, name, json::value(value), effects);
    return effects;
}

json::value about_of(SeenCall const& call)
{
    auto const resource =
        call.method.about && call.item.is_object() ? call.method.about->resource : call.method.resource;
    auto const view = call.integration.items.find(resource);
    auto const* id = at(call.item, "id");
    auto const shown_id = id != nullptr ? text_of(*id) : own_id(call);
    if (view == call.integration.items.end() || shown_id.empty())
        return nullptr;
    json::object about{{"label", view->second.label}};
    about["id"] = shown_id;
    about["title"] = cut(text_at(call.item, view->second.title));
    json::array details;
    for (auto const& path : view->second.details)
        if (auto text = text_at(call.item, path); !text.empty())
            details.emplace_back(cut(std::move(text)));
    about["details"] = std::move(details);
    return about;
}

} // namespace sluice::tools
