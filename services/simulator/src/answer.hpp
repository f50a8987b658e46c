#pragma once

#include "http_api/message.hpp"

#include <concepts>
#include <expected>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace sluice::simulator {

/// Why a call is refused, in the vendor's terms: `{"error":{"msg","data"?}}`.
struct Refusal {
    int status = 400;
    /// Empty: "Failed to <operation>".
    std::string msg = {};
    /// Per field: a list of messages, or an object of the same kind for nested fields and list indexes.
    json::object data = {};
    /// Only with 301.
    std::string location = {};
};

/// A `T` or a refusal, built implicitly from either.
template <class T>
class [[nodiscard]] Answer : public std::expected<T, Refusal> {
    using Base = std::expected<T, Refusal>;

public:
    Answer(Refusal refusal)
        : Base(std::unexpect, std::move(refusal))
    {
    }
    template <class U = T>
        requires(std::constructible_from<T, U> && !std::same_as<std::remove_cvref_t<U>, Answer> &&
                 !std::same_as<std::remove_cvref_t<U>, Refusal>)
    Answer(U&& value)
        : Base(std::in_place, std::forward<U>(value))
    {
    }
};

template <>
class [[nodiscard]] Answer<void> : public std::expected<void, Refusal> {
    using Base = std::expected<void, Refusal>;

public:
    Answer() = default;
    Answer(Refusal refusal)
        : Base(std::unexpect, std::move(refusal))
    {
    }
};

using Outcome = Answer<http::Response>;

[[nodiscard]] Refusal not_found();
[[nodiscard]] Refusal conflict(std::string msg = "The resource already exists.");
[[nodiscard]] Refusal forbidden(std::string_view missing_scope = {});
[[nodiscard]] Refusal invalid_field(std::string_view field, std::string_view message);
[[nodiscard]] Refusal too_large(std::string msg);

/// `operation` as in "create-ticket".
[[nodiscard]] http::Response to_response(Refusal const& refusal, std::string_view operation);
[[nodiscard]] http::Response empty(int status);

/// Adds one member to the text of a JSON object.
void splice(std::string& object, std::string_view name, std::string_view json);

} // namespace sluice::simulator
