#include "tools/mentions.hpp"

#include "base/json.hpp"

#include <algorithm>

namespace sluice::tools {
namespace {

bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

class Cutter {
public:
    explicit Cutter(std::function<bool(std::string_view)> const& is_missing)
        : is_missing_(is_missing)
    {
    }

    [[nodiscard]] bool has_cut() const noexcept { return has_cut_; }

    void cut(json::value& value, bool is_tool)
    {
        constexpr std::string_view kText = "description";
        if (auto* members = value.if_object()) {
            for (auto& [name, member] : *members)
                if (name != kText || !member.is_string())
                    cut(member, false);
            if (auto const* text = json::string_at(*members, kText)) {
                auto kept = shortened(std::string_view(*text), is_tool);
                if (kept.empty())
                    members->erase(kText);
                else
                    members->at(kText) = kept;
            }
        } else if (auto* elements = value.if_array()) {
            for (auto& element : *elements)
                cut(element, false);
        }
    }

private:
    /// A tool without a description is none, so the one sentence that it has stays.
    std::string shortened(std::string_view text, bool is_tool)
    {
        std::string kept;
        for (auto const sentence : sentences_of(text))
            if (!std::ranges::any_of(names_in(sentence), is_missing_))
                kept += sentence;
        if (kept.size() == text.size() || (kept.empty() && is_tool))
            return std::string(text);
        has_cut_ = true;
        while (kept.ends_with(' '))
            kept.pop_back();
        return kept;
    }

    std::function<bool(std::string_view)> const& is_missing_;
    bool has_cut_ = false;
};

} // namespace

std::vector<std::string_view> sentences_of(std::string_view text)
{
    std::vector<std::string_view> sentences;
    std::size_t begin = 0;
    for (std::size_t i = 0; i + 2 < text.size(); ++i) {
        // `e.g. this` and `E.g. [1]` go on; a new sentence begins with a capital.
        bool const ends = text[i] == '.' && text[i + 1] == ' ' && text[i + 2] >= 'A' && text[i + 2] <= 'Z';
        if (!ends)
            continue;
        sentences.push_back(text.substr(begin, i + 2 - begin));
        begin = i + 2;
    }
    sentences.push_back(text.substr(begin));
    return sentences;
}

std::vector<std::string_view> names_in(std::string_view text)
{
    std::vector<std::string_view> names;
    while (!text.empty()) {
        auto const begin = std::ranges::find_if(text, is_word);
        text.remove_prefix(static_cast<std::size_t>(begin - text.begin()));
        auto const end = std::ranges::find_if_not(text, is_word);
        auto const word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
        if (word.find('_') != std::string_view::npos)
            names.push_back(word);
        text.remove_prefix(word.size());
    }
    return names;
}

std::string without_mentions(std::string const& list_entry,
                             std::function<bool(std::string_view name)> const& is_missing)
{
    if (!std::ranges::any_of(names_in(list_entry), is_missing))
        return list_entry;
    auto entry = json::parse(list_entry);
    if (!entry)
        return list_entry; // Cannot happen: this room wrote it.
    Cutter cutter(is_missing);
    cutter.cut(*entry, true);
    return cutter.has_cut() ? boost::json::serialize(*entry) : list_entry;
}

std::string cut_mentions(std::string_view text, std::function<bool(std::string_view name)> const& is_missing)
{
    std::string kept;
    for (auto const sentence : sentences_of(text)) {
        auto const names = names_in(sentence);
        auto const missing = std::ranges::find_if(names, is_missing);
        if (missing == names.end()) {
            kept += sentence;
            continue;
        }
        auto const before = sentence.substr(0, static_cast<std::size_t>(missing->data() - sentence.data()));
        std::size_t cut = 0;
        for (std::string_view const mark : {"; ", ": ", ", "})
            if (auto const at = before.rfind(mark); at != std::string_view::npos)
                cut = std::max(cut, at);
        if (cut > 0)
            kept += std::string(before.substr(0, cut)) + ". ";
    }
    while (kept.ends_with(' ') || (kept.ends_with('.') && !text.ends_with('.')))
        kept.pop_back();
    return kept.empty() ? std::string(text) : kept;
}

} // namespace sluice::tools
