#pragma once

#include "base/error.hpp"

#include <concepts>
#include <expected>
#include <type_traits>
#include <utility>

namespace sluice {

/// A `T`, or the `Error` that says why there is none. Built implicitly from either, so functions write
/// `return value;` and `return Error{…};`. Default-constructed it holds an error: Boost 1.81 default-constructs the
/// result of a spawned coroutine before it has run.
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

/// Success without a value. Default-constructed it is a success.
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
