#include "vendor_text.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace sluice::proxy {
namespace {

constexpr std::size_t kMostRead = 32 * 1024;
/// A longer tag or comment is text. So a body that opens many and closes none costs little.
constexpr std::size_t kMaxTag = 1024;
constexpr std::size_t kMaxComment = 8 * 1024;
/// A first line below this is a heading such as "Error:".
constexpr std::size_t kShortLine = 20;

/// Elements of HTML that end no word.
constexpr std::array<std::string_view, 16> kInline{"a",    "abbr", "b",     "code", "em",     "font", "i",   "kbd",
                                                   "mark", "s",    "small", "span", "strong", "sub",  "sup", "u"};
/// Elements of HTML that messages are written with, beside the inline ones.
constexpr std::array<std::string_view, 54> kBlocks{
    "article", "aside",  "base", "blockquote", "body",   "br",      "button", "center",   "dd",
    "div",     "dl",     "dt",   "footer",     "form",   "frame",   "h1",     "h2",       "h3",
    "h4",      "h5",     "h6",   "head",       "header", "hr",      "html",   "iframe",   "img",
    "input",   "label",  "li",   "link",       "main",   "meta",    "nav",    "noscript", "object",
    "ol",      "option", "p",    "pre",        "script", "section", "select", "style",    "svg",
    "table",   "tbody",  "td",   "textarea",   "th",     "thead",   "title",  "tr",       "ul"};

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_blank(char c)
{
    return (c >= '\0' && c <= ' ') || c == '\x7f';
}

/// Whether a `<` before this character begins a tag, a comment or a declaration.
bool begins_tag(char c)
{
    return is_letter(c) || c == '/' || c == '!' || c == '?';
}

std::size_t find_caseless(std::string_view text, std::string_view lower, std::size_t from)
{
    auto const found = std::ranges::search(text.substr(std::min(from, text.size())), lower,
                                           [](char a, char b) { return ascii_lower(a) == b; });
    return found.empty() ? std::string_view::npos : static_cast<std::size_t>(found.begin() - text.begin());
}

/// A tag, comment or declaration of markup.
struct Tag {
    std::size_t length = 0; ///< With the angle brackets.
    std::string name;       ///< In lower case, without `/` and the prefix of a namespace.
    bool is_end = false;
    bool is_bare = false; ///< It has a name and nothing else.
};

/// The tags of a text. They are asked for from its beginning to its end, so that a text which opens many and closes
/// none is searched only once.
class Tags {
public:
    explicit Tags(std::string_view text)
        : text_(text)
    {
    }

    /// The tag at this position, at which there is a `<`; nothing if it is text.
    std::optional<Tag> at(std::size_t position)
    {
        auto const text = text_.substr(position);
        if (text.size() < 3 || !begins_tag(text[1]))
            return std::nullopt;
        if (text.starts_with("<![CDATA["))
            return Tag{9, {}, false, false}; // What is inside it is text.
        bool const is_comment = text.starts_with("<!--");
        auto const end = is_comment ? next("-->", position, comment_end_) : next(">", position, tag_end_);
        if (end == std::string_view::npos || end - position > (is_comment ? kMaxComment : kMaxTag))
            return std::nullopt;
        Tag tag;
        tag.length = end - position + (is_comment ? 3 : 1);
        if (text[1] == '!' || text[1] == '?')
            return tag;
        tag.is_end = text[1] == '/';
        auto const begin = tag.is_end ? 2U : 1U;
        auto const inside = text.substr(begin, tag.length - 1 - begin);
        auto const name = inside.substr(0, inside.find_first_of(" \t\r\n/"));
        tag.is_bare = name.size() == inside.size() && !tag.is_end;
        auto const prefix = name.find(':');
        tag.name = to_lower(prefix == std::string_view::npos ? name : name.substr(prefix + 1));
        return tag;
    }

private:
    std::size_t next(std::string_view what, std::size_t from, std::optional<std::size_t>& known) const
    {
        if (!known || (*known != std::string_view::npos && *known < from))
            known = text_.find(what, from);
        return *known;
    }

    std::string_view text_;
    std::optional<std::size_t> tag_end_;
    std::optional<std::size_t> comment_end_;
};

/// The character that an entity stands for, and the entity's length; nothing if there is none at the start.
std::optional<std::pair<std::string, std::size_t>> entity_at(std::string_view text)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kNamed{{{"&amp;", "&"},
                                                                                   {"&lt;", "<"},
                                                                                   {"&gt;", ">"},
                                                                                   {"&quot;", "\""},
                                                                                   {"&apos;", "'"},
                                                                                   {"&nbsp;", " "},
                                                                                   {"&ndash;", "–"},
                                                                                   {"&hellip;", "…"}}};
    for (auto const& [name, value] : kNamed)
        if (text.starts_with(name))
            return std::pair(std::string(value), name.size());
    auto const end = text.substr(0, 10).find(';');
    if (!text.starts_with("&#") || end == std::string_view::npos)
        return std::nullopt;
    bool const is_hex = text.size() > 2 && (text[2] == 'x' || text[2] == 'X');
    auto const digits = text.substr(is_hex ? 3 : 2, end - (is_hex ? 3 : 2));
    std::uint32_t code = 0;
    auto const [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, is_hex ? 16 : 10);
    if (error != std::errc{} || last != digits.data() + digits.size() || code < ' ' || code >= 0x80)
        return std::nullopt;
    return std::pair(std::string(1, static_cast<char>(code)), end + 1);
}

