#pragma once

#include "base/json.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sluice::catalog {

/// A place in a vendor's answer, from its root down: `error.code`, `errors[0].message`, `[0].success`.
class AnswerPath {
public:
    /// A member's name, or a position in a list from 0.
    using Step = std::variant<std::string, std::size_t>;

    /// Nothing if the text is no such path, or longer than 200 bytes or 16 steps.
    [[nodiscard]] static std::optional<AnswerPath> parse(std::string_view text);

    [[nodiscard]] std::vector<Step> const& steps() const noexcept { return steps_; }
    /// The value at this place, or null.
    [[nodiscard]] json::value const* find_in(json::value const& answer) const;

private:
    std::vector<Step> steps_;
};

/// Whether something holds of a vendor's answer, such as that it is an error. Made of data: the tests of one place
/// (`{path: ok, equals: false}`, `in`, `exists`), and `and`, `or`, `not` of conditions. Pure and immutable; a condition
/// of a definition has at most 64 parts, 8 deep.
class Condition {
public:
    /// Gives the value at a place of the answer, or null if there is none. Of a list or an object it need only be known
    /// whether it is empty. The value must stay until the next call.
    using Finder = std::function<json::value const*(AnswerPath const&)>;

    /// The place has one of these values. What is not there counts as null. Numbers are equal by their value; a text
    /// is never equal to a number.
    [[nodiscard]] static Condition one_of(AnswerPath path, json::array values);
    /// The place has something: not null, and no empty text, list or object. With `wanted` false, the opposite.
    [[nodiscard]] static Condition exists(AnswerPath path, bool wanted);
    [[nodiscard]] static Condition all_of(std::vector<Condition> parts);
    [[nodiscard]] static Condition any_of(std::vector<Condition> parts);
    [[nodiscard]] static Condition negation(Condition part);

    [[nodiscard]] bool holds(Finder const& find) const;
    [[nodiscard]] bool holds(json::value const& answer) const;

private:
    enum class Kind { one_of, exists, missing, all, any, none };
    explicit Condition(Kind kind)
        : kind_(kind)
    {
    }

    Kind kind_;
    AnswerPath path_;
    json::array values_;
    std::vector<Condition> parts_;
};

} // namespace sluice::catalog
