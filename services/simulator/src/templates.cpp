#include "templates.hpp"

#include "http_api/query.hpp"

namespace sluice::simulator {
namespace {

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(' ');
    return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// As Python writes a value into a string.
std::string text_of_value(json::value const& value)
{
    if (value.is_null())
        return "None";
    if (value.is_bool())
        return value.get_bool() ? "True" : "False";
    return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

std::string variable(std::string_view path, json::value const& variables)
{
    if (path == "context") {
        auto const& all = variables.as_object();
        return boost::json::serialize(json::object{{"ticket", all.at("ticket")}, {"message", all.at("message")}});
    }
    auto const* value = json::find_path(variables, path);
    return value != nullptr ? text_of_value(*value) : std::string{};
}

std::string rendered_value(json::value const& value, json::value const& variables)
{
    return value.is_string() ? render(value.get_string(), variables) : text_of_value(value);
}

} // namespace

std::string render(std::string_view text, json::value const& variables)
{
    std::string out;
    for (auto open = text.find("{{"); open != std::string_view::npos; open = text.find("{{")) {
        auto const close = text.find("}}", open);
        if (close == std::string_view::npos)
            break;
        out.append(text.substr(0, open));
        out.append(variable(trimmed(text.substr(open + 2, close - open - 2)), variables));
        text.remove_prefix(close + 2);
    }
    return out.append(text);
}

std::string render_json_form(json::value const& form, json::value const& variables)
{
    if (form.is_null())
        return {};
    if (!form.is_object())
        return rendered_value(form, variables);
    json::object out;
    for (auto const& member : form.get_object())
        out[member.key()] = rendered_value(member.value(), variables);
    return boost::json::serialize(out);
}

std::string render_query_form(json::value const& form, json::value const& variables)
{
    http::Query query;
    if (form.is_string())
        query.add("context", render(form.get_string(), variables));
    if (auto const* fields = form.if_object(); fields != nullptr)
        for (auto const& member : *fields)
            query.add(member.key(), rendered_value(member.value(), variables));
    return query.str();
}

} // namespace sluice::simulator
