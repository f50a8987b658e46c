#pragma once

#include "answer.hpp"
#include "http_api/query.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace sluice::simulator {

enum class Kind { any, text, integer, number, boolean, scalar, datetime, object, list };

using Words = std::span<std::string_view const>;
struct Shape;

/// What one member of a body, or one query parameter, has to be. Tables of these are the validation.
struct Field {
    std::string_view name;
    Kind kind = Kind::any;
    bool is_required = false;
    bool is_nullable = false;
    std::int64_t min = std::numeric_limits<std::int64_t>::min(); ///< Of a value, a text's characters or a list's items.
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    Words words = {};             ///< The only texts allowed.
    Shape const* shape = nullptr; ///< Of an object; none means any members.
    Field const* item = nullptr;  ///< Of a list; none means any items.

    [[nodiscard]] constexpr Field required() const
    {
        auto f = *this;
        f.is_required = true;
        return f;
    }
    [[nodiscard]] constexpr Field nullable() const
    {
        auto f = *this;
        f.is_nullable = true;
        return f;
    }
    [[nodiscard]] constexpr Field at_least(std::int64_t n) const
    {
        auto f = *this;
        f.min = n;
        return f;
    }
    [[nodiscard]] constexpr Field at_most(std::int64_t n) const
    {
        auto f = *this;
        f.max = n;
        return f;
    }
};

struct Shape {
    std::span<Field const> fields;
    /// Members without a field are let through.
    bool open = false;
};

/// How tables of fields are written: `text("subject").nullable().at_most(998)`.
namespace spec {
[[nodiscard]] constexpr Field any(std::string_view name)
{
    return {.name = name};
}
[[nodiscard]] constexpr Field text(std::string_view name)
{
    return {.name = name, .kind = Kind::text};
}
[[nodiscard]] constexpr Field word(std::string_view name, Words words)
{
    return {.name = name, .kind = Kind::text, .words = words};
}
[[nodiscard]] constexpr Field integer(std::string_view name)
{
    return {.name = name, .kind = Kind::integer};
}
[[nodiscard]] constexpr Field number(std::string_view name)
{
    return {.name = name, .kind = Kind::number};
}
[[nodiscard]] constexpr Field positive(std::string_view name)
{
    return integer(name).at_least(1);
}
[[nodiscard]] constexpr Field boolean(std::string_view name)
{
    return {.name = name, .kind = Kind::boolean};
}
[[nodiscard]] constexpr Field scalar(std::string_view name)
{
    return {.name = name, .kind = Kind::scalar};
}
[[nodiscard]] constexpr Field datetime(std::string_view name)
{
    return {.name = name, .kind = Kind::datetime};
}
[[nodiscard]] constexpr Field object(std::string_view name)
{
    return {.name = name, .kind = Kind::object};
}
[[nodiscard]] constexpr Field object(std::string_view name, Shape const& shape)
{
    return {.name = name, .kind = Kind::object, .shape = &shape};
}
[[nodiscard]] constexpr Field list(std::string_view name)
{
    return {.name = name, .kind = Kind::list};
}
[[nodiscard]] constexpr Field list(std::string_view name, Field const& item)
{
    return {.name = name, .kind = Kind::list, .item = &item};
}

template <std::size_t N, std::size_t M>
[[nodiscard]] constexpr std::array<Field, N + M> joined(Field const (&first)[N], Field const (&second)[M])
{
    std::array<Field, N + M> all;
    for (std::size_t i = 0; i < N; ++i)
        all[i] = first[i];
    for (std::size_t i = 0; i < M; ++i)
        all[N + i] = second[i];
    return all;
}
} // namespace spec

/// Null if `value` is what `field` asks for; else the messages, shaped as `Refusal::data` wants them.
[[nodiscard]] json::value problems_of(Field const& field, json::value const& value);

/// Parses a body and holds it against `field`. An empty body counts as an empty object.
[[nodiscard]] Answer<json::value> read_body(Field const& field, http::Request const& request);

/// Parses a query; a parameter that has no field is refused.
[[nodiscard]] Answer<http::Query> read_query(std::span<Field const> fields, std::string_view query);

} // namespace sluice::simulator
