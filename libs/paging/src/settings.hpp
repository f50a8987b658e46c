#pragma once

#include "paging/style.hpp"

#include <charconv>

namespace sluice::paging {

/// The value of a setting; empty if it was not given.
[[nodiscard]] inline std::string const& text_at(Settings const& settings, std::string_view name)
{
    static std::string const kNone;
    auto const found = settings.find(name);
    return found == settings.end() ? kNone : found->second;
}

/// The settings of these names that were given.
[[nodiscard]] inline std::vector<std::string> texts_at(Settings const& settings,
                                                       std::initializer_list<std::string_view> names)
{
    std::vector<std::string> texts;
    for (auto const name : names)
        if (auto const& text = text_at(settings, name); !text.empty())
            texts.push_back(text);
    return texts;
}

/// A whole number that is not negative; nothing else.
[[nodiscard]] inline std::optional<std::int64_t> number_of(std::string_view text)
{
    std::int64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool const is_number = error == std::errc{} && end == text.data() + text.size() && !text.empty() && number >= 0;
    return is_number ? std::optional(number) : std::nullopt;
}

/// The last page of a list, if it leads to itself.
[[nodiscard]] inline Next next_at(std::string position, Page const& page)
{
    // An empty position is the first page.
    if (position.empty() || position == page.ask.position)
        return {std::nullopt, std::string(kEndlessNote), false};
    return {std::move(position), {}, false};
}

} // namespace sluice::paging
