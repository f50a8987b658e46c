#include "catalog/template.hpp"

#include "base/encoding.hpp"
#include "catalog/source.hpp"

namespace sluice::catalog {
namespace {

std::optional<std::string> scalar_text(json::value const& value)
{
    if (auto const* text = value.if_string())
        return std::string(*text);
    if (value.is_int64() || value.is_uint64())
        return json::to_text(value);
    return std::nullopt;
}

std::string_view trim(std::string_view text)
{
    auto const first = text.find_first_not_of(' ');
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Calls `visit(text, path)` for every text within.
template <class Visit>
void each_text(json::value const& value, std::string const& path, Visit const& visit)
{
    if (auto const* text = value.if_string())
        visit(std::string_view(*text), path);
    else if (auto const* object = value.if_object())
        for (auto const& [name, member] : *object)
            each_text(member, join_path(path, name), visit);
    else if (auto const* array = value.if_array())
        for (std::size_t i = 0; i < array->size(); ++i)
            each_text((*array)[i], join_path(path, i), visit);
}

/// Whether a text that is one placeholder becomes the value itself.
enum class Leaf { value, text };

Result<json::value> render_text(std::string_view text, json::value const& values, Leaf leaf)
{
    auto const parsed = Template::parse(text);
    if (!parsed)
        return parsed.error();
    auto const paths = parsed->paths();
    if (leaf == Leaf::text || paths.size() != 1 || !text.starts_with("{{") || text.find("}}") != text.size() - 2) {
        auto rendered = parsed->render_prose(values);
        if (!rendered)
            return rendered.error();
        return json::value(*std::move(rendered));
    }
    auto const* found = json::find_path(values, paths.front());
    return found != nullptr ? Result<json::value>(*found) : invalid(paths.front(), "is required");
}

Result<json::value> render_value(json::value const& source, json::value const& values, Leaf leaf)
{
    if (auto const* text = source.if_string())
        return render_text(*text, values, leaf);
    json::value rendered = source;
    auto const put = [&](json::value& into, json::value const& from) -> Result<void> {
        auto made = render_value(from, values, leaf);
        if (!made)
            return made.error();
        into = *std::move(made);
        return {};
    };
    if (auto* object = rendered.if_object()) {
        for (auto& member : *object)
            if (auto const done = put(member.value(), member.value()); !done)
                return done.error();
    } else if (auto* array = rendered.if_array()) {
        for (auto& element : *array)
            if (auto const done = put(element, element); !done)
                return done.error();
    }
    return rendered;
}

} // namespace

Result<ValueTemplate> ValueTemplate::parse(json::value source)
{
    std::vector<FieldFailure> failures;
    each_text(source, "", [&](std::string_view text, std::string const& path) {
        if (auto const parsed = Template::parse(text); !parsed)
            failures.push_back({path, parsed.error().public_detail()});
    });
    if (!failures.empty())
        return Error{std::move(failures)};
    ValueTemplate parsed;
    parsed.source_ = std::move(source);
    return parsed;
}

Result<json::value> ValueTemplate::render(json::value const& values) const
{
    return render_value(source_, values, Leaf::value);
}

Result<json::value> ValueTemplate::render_texts(json::value const& values) const
{
    return render_value(source_, values, Leaf::text);
}

std::vector<std::string> ValueTemplate::paths() const
{
    std::vector<std::string> paths;
    each_text(source_, "", [&](std::string_view text, std::string const&) {
        if (auto const parsed = Template::parse(text))
            for (auto& path : parsed->paths())
                paths.push_back(std::move(path));
    });
    return paths;
}

Result<Template> Template::parse(std::string_view text)
{
    Template parsed;
    parsed.text_ = text;
    while (!text.empty()) {
        auto const open = text.find("{{");
        if (open != 0)
            parsed.parts_.push_back({false, std::string(text.substr(0, open))});
        if (open == std::string_view::npos)
            break;
        auto const close = text.find("}}", open);
        if (close == std::string_view::npos)
            return invalid("", "has a {{ without }}");
        auto const path = trim(text.substr(open + 2, close - open - 2));
        if (path.empty())
            return invalid("", "has an empty {{placeholder}}");
        parsed.parts_.push_back({true, std::string(path)});
        text.remove_prefix(close + 2);
    }
    return parsed;
}

std::vector<std::string> Template::paths() const
{
    std::vector<std::string> paths;
    for (auto const& part : parts_)
        if (part.is_placeholder)
            paths.push_back(part.text);
    return paths;
}

Result<std::string> Template::render(json::value const& values) const
{
    return render_with(values, values, Use::plain);
}

Result<std::string> Template::render(json::value const& values, json::value const& fallback) const
{
    return render_with(values, fallback, Use::plain);
}

Result<std::string> Template::render_url(json::value const& values) const
{
    return render_with(values, values, Use::url);
}

Result<std::string> Template::render_prose(json::value const& values) const
{
    return render_with(values, values, Use::prose);
}

Result<std::string> Template::render_with(json::value const& values, json::value const& fallback, Use use) const
{
    std::string out;
    for (auto const& part : parts_) {
        if (!part.is_placeholder) {
            out += part.text;
            continue;
        }
        auto const* value = json::find_path(values, part.text);
        if (value == nullptr)
            value = json::find_path(fallback, part.text);
        auto const text = value != nullptr ? scalar_text(*value) : std::nullopt;
        if (use == Use::prose) {
            if (value == nullptr)
                return invalid(part.text, "is required");
            out += text ? *text : json::to_text(*value);
            continue;
        }
        if (!text || text->empty() || *text == "." || *text == "..")
            return invalid(part.text, "is required and must be a non-empty text");
        out += use == Use::url ? percent_encode(*text) : *text;
    }
    return out;
}

} // namespace sluice::catalog
