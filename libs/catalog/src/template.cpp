#include "catalog/template.hpp"

#include "base/encoding.hpp"

namespace sluice::catalog {
namespace {

std::optional<std::string> scalar_text(json::value const& value)
{
    if (auto const* text = value.if_string())
        return std::string(*text);
    if (value.is_int64() || value.is_uint64())
        return boost::json::serialize(value);
    return std::nullopt;
}

std::string_view trim(std::string_view text)
{
    auto const first = text.find_first_not_of(' ');
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

} // namespace

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
    return render_with(values, values, false);
}

Result<std::string> Template::render(json::value const& values, json::value const& fallback) const
{
    return render_with(values, fallback, false);
}

Result<std::string> Template::render_url(json::value const& values) const
{
    return render_with(values, values, true);
}

Result<std::string> Template::render_with(json::value const& values, json::value const& fallback, bool encode) const
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
        if (!text || text->empty() || *text == "." || *text == "..")
            return invalid(part.text, "is required and must be a non-empty text");
        out += encode ? percent_encode(*text) : *text;
    }
    return out;
}

} // namespace sluice::catalog
