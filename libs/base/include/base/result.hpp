#pragma once

#include "base/error.hpp"

#include <concepts>
#include <expected>
#include <type_traits>
#include <utility>

namespace sluice {

/// A `T`, or the `Error` that says why there is none. Both convert to it, so functions write `return value;` and
/// `return Error{…};`. The default constructor makes an error; Boost 1.81 needs it for the result of a spawned
/// coroutine.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
    using Base = std::expected<T, Error>;

public:
    Result()
        : Base(std::unexpect)
    {
    }
    Result(Error error)
        : Base(std::unexpect, std::move(error))
    {
    }
    template <class U = T>
        requires(std::constructible_from<T, U> && !std::same_as<std::remove_cvref_t<U>, Result> &&
                 !std::same_as<std::remove_cvref_t<U>, Error>)
    Result(U&& value)
        : Base(std::in_place, std::forward<U>(value))
    {
    }
};

/// Success without a value, or an `Error`. The default constructor makes a success.
template <>
class [[nodiscard]] Result<void> : public std::expected<void, Error> {
    using Base = std::expected<void, Error>;

public:
    Result() = default;
    Result(Error error)
        : Base(std::unexpect, std::move(error))
    {
    }
};

} // namespace sluice
