#include "catalog/uri_template.hpp"

#include "base/encoding.hpp"

namespace sluice::catalog {
namespace {

constexpr std::string_view kEndsValue = "/?#";

} // namespace

Result<UriTemplate> UriTemplate::parse(std::string_view text)
{
    UriTemplate parsed;
    parsed.text_ = text;
    auto const colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || text.find('{') < colon)
        return invalid("", "must be a URI with a scheme, such as docs://tickets/{id}");
    while (true) {
        auto const open = text.find('{');
        Part part{std::string(text.substr(0, open)), {}};
        if (open == std::string_view::npos) {
            parsed.parts_.push_back(std::move(part));
            return parsed;
        }
        if (!parsed.parts_.empty() && part.literal.empty())
            return invalid("", "has two placeholders side by side");
        auto const close = text.find('}', open);
        if (close == std::string_view::npos || close == open + 1)
            return invalid("", "has an unclosed or empty {placeholder}");
        part.name = text.substr(open + 1, close - open - 1);
        parsed.parts_.push_back(std::move(part));
        text.remove_prefix(close + 1);
    }
}

std::optional<json::object> UriTemplate::match(std::string_view uri) const
{
    json::object values;
    for (auto const& part : parts_) {
        if (!uri.starts_with(part.literal))
            return std::nullopt;
        uri.remove_prefix(part.literal.size());
        if (part.name.empty())
            break;
        auto const& next = parts_[static_cast<std::size_t>(&part - parts_.data()) + 1].literal;
        auto const end = next.empty() ? uri.find_first_of(kEndsValue) : uri.find(next);
        auto const value = uri.substr(0, end);
        auto const decoded = percent_decode(value);
        if (value.empty() || value.find_first_of(kEndsValue) != std::string_view::npos || !decoded ||
            !is_utf8(*decoded) || decoded->find('\0') != std::string::npos)
            return std::nullopt;
        values[part.name] = *decoded;
        uri.remove_prefix(value.size());
    }
    return uri.empty() ? std::optional(std::move(values)) : std::nullopt;
}

} // namespace sluice::catalog
