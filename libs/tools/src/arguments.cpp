#include "tools/arguments.hpp"

#include <array>

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

void drop_absent(Tool const& tool, json::object& arguments)
{
    tool.schema->drop_nulls(arguments);
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
        if (auto const known = tool.arguments.find(std::string_view(name)); known != tool.arguments.end())
            gives_member = gives_member || known->second.place == Argument::Place::body_member;
    if (body.kind == catalog::BodyShape::Kind::object && gives_member)
        parts.body = json::object{};
    for (auto const& [name, value] : arguments)
        if (auto const known = tool.arguments.find(std::string_view(name)); known != tool.arguments.end())
            place(known->second, value, parts);
    return parts;
}

std::string text_of_argument(json::value const& value)
{
    if (auto const* text = value.if_string())
        return std::string(*text);
    return json::to_text(value);
}

} // namespace sluice::tools