/// Collects text as one line.
class Line {
public:
    void put(char c)
    {
        if (is_blank(c)) {
            is_blank_due_ = !text_.empty();
            return;
        }
        // What is put together here must not become a tag.
        if (is_blank_due_ || (text_.ends_with('<') && begins_tag(c)))
            text_ += ' ';
        is_blank_due_ = false;
        text_ += c;
    }
    [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }
    [[nodiscard]] std::string take(std::size_t max_bytes) { return std::string(utf8_prefix(text_, max_bytes)); }

private:
    std::string text_;
    bool is_blank_due_ = false;
};

/// How much of the text after a tag is no text: the inside of scripts and styles.
std::size_t hidden_after(Tag const& tag, std::string_view rest)
{
    if (tag.is_end || (tag.name != "script" && tag.name != "style"))
        return 0;
    return std::min(find_caseless(rest, "</" + tag.name, 0), rest.size());
}

bool is_one_of(std::string_view name, auto const& names)
{
    return std::ranges::find(names, name) != names.end();
}

std::string text_of(std::string_view text, std::size_t max_bytes, bool keeps_names)
{
    auto const valid = to_valid_utf8(utf8_prefix(text, kMostRead));
    Tags tags(valid);
    Line line;
    // A few bytes more, so that a cut character is seen as one.
    for (std::size_t at = 0; at < valid.size() && line.size() < max_bytes + 4;) {
        auto const rest = std::string_view(valid).substr(at);
        std::size_t length = 1;
        if (auto const tag = rest.front() == '<' ? tags.at(at) : std::nullopt) {
            length = tag->length + hidden_after(*tag, rest.substr(tag->length));
            bool const is_inline = is_one_of(tag->name, kInline);
            bool const is_word = keeps_names && tag->is_bare && !is_inline && !is_one_of(tag->name, kBlocks);
            if (is_word)
                std::ranges::for_each(rest.substr(1, tag->length - 2), [&](char c) { line.put(c); });
            else if (!is_inline)
                line.put(' ');
        } else if (auto const entity = rest.front() == '&' ? entity_at(rest) : std::nullopt) {
            length = entity->second;
            std::ranges::for_each(entity->first, [&](char c) { line.put(c); });
        } else if (rest.starts_with("]]>")) {
            length = 3;
        } else {
            line.put(rest.front());
        }
        at += length;
    }
    return line.take(max_bytes);
}

/// The text up to the end of its first sentence.
std::string first_sentence(std::string text)
{
    for (std::size_t at = 0; at + 1 < text.size(); ++at)
        if ((text[at] == '.' || text[at] == '!' || text[at] == '?') && text[at + 1] == ' ' && at >= kShortLine)
            return text.substr(0, at + 1);
    return text;
}

/// The end of the element whose inside begins at a position; npos if it has none.
std::size_t end_of_element(std::string_view text, std::string_view name, std::size_t begin)
{
    Tags tags(text);
    for (auto at = text.find("</", begin); at != std::string_view::npos; at = text.find("</", at + 2))
        if (auto const tag = tags.at(at); tag && tag->name == name)
            return at;
    return std::string_view::npos;
}

} // namespace

std::string plain_text(std::string_view text, std::size_t max_bytes)
{
    return text_of(text, max_bytes, true);
}

bool is_text(std::string_view body)
{
    return std::ranges::none_of(body.substr(0, kMostRead),
                                [](char c) { return is_blank(c) && c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
}

std::string first_line(std::string_view body, std::size_t max_bytes)
{
    body = utf8_prefix(body, kMostRead);
    std::string said;
    for (std::size_t at = 0; at < body.size() && said.size() < kShortLine;) {
        auto const end = std::min(body.find('\n', at), body.size());
        auto const line = plain_text(body.substr(at, end - at), max_bytes);
        if (!line.empty())
            said += (said.empty() ? "" : " ") + line;
        at = end + 1;
    }
    return std::string(utf8_prefix(first_sentence(std::move(said)), max_bytes));
}

std::string text_of_page(std::string_view page, std::size_t max_bytes)
{
    page = utf8_prefix(page, kMostRead);
    auto title = element_texts(page, std::array<std::string_view, 1>{"title"}, max_bytes).front();
    bool const says_something = !title.empty() && !iequals(title, "error") && !iequals(title, "untitled");
    if (says_something)
        return title;
    auto const end_of_title = find_caseless(page, "</title>", 0);
    auto const after = end_of_title == std::string_view::npos ? page : page.substr(end_of_title);
    auto sentence = first_sentence(text_of(after, max_bytes, false));
    return sentence.empty() ? title : sentence;
}

bool is_page(std::string_view text)
{
    auto const head = text.substr(0, 1024);
    for (auto const* sign : {"<!doctype html", "<html", "<head", "<title", "<body", "<h1", "<p>", "<center", "<pre"})
        if (find_caseless(head, sign, 0) != std::string_view::npos)
            return true;
    return false;
}

std::vector<std::string> element_texts(std::string_view xml, std::span<std::string_view const> names,
                                       std::size_t max_bytes)
{
    xml = utf8_prefix(xml, kMostRead);
    std::vector<std::string> texts(names.size());
    std::vector<bool> is_done(names.size());
    Tags tags(xml);
    for (auto at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
        auto const tag = tags.at(at);
        auto const found = tag && !tag->is_end ? std::ranges::find(names, tag->name) : names.end();
        auto const i = static_cast<std::size_t>(found - names.begin());
        if (found == names.end() || is_done[i])
            continue;
        auto const begin = at + tag->length;
        auto const end = end_of_element(xml, *found, begin);
        if (end != std::string_view::npos)
            texts[i] = text_of(xml.substr(begin, end - begin), max_bytes, false);
        // If this one has no end, no later one has.
        is_done[i] = end == std::string_view::npos || !texts[i].empty();
    }
    return texts;
}

} // namespace sluice::proxy
