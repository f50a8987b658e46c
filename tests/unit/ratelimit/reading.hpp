#pragma once

#include "base/json.hpp"
#include "ratelimit/normalise.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::ratelimit {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// 2026-11-20T12:00:00Z, the moment of every case.
constexpr Timestamp kNow{std::chrono::seconds{1795176000}};

inline Rule compiled(std::string_view text)
{
    auto const block = json::parse(text);
    auto rule = Rule::parse(block.value());
    EXPECT_TRUE(rule.has_value()) << rule.error().public_detail();
    return rule.value_or(Rule{});
}

inline Reading reading_of(Rule const* rule, int status, Headers const& headers, std::string_view body = {})
{
    std::vector<Field> fields;
    for (auto const& [name, value] : headers)
        fields.push_back({name, value});
    return normalise(rule, {.status = status, .fields = fields, .body = body}, kNow);
}

inline Limits read(Rule const* rule, int status, Headers const& headers, std::string_view body = {})
{
    return reading_of(rule, status, headers, body).limits;
}

inline Limits guessed(Headers const& headers, int status = 200)
{
    return read(nullptr, status, headers);
}

inline Limits guessed_reset(std::string const& value)
{
    return guessed({{"x-ratelimit-reset", value}});
}

} // namespace sluice::ratelimit
