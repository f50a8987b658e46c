#include "catalog/template.hpp"

#include "base/encoding.hpp"
#include "documents/source.hpp"

#include <libpsl.h>

#include <algorithm>

namespace sluice::catalog {
namespace {

constexpr std::string_view kEndsAuthority = "/?#";
constexpr std::size_t kMaxLabel = 63; // RFC 1035 section 2.3.4
constexpr std::size_t kMaxHost = 253;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// A label of RFC 1123 section 2.1: letters, digits and `-`, but no `-` at its beginning or end.
bool is_label(std::string_view text)
{
    return !text.empty() && text.size() <= kMaxLabel && !text.starts_with('-') && !text.ends_with('-') &&
           std::ranges::all_of(text, [](char c) {
               return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
           });
}

std::vector<std::string_view> labels_of(std::string_view host)
{
    std::vector<std::string_view> labels;
    for (;;) {
        auto const dot = host.find('.');
        labels.push_back(host.substr(0, dot));
        if (dot == std::string_view::npos)
            return labels;
        host.remove_prefix(dot + 1);
    }
}

/// Whether a text is a name of two labels or more. An IP address is none, since its last label is a number.
bool is_host_name(std::string_view text)
{
    auto const labels = labels_of(text);
    return text.size() <= kMaxHost && labels.size() >= 2 && std::ranges::all_of(labels, is_label) &&
           !std::ranges::all_of(labels.back(), is_digit);
}

/// The length of a URL's scheme with its slashes; 0 if the text is no URL.
std::size_t scheme_length(std::string_view text)
{
    for (std::string_view const scheme : {"https://", "http://"})
        if (text.starts_with(scheme))
            return scheme.size();
    return 0;
}

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

/// Calls `visit(text, path)` for every text inside the value.
template <class Visit>
void each_text(json::value const& value, std::string const& path, Visit const& visit)
{
    if (auto const* text = value.if_string())
        visit(std::string_view(*text), path);
    else if (auto const* object = value.if_object())
        for (auto const& [name, member] : *object)
            each_text(member, documents::join_path(path, name), visit);
    else if (auto const* array = value.if_array())
        for (std::size_t i = 0; i < array->size(); ++i)
            each_text((*array)[i], documents::join_path(path, i), visit);
}

/// What a text that is one placeholder becomes: the value itself, or a text.
enum class Leaf { value, text };

/// Nothing if the value was left out.
using Rendered = std::optional<json::value>;

/// The path of a text that is one placeholder; empty if the text is something else.
std::string_view whole_placeholder(std::string_view text)
{
    if (!text.starts_with("{{") || text.find("}}") != text.size() - 2)
        return {};
    return trim(text.substr(2, text.size() - 4));
}

constexpr bool is_optional(std::string_view path)
{
    return path.ends_with('?');
}

Result<Rendered> render_text(std::string_view text, json::value const& values, Leaf leaf)
{
    auto path = whole_placeholder(text);
    if (leaf == Leaf::text || path.empty()) {
        auto const parsed = Template::parse(text);
        if (!parsed)
            return parsed.error();
        auto rendered = parsed->render_prose(values);
        if (!rendered)
            return rendered.error();
        return Rendered(json::value(*std::move(rendered)));
    }
    bool const may_be_absent = is_optional(path);
    path.remove_suffix(may_be_absent ? 1 : 0);
    auto const* found = json::find_path(values, path);
    if (found == nullptr && !may_be_absent)
        return invalid(std::string(path), "is required");
    return found != nullptr ? Rendered(*found) : Rendered{};
}

Result<Rendered> render_value(json::value const& source, json::value const& values, Leaf leaf)
{
    if (auto const* text = source.if_string())
        return render_text(*text, values, leaf);
    bool is_anything_left_out = false;
    if (auto const* object = source.if_object()) {
        json::object rendered;
        for (auto const& [name, member] : *object) {
            auto made = render_value(member, values, leaf);
            if (!made)
                return made.error();
            is_anything_left_out = is_anything_left_out || !*made;
            if (*made)
                rendered.emplace(name, **std::move(made));
        }
        return rendered.empty() && is_anything_left_out ? Rendered{} : Rendered(std::move(rendered));
    }
    if (auto const* array = source.if_array()) {
        json::array rendered;
        for (auto const& element : *array) {
            auto made = render_value(element, values, leaf);
            if (!made)
                return made.error();
            is_anything_left_out = is_anything_left_out || !*made;
            if (*made)
                rendered.push_back(**std::move(made));
        }
        return rendered.empty() && is_anything_left_out ? Rendered{} : Rendered(std::move(rendered));
    }
    return Rendered(source);
}

/// A value that must be there: an object of which nothing is left is an empty one.
Result<json::value> whole(json::value const& source, Result<Rendered> rendered)
{
    if (!rendered)
        return rendered.error();
    if (*rendered)
        return **std::move(rendered);
    return source.is_object() ? Result<json::value>(json::object{}) : invalid("", "has no value");
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
    return whole(source_, render_value(source_, values, Leaf::value));
}

Result<std::optional<json::value>> ValueTemplate::render_if_there(json::value const& values) const
{
    return render_value(source_, values, Leaf::value);
}

Result<json::value> ValueTemplate::render_texts(json::value const& values) const
{
    return whole(source_, render_value(source_, values, Leaf::text));
}

std::vector<std::string> ValueTemplate::paths() const
{
    std::vector<std::string> paths;
    each_text(source_, "", [&](std::string_view text, std::string const&) {
        if (auto const whole = whole_placeholder(text); is_optional(whole))
            paths.emplace_back(whole.substr(0, whole.size() - 1));
        else if (auto const parsed = Template::parse(text))
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
    parsed.mark_authority();
    return parsed;
}

void Template::mark_authority()
{
    auto const scheme = scheme_length(text_);
    if (scheme == 0)
        return;
    for (auto& part : parts_) {
        part.is_in_authority = true;
        auto const from = &part == parts_.data() ? scheme : 0;
        if (!part.is_placeholder && part.text.find_first_of(kEndsAuthority, from) != std::string::npos)
            return;
    }
}

std::vector<std::string> Template::authority_paths() const
{
    std::vector<std::string> paths;
    for (auto const& part : parts_)
        if (part.is_placeholder && part.is_in_authority)
            paths.push_back(part.text);
    return paths;
}

bool Template::allow_whole_host(std::string_view path)
{
    auto const first = parts_.size() > 1 && parts_[1].is_in_authority ? parts_.begin() + 1 : parts_.end();
    bool const is_whole =
        first != parts_.end() && first->text == path && parts_.front().text.size() == scheme_length(text_) &&
        authority_paths().size() == 1 &&
        (parts_.size() == 2 || std::string_view("/?:").find(parts_[2].text.front()) != std::string_view::npos);
    if (is_whole)
        first->is_whole_host = true;
    return is_whole;
}

bool Template::fixes_host() const
{
    auto const paths = authority_paths();
    if (paths.empty())
        return true;
    if (paths.size() > 1 || parts_.size() < 3 || parts_.front().text.find('.') != std::string::npos)
        return false;
    std::string_view rest = parts_[2].text;
    rest = rest.substr(0, rest.find_first_of(kEndsAuthority));
    rest = rest.substr(0, rest.find(':'));
    auto const dot = rest.find('.');
    if (dot == std::string_view::npos || (dot > 0 && !is_label("x" + std::string(rest.substr(0, dot)))))
        return false;
    auto const domain = to_lower(rest.substr(dot + 1));
    auto const* list = psl_builtin();
    return is_host_name(domain) && list != nullptr && psl_is_public_suffix(list, domain.c_str()) == 0;
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
    return render_for(values, values, Use::plain);
}

Result<std::string> Template::render(json::value const& values, json::value const& fallback) const
{
    return render_for(values, fallback, Use::plain);
}

Result<std::string> Template::render_url(json::value const& values) const
{
    return render_for(values, values, Use::url);
}

Result<std::string> Template::render_prose(json::value const& values) const
{
    return render_for(values, values, Use::prose);
}

Result<std::string> Template::render_with(json::value const& values,
                                          std::function<std::string(json::value const&)> const& write) const
{
    std::string out;
    for (auto const& part : parts_) {
        auto const* value = part.is_placeholder ? json::find_path(values, part.text) : nullptr;
        if (part.is_placeholder && value == nullptr)
            return invalid(part.text, "is required");
        out += value != nullptr ? write(*value) : part.text;
    }
    return out;
}

Result<std::string> Template::render_for(json::value const& values, json::value const& fallback, Use use) const
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
        if (use == Use::url && part.is_in_authority) {
            if (!(part.is_whole_host ? is_host_name(*text) : is_label(*text)))
                return invalid(part.text,
                               part.is_whole_host
                                   ? "must be the name of a host, such as desk.example.com"
                                   : "must be one part of a host name: letters, digits and -, at most 63 of them");
            out += *text;
            continue;
        }
        out += use == Use::url ? percent_encode(*text) : *text;
    }
    return out;
}

} // namespace sluice::catalog
