#include "calllog/masking.hpp"

#include "base/encoding.hpp"
#include "word_masker.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace sluice::calllog {
namespace {

constexpr std::size_t kShortestValue = 4;
constexpr std::size_t kMostValues = 200;
constexpr std::size_t kMostDepth = 32;
constexpr std::size_t kUrlBytes = 500;
constexpr std::size_t kLongName = 20;

void collect(json::value const& value, std::vector<std::string_view>& texts, std::size_t depth)
{
    if (texts.size() >= kMostValues || depth == kMostDepth)
        return;
    if (auto const* text = value.if_string()) {
        if (text->size() >= kShortestValue)
            texts.push_back(*text);
    } else if (auto const* array = value.if_array()) {
        for (auto const& item : *array)
            collect(item, texts, depth + 1);
    } else if (auto const* object = value.if_object()) {
        for (auto const& [name, item] : *object)
            collect(item, texts, depth + 1);
    }
}

/// The text of a JSON value that is itself written in a text, as in the results of tools.
bool is_json_text(std::string_view text)
{
    return text.starts_with('{') || text.starts_with('[');
}

class Redactor {
public:
    explicit Redactor(std::span<std::string const> names)
        : names_(names)
    {
    }

    [[nodiscard]] std::string body(std::string const& text, std::size_t depth) const
    {
        auto parsed = json::parse(text);
        if (!parsed)
            return masked_words(text, Masking::all); // Perhaps JSON that was cut.
        hide(*parsed, depth);
        return boost::json::serialize(*parsed);
    }

private:
    void hide(json::value& value, std::size_t depth) const
    {
        if (depth == kMostDepth) {
            value = std::string(kMask);
        } else if (auto* array = value.if_array()) {
            for (auto& item : *array)
                hide(item, depth + 1);
        } else if (auto* object = value.if_object()) {
            for (auto& [name, item] : *object)
                hide_member(name, item, depth);
        } else if (auto const* text = value.if_string()) {
            // A sentence may repeat what was sent.
            value = json::value(is_json_text(*text) ? body(std::string(*text), depth + 1)
                                                    : masked_words(*text, Masking::named));
        }
    }

    void hide_member(std::string_view name, json::value& item, std::size_t depth) const
    {
        bool const is_secret = names_secret(name) || std::ranges::find(names_, name) != names_.end();
        if (is_secret && !item.is_bool() && !item.is_null())
            item = json::value(std::string(kMask));
        else
            hide(item, depth + 1);
    }

    std::span<std::string const> names_;
};

} // namespace

std::string redacted_body(std::string const& text, std::span<std::string const> names)
{
    return Redactor(names).body(text, 0);
}

std::string masked_name(std::string_view text)
{
    return text.size() < kLongName && !looks_secret(text) ? std::string(text) : masked(text);
}

std::string masked(std::string_view text, std::size_t most)
{
    auto out = masked_words(text.substr(0, 2 * most), Masking::all);
    if (out.size() > most)
        out.resize(utf8_prefix(out, most).size());
    return out;
}

std::string without_values(std::string text, json::value const& values)
{
    std::vector<std::string_view> texts;
    collect(values, texts, 0);
    std::ranges::sort(texts, std::greater{}, &std::string_view::size); // A long one may hold a short one.
    for (auto const value : texts)
        for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + kMask.size()))
            text.replace(at, value.size(), kMask);
    return text;
}

std::string masked_url(std::string_view url)
{
    url = url.substr(0, std::min(url.find_first_of("?#"), url.size()));
    auto const scheme = url.find("://");
    auto const authority = scheme == std::string_view::npos ? 0 : scheme + 3;
    auto const path = std::min(url.find('/', authority), url.size());
    auto const user = url.substr(authority, path - authority).rfind('@');
    std::string out(url.substr(0, authority));
    out += url.substr(user == std::string_view::npos ? authority : authority + user + 1,
                      user == std::string_view::npos ? path - authority : path - authority - user - 1);
    for (std::size_t at = path; at < url.size() && out.size() < kUrlBytes;) {
        auto const end = std::min(url.find('/', at + 1), url.size());
        auto const segment = url.substr(at + 1, end - at - 1);
        out += '/';
        out += is_plain_segment(segment) ? segment : kMask;
        at = end;
    }
    if (out.size() > kUrlBytes)
        out.resize(utf8_prefix(out, kUrlBytes).size());
    return out;
}

} // namespace sluice::calllog
