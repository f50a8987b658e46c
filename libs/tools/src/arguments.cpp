#include "tools/arguments.hpp"

#include "documents/source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::tools {
namespace {

void add_query(Argument const& argument, json::value const& value, catalog::CallParts& parts)
{
    if (auto const* members = value.if_object(); members != nullptr && argument.deep_object) {
        for (auto const& [key, member] : *members)
            parts.query.emplace_back(argument.wire_name + '[' + std::string(key) + ']', text_of_argument(member));
        return;
    }
    if (auto const* elements = value.if_array()) {
        for (auto const& element : *elements)
            parts.query.emplace_back(argument.wire_name, text_of_argument(element));
        return;
    }
    parts.query.emplace_back(argument.wire_name, text_of_argument(value));
}

/// Sets the member at a dotted path to null. Objects on the way are made.
void put_null(json::object& body, std::string_view path)
{
    auto const dot = path.find('.');
    auto& member = body[path.substr(0, dot)];
    if (dot == std::string_view::npos) {
        member = nullptr;
        return;
    }
    if (!member.is_object())
        member = json::object{};
    put_null(member.get_object(), path.substr(dot + 1));
}

/// Whether the arguments have a member at a dotted path.
bool gives(json::object const& arguments, std::string_view path)
{
    auto const dot = path.find('.');
    auto const* member = arguments.if_contains(path.substr(0, dot));
    return member != nullptr &&
           (dot == std::string_view::npos || json::find_path(*member, path.substr(dot + 1)) != nullptr);
}

/// Calls `visit(value, path)` for each value at a dotted path, where `*` stands for each element of a list.
template <class Visit>
void each_at(json::value const& value, std::string_view rest, std::string const& path, Visit const& visit)
{
    if (rest.empty())
        return visit(value, path);
    auto const name = rest.substr(0, rest.find('.'));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    if (auto const* list = value.if_array(); list != nullptr && name == "*") {
        for (std::size_t i = 0; i < list->size(); ++i)
            each_at((*list)[i], rest, documents::join_path(path, i), visit);
    } else if (auto const* object = value.if_object()) {
        if (auto const* member = object->if_contains(name))
            each_at(*member, rest, documents::join_path(path, name), visit);
    }
}

bool is_of_body(Argument const& argument)
{
    return argument.place == Argument::Place::body_member || argument.place == Argument::Place::clear;
}

Argument const* argument_named(Tool const& tool, std::string_view name)
{
    auto const found = tool.arguments.find(name);
    return found == tool.arguments.end() ? nullptr : &found->second;
}

/// The names that the call empties.
std::vector<std::string> cleared_in(Tool const& tool, json::object const& arguments)
{
    for (auto const& [name, argument] : tool.arguments)
        if (auto const* value = argument.place == Argument::Place::clear ? arguments.if_contains(name) : nullptr)
            return json::texts_in(*value);
    return {};
}

/// The path of the member that a name in `clear` empties: for a flat argument the object to which it belongs.
std::string_view cleared_by(Tool const& tool, std::string_view name)
{
    auto const* argument = argument_named(tool, name);
    if (argument == nullptr || argument->place != Argument::Place::flat)
        return name;
    return std::string_view(argument->wire_name).substr(0, argument->wire_name.find('.'));
}

/// Moves a flat argument to the member that it stands for. Where that is given too, it stays and is refused.
bool unfold(std::string const& name, std::string_view path, json::object& arguments)
{
    auto const dot = path.find('.');
    auto const value = arguments.at(name);
    auto& object = arguments[path.substr(0, dot)];
    if (object.is_null())
        object = json::object{};
    auto* at = object.if_object();
    for (path.remove_prefix(dot + 1); at != nullptr && path.find('.') != std::string_view::npos;) {
        auto& below = (*at)[path.substr(0, path.find('.'))];
        if (below.is_null())
            below = json::object{};
        at = below.if_object();
        path.remove_prefix(path.find('.') + 1);
    }
    if (at == nullptr || at->contains(path))
        return false;
    (*at)[path] = value;
    arguments.erase(name);
    return true;
}

bool holds(catalog::ArgumentDefaults const& defaults, json::object const& arguments)
{
    return std::ranges::all_of(defaults.when, [&](auto const& wanted) {
        auto const* given = arguments.if_contains(wanted.key());
        return given != nullptr && *given == wanted.value();
    });
}

void fill_defaults(Tool const& tool, json::object& arguments)
{
    if (tool.method->shape.defaults.empty())
        return;
    auto const cleared = cleared_in(tool, arguments);
    for (auto const& defaults : tool.method->shape.defaults)
        for (auto const& [name, value] : defaults.set)
            if (!arguments.contains(name) && argument_named(tool, name) != nullptr && holds(defaults, arguments) &&
                std::ranges::find(cleared, name) == cleared.end())
                arguments[name] = value;
}

void place(Argument const& argument, json::value const& value, catalog::CallParts& parts)
{
    switch (argument.place) {
    case Argument::Place::path:
        parts.path.emplace_back(argument.wire_name, text_of_argument(value));
        break;
    case Argument::Place::query:
        add_query(argument, value, parts);
        break;
    case Argument::Place::body:
        parts.body = value;
        break;
    case Argument::Place::body_member:
        parts.body->get_object()[argument.wire_name] = value;
        break;
    case Argument::Place::limit:
        parts.limit = value.to_number<std::int64_t>(); // Within its bounds, so it fits.
        break;
    case Argument::Place::dry_run:
        parts.dry_run = value.is_bool() && value.get_bool();
        break;
    case Argument::Place::fields:
        parts.fields = json::texts_in(value);
        break;
    case Argument::Place::clear: // When all others are in their place.
    case Argument::Place::flat:  // Put in its place by `read_leniently`.
        break;
    case Argument::Place::cursor:
        parts.next_cursor = text_of_argument(value);
        break;
    }
}

} // namespace

