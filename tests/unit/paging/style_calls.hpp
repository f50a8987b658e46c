#pragma once

#include "paging/style.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::paging::test {

inline PageRequest applied(std::string_view style, Settings const& settings, Ask const& ask)
{
    PageRequest request;
    EXPECT_TRUE(find_style(style)->apply(settings, ask, request));
    return request;
}

/// The query of a request for a page.
inline std::string query_of(std::string_view style, Settings const& settings, Ask const& ask)
{
    return applied(style, settings, ask).query.str();
}

inline bool takes(std::string_view style, Settings const& settings, std::string_view position)
{
    PageRequest request;
    return find_style(style)->apply(settings, {position, 10}, request);
}

/// An answer of a vendor, and the call that it was for.
struct Answer {
    std::string_view position = {};
    std::optional<std::int64_t> limit = {};
    std::int64_t count = 0;
    Signs signs = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string_view url = "https://v.example/api/items?x=1";
    std::string_view secret = {};
};

inline Next next_of(std::string_view style, Settings const& settings, Answer const& answer)
{
    http::Headers headers;
    for (auto const& [name, value] : answer.headers)
        headers.add(name, value);
    return find_style(style)->next(
        settings, {{answer.position, answer.limit}, answer.url, answer.secret, answer.count, answer.signs, headers});
}

/// The position after an answer; `-` if it was the last.
inline std::string after(std::string_view style, Settings const& settings, Answer const& answer)
{
    return next_of(style, settings, answer).position.value_or("-");
}

/// The settings whose combination is refused.
inline std::vector<std::string> refused(std::string_view style, Settings const& settings)
{
    std::vector<std::string> names;
    for (auto const& mistake : find_style(style)->mistakes(settings))
        names.emplace_back(mistake.setting);
    return names;
}

} // namespace sluice::paging::test
