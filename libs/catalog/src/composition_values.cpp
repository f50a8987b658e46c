#include "catalog/composition.hpp"

#include <algorithm>

namespace sluice::catalog {
namespace {

using Value = std::optional<json::value>;

json::value const* given_at(json::value const& values, std::string_view path)
{
    auto const* value = json::find_path(values, path);
    bool const is_nothing =
        value != nullptr && (value->is_null() || (value->is_string() && value->get_string().empty()));
    return is_nothing ? nullptr : value;
}

Result<Value> work_out(RequestStep const&, json::value const&)
{
    return Value{}; // Its value is the vendor's answer.
}

Result<Value> work_out(PickStep const& step, json::value const& values)
{
    auto const* found = given_at(values, step.from);
    auto const* list = found != nullptr ? found->if_array() : nullptr;
    if (list == nullptr)
        return Value{};
    auto const where = step.where.render_if_there(values);
    if (!where)
        return where.error();
    auto const* members = *where ? (*where)->if_object() : nullptr;
    auto const fits = [&](json::value const& element) {
        return members == nullptr || std::ranges::all_of(*members, [&](auto const& wanted) {
                   auto const* member = json::find_path(element, wanted.key());
                   return member != nullptr && *member == wanted.value();
               });
    };
    if (step.is_first) {
        auto const first = std::ranges::find_if(*list, fits);
        return first != list->end() ? Value(*first) : Value{};
    }
    for (auto element = list->end(); element != list->begin();)
        if (fits(*--element))
            return Value(*element);
    return Value{};
}

Result<Value> work_out(LookUpStep const& step, json::value const& values)
{
    auto const* found = given_at(values, step.in);
    auto const* object = found != nullptr ? found->if_object() : nullptr;
    auto const key = step.key.render_if_there(values);
    if (!key)
        return key.error();
    auto const* name = *key ? (*key)->if_string() : nullptr;
    auto const* member = object != nullptr && name != nullptr ? object->if_contains(*name) : nullptr;
    return member != nullptr ? Value(*member) : Value{};
}

Result<Value> work_out(ChooseStep const& step, json::value const& values)
{
    for (auto const& each : step.cases) {
        if (!each.when.holds(values))
            continue;
        auto value = each.value.render_if_there(values);
        if (!value || *value)
            return value;
    }
    return Value{};
}

std::string quoted_text(std::string_view text, ExpressionStep::Quoting quoting)
{
    std::string out = "'";
    for (char const c : text) {
        bool const is_escaped = c == '\'' || (c == '\\' && quoting == ExpressionStep::Quoting::backslash);
        if (is_escaped)
            out += quoting == ExpressionStep::Quoting::backslash ? '\\' : c;
        out += c;
    }
    return out += '\'';
}

/// A literal of the vendor's language. Only JSON has lists; in the others a list is its literals with commas.
std::string literal(json::value const& value, ExpressionStep::Quoting quoting)
{
    if (quoting == ExpressionStep::Quoting::json)
        return json::to_text(value);
    if (auto const* list = value.if_array()) {
        std::string out;
        for (auto const& element : *list)
            out += (out.empty() ? "" : ", ") + literal(element, quoting);
        return out;
    }
    if (value.is_object())
        return quoted_text(json::to_text(value), quoting);
    return value.is_string() ? quoted_text(value.get_string(), quoting) : json::to_text(value);
}

Result<Value> work_out(ExpressionStep const& step, json::value const& values)
{
    std::string text;
    for (auto const& clause : step.clauses) {
        if (!clause.when.holds(values))
            continue;
        auto const written =
            clause.text.render_with(values, [&](json::value const& value) { return literal(value, step.quoting); });
        if (!written)
            return written.error();
        text += (text.empty() ? "" : step.join) + *written;
    }
    return text.empty() ? Value{} : Value(json::value(text));
}

Result<Value> work_out(RefuseStep const& step, json::value const& values)
{
    auto const message = step.message.render_prose(values);
    return message ? invalid(step.at, *message) : message.error();
}

} // namespace

bool When::holds(json::value const& values) const
{
    auto const is_given = [&](std::string const& path) { return given_at(values, path) != nullptr; };
    return std::ranges::all_of(given, is_given) && std::ranges::none_of(absent, is_given) &&
           std::ranges::all_of(equals, [&](auto const& wanted) {
               auto const* value = json::find_path(values, wanted.first);
               return value != nullptr && std::ranges::find(wanted.second, *value) != wanted.second.end();
           });
}

Result<std::optional<json::value>> value_of(CompositionStep const& step, json::value const& values)
{
    if (!step.when.holds(values))
        return Value{};
    return std::visit([&](auto const& what) { return work_out(what, values); }, step.what);
}

} // namespace sluice::catalog