void drop_client_members(Tool const& tool, json::object& arguments)
{
    // The MCP Client Tool of n8n adds these, in versions without its pull request 23167.
    constexpr std::array<std::string_view, 4> kMembers{"toolCallId", "sessionId", "action", "chatInput"};
    auto const* rules = tool.method->body.schema.if_object();
    auto const* raw = tool.method->raw_schema && rules != nullptr ? json::object_at(*rules, "properties") : nullptr;
    for (auto const name : kMembers)
        if (arguments.contains(name) && !tool.arguments.contains(name) && (raw == nullptr || !raw->contains(name)))
            arguments.erase(name);
}

std::vector<std::string> read_leniently(Tool const& tool, json::object& arguments)
{
    std::vector<std::string> unfolded;
    tool.schema->drop_nulls(arguments);
    json::value whole(std::move(arguments));
    tool.schema->convert(whole);
    arguments = std::move(whole.get_object());
    for (auto const& [name, argument] : tool.arguments)
        if (argument.place == Argument::Place::flat && arguments.contains(name) &&
            unfold(name, argument.wire_name, arguments))
            unfolded.push_back(name);
    fill_defaults(tool, arguments);
    return unfolded;
}

void explain(Tool const& tool, std::vector<std::string> const& unfolded, std::vector<FieldFailure>& failures)
{
    constexpr std::string_view kUnknown = "is not known here";
    auto const& hints = tool.method->shape.hints;
    for (auto& failure : failures) {
        if (auto const hint = hints.find(failure.path); hint != hints.end() && failure.message.starts_with(kUnknown))
            failure.message = fmt::format("{}: {}", kUnknown, hint->second);
        for (auto const& name : unfolded)
            if (failure.path == tool.arguments.at(name).wire_name)
                failure.path = name;
    }
}

std::vector<FieldFailure> check_update(Tool const& tool, json::object const& arguments)
{
    if (tool.method->access == catalog::Access::read)
        return {};
    std::vector<FieldFailure> failures;
    std::size_t members = 0;
    bool takes_members = false;
    std::string_view clear;
    for (auto const& [name, argument] : tool.arguments) {
        takes_members = takes_members || argument.place == Argument::Place::body_member;
        auto const* given = is_of_body(argument) ? arguments.if_contains(name) : nullptr;
        bool const clears_nothing =
            given != nullptr && argument.place == Argument::Place::clear && json::texts_in(*given).empty();
        members += given != nullptr && !clears_nothing ? 1 : 0;
        if (argument.place == Argument::Place::clear)
            clear = name;
    }
    if (tool.method->name == "update" && takes_members && members == 0)
        failures.push_back(
            {"", clear.empty()
                     ? std::string("changes nothing: give the members that are to change")
                     : fmt::format("changes nothing: give the members that are to change, or name in {} those that are "
                                   "to be emptied (null means that a member is left as it is)",
                                   clear)});
    auto const paths = cleared_in(tool, arguments);
    for (std::size_t i = 0; i < paths.size(); ++i)
        if (gives(arguments, cleared_by(tool, paths[i])))
            failures.push_back({documents::join_path(clear, i), "is given too: give it, or empty it"});
    for (auto const& [name, argument] : tool.arguments)
        if (argument.place == Argument::Place::flat && arguments.contains(name))
            failures.push_back(
                {name, fmt::format("stands for {}, which is given too: give one of them", argument.wire_name)});
    return failures;
}

std::vector<FieldFailure> check_needs(Tool const& tool, json::object const& arguments)
{
    std::vector<FieldFailure> failures;
    json::value const root(arguments);
    for (auto const& needs : tool.method->shape.needs)
        each_at(root, needs.at, "", [&](json::value const& value, std::string const& path) {
            auto const* object = value.if_object();
            auto const* decides = object != nullptr ? json::string_at(*object, needs.member) : nullptr;
            bool const is_meant =
                decides != nullptr && std::ranges::find(needs.is, std::string_view(*decides)) != needs.is.end();
            auto const is_given = [&](std::string const& member) { return gives(*object, member); };
            if (is_meant && std::ranges::none_of(needs.give, is_given))
                failures.push_back({documents::join_path(path, needs.give.front()),
                                    fmt::format("is required by {}{}{}", std::string_view(*decides),
                                                needs.give.size() > 1 ? ", or " : "",
                                                fmt::join(needs.give.begin() + 1, needs.give.end(), " or "))});
        });
    return failures;
}

catalog::CallParts split_arguments(Tool const& tool, json::object const& arguments)
{
    catalog::CallParts parts;
    if (tool.method->raw_schema) {
        parts.body = arguments;
        return parts;
    }
    auto const& body = tool.method->body;
    bool gives_member = body.required;
    for (auto const& [name, value] : arguments)
        if (auto const* known = argument_named(tool, name))
            gives_member = gives_member || is_of_body(*known);
    if (body.kind == catalog::BodyShape::Kind::object && gives_member)
        parts.body = json::object{};
    for (auto const& [name, value] : arguments)
        if (auto const* known = argument_named(tool, name))
            place(*known, value, parts);
    // After the members, since a cleared one may stand in an object that is given.
    for (auto const& path : cleared_in(tool, arguments))
        put_null(parts.body->get_object(), cleared_by(tool, path));
    return parts;
}

std::string text_of_argument(json::value const& value)
{
    if (auto const* text = value.if_string())
        return std::string(*text);
    return json::to_text(value);
}

} // namespace sluice::tools
