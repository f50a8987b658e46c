#include "structured.hpp"

#include "ratelimit/rule.hpp"

#include <algorithm>

namespace sluice::ratelimit {
namespace {

constexpr std::string_view kKeyCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_-.*";
/// The characters of tokens (RFC 9651 section 3.3.4), which include those of numbers and Booleans.
constexpr std::string_view kTokenCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                              "!#$%&'*+-.^_`|~:/?";

/// Reads the tokens of a structured field from the front.
class FieldCursor {
public:
    explicit FieldCursor(std::string_view text)
        : text_(text)
    {
    }

    [[nodiscard]] bool at_end() const { return text_.empty(); }

    bool take(char c)
    {
        if (!text_.starts_with(c))
            return false;
        text_.remove_prefix(1);
        return true;
    }

    void skip_blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t"), text_.size())); }

    /// Takes the comma before another member. A member must follow it.
    bool take_comma()
    {
        skip_blanks();
        if (!take(','))
            return false;
        skip_blanks();
        return true;
    }

    std::optional<std::string_view> take_key() { return take_run(kKeyCharacters); }

    /// Takes a string without its quotes (escapes stay), or the text of any other item.
    std::optional<std::string_view> take_item()
    {
        if (take('"'))
            return take_quoted();
        if (take(':'))
            return take_bytes();
        return take_run(kTokenCharacters);
    }

    /// Takes a parameter, or a member of a dictionary: the key, and the value if there is one.
    bool take_pair(std::string_view& key, std::string_view& value)
    {
        auto const name = take_key();
        if (!name)
            return false;
        key = *name;
        value = {};
        if (!take('='))
            return true;
        auto const item = take_item();
        value = item.value_or(std::string_view{});
        return item.has_value();
    }

    bool take_semicolon()
    {
        skip_blanks();
        if (!take(';'))
            return false;
        skip_blanks();
        return true;
    }

private:
    std::optional<std::string_view> take_run(std::string_view characters)
    {
        auto const size = std::min(text_.find_first_not_of(characters), text_.size());
        return size > 0 ? std::optional(take_front(size)) : std::nullopt;
    }

    std::optional<std::string_view> take_quoted()
    {
        for (std::size_t i = 0; i < text_.size(); ++i) {
            if (text_[i] == '\\')
                ++i;
            else if (text_[i] == '"')
                return take_closed(i);
        }
        return std::nullopt;
    }

    std::optional<std::string_view> take_bytes()
    {
        auto const end = text_.find(':');
        return end != std::string_view::npos ? std::optional(take_closed(end)) : std::nullopt;
    }

    std::string_view take_closed(std::size_t size)
    {
        auto const taken = take_front(size);
        text_.remove_prefix(1);
        return taken;
    }

    std::string_view take_front(std::size_t size)
    {
        auto const taken = text_.substr(0, size);
        text_.remove_prefix(size);
        return taken;
    }

    std::string_view text_;
};

void set_parameter(PolicyItem& item, std::string_view key, std::string_view value)
{
    if (key == "q")
        item.quota = parse_decimal(value);
    else if (key == "r")
        item.remaining = parse_decimal(value);
    else if (key == "t")
        item.reset_s = parse_decimal(value);
    else if (key == "w")
        item.window_s = parse_decimal(value);
    else if (key == "qu")
        item.quota_unit = value;
}

std::optional<PolicyItem> take_policy_item(FieldCursor& cursor)
{
    auto const name = cursor.take_item();
    if (!name)
        return std::nullopt;
    PolicyItem item;
    item.name = *name;
    std::string_view key;
    std::string_view value;
    while (cursor.take_semicolon()) {
        if (!cursor.take_pair(key, value))
            return std::nullopt;
        set_parameter(item, key, value);
    }
    return item;
}

bool append_items(std::string_view line, std::vector<PolicyItem>& items)
{
    FieldCursor cursor(line);
    do {
        auto const item = take_policy_item(cursor);
        if (!item)
            return false;
        if (items.size() < kMaxWindows)
            items.push_back(*item);
    } while (cursor.take_comma());
    return cursor.at_end();
}

} // namespace

std::optional<std::vector<PolicyItem>> parse_items(std::span<std::string_view const> lines)
{
    std::vector<PolicyItem> items;
    for (auto const line : lines) {
        if (!append_items(line, items))
            return std::nullopt;
    }
    return items;
}

std::optional<Combined> parse_combined(std::string_view line)
{
    Combined combined;
    FieldCursor cursor(line);
    std::string_view key;
    std::string_view value;
    do {
        if (!cursor.take_pair(key, value))
            return std::nullopt;
        if (key == "limit")
            combined.limit = parse_decimal(value);
        else if (key == "remaining")
            combined.remaining = parse_decimal(value);
        else if (key == "reset")
            combined.reset_s = parse_decimal(value);
        // Some vendors separate members with semicolons, as if they were parameters. Real parameters have other names.
    } while (cursor.take_semicolon() || cursor.take_comma());
    return cursor.at_end() ? std::optional(combined) : std::nullopt;
}

} // namespace sluice::ratelimit
