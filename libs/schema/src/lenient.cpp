#include "lenient.hpp"

#include "base/encoding.hpp"
#include "check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sluice::schema {
namespace {

/// The rules that may apply to one value: those of several branches too.
using Rules = std::vector<Node const*>;

/// The most rules that are looked at for one call, and the most guesses that are checked. What is beyond them stays as
/// the client wrote it.
constexpr std::size_t kMaxSteps = 1'000'000;
constexpr std::size_t kMaxGuesses = 200;

/// Counts the work, since schemas and values may both come from somebody who means harm.
class Budget {
public:
    [[nodiscard]] bool is_over() const noexcept { return steps_ > kMaxSteps; }
    void spend(std::size_t steps) noexcept { steps_ += steps; }
    [[nodiscard]] bool may_guess() noexcept { return !is_over() && guesses_++ < kMaxGuesses; }

private:
    std::size_t steps_ = 0;
    std::size_t guesses_ = 0;
};

void spread(Node const& node, Rules& rules)
{
    rules.push_back(&node);
    for (auto const* branches : {&node.all_of, &node.any_of, &node.one_of})
        for (auto const& branch : *branches)
            spread(branch, rules);
}

Rules spread_all(Rules const& roots, Budget& budget)
{
    Rules rules;
    for (auto const* root : roots)
        spread(*root, rules);
    budget.spend(1 + rules.size());
    return rules;
}

/// The rules for the elements of a list.
Rules roots_of_items(Rules const& rules)
{
    Rules roots;
    for (auto const* node : rules)
        if (node->items != nullptr)
            roots.push_back(node->items.get());
    return roots;
}

Rules roots_of_member(Rules const& rules, std::string_view name)
{
    Rules roots;
    for (auto const* node : rules)
        if (auto const* below = node->below_name(name))
            roots.push_back(below);
    return roots;
}

bool fits_any(Rules const& roots, json::value const& value)
{
    return std::ranges::any_of(roots, [&](Node const* root) { return fits(*root, value); });
}

/// Removes nulls that say nothing.
class NullDropper {
public:
    void drop_in(Rules const& rules, json::object& members, bool is_element)
    {
        for (auto member = members.begin(); member != members.end() && !budget_.is_over();) {
            bool is_absent = false;
            auto& value = member->value();
            if (value.is_null() || value.is_structured()) {
                auto const roots = roots_of_member(rules, member->key());
                is_absent = value.is_null() && !roots.empty() && !is_said(rules, roots, member->key(), is_element);
                if (value.is_structured() && !roots.empty())
                    drop_below(roots, value);
            }
            // Erasing moves the last member to this position, so it is looked at again.
            member = is_absent ? members.erase(member) : member + 1;
        }
    }
    Rules whole(Node const& root) { return spread_all({&root}, budget_); }

private:
    /// Whether a null says something that nothing else can say: where the member must be given, in the element of a
    /// list, and under a name that the schema does not name.
    bool is_said(Rules const& rules, Rules const& roots, std::string_view name, bool is_element)
    {
        bool is_named = false;
        bool is_required = false;
        for (auto const* node : rules) {
            is_named = is_named || node->properties.contains(name);
            is_required = is_required || std::ranges::find(node->required, name) != node->required.end();
        }
        budget_.spend(rules.size());
        return (is_element || is_required || !is_named) && fits_any(roots, nullptr);
    }

    void drop_below(Rules const& roots, json::value& value)
    {
        auto const rules = spread_all(roots, budget_);
        if (auto* members = value.if_object())
            return drop_in(rules, *members, false);
        auto const of_items = spread_all(roots_of_items(rules), budget_);
        for (auto& element : value.get_array())
            if (auto* members = element.if_object(); members != nullptr && !of_items.empty() && !budget_.is_over())
                drop_in(of_items, *members, true);
    }

    Budget budget_;
};

/// The types that a value may have by these rules.
unsigned types_taken(Node const& node)
{
    auto types = node.types;
    for (auto const* branches : {&node.any_of, &node.one_of}) {
        unsigned of_any = 0;
        for (auto const& branch : *branches)
            of_any |= types_taken(branch);
        types &= branches->empty() ? kAnyType : of_any;
    }
    for (auto const& each : node.all_of)
        types &= types_taken(each);
    return types;
}

/// 7.0 as 7: some vendors refuse the fraction.
void drop_zero_fraction(json::value& value)
{
    constexpr double kExact = 9007199254740992.0; // 2^53
    auto const* number = value.if_double();
    if (number != nullptr && std::trunc(*number) == *number && std::abs(*number) <= kExact)
        value = static_cast<std::int64_t>(*number);
}

/// The value that a text writes, if it is one of these types.
std::optional<json::value> written_in(std::string_view text, unsigned types)
{
    if ((types & Types::boolean) != 0) {
        auto const lower = to_lower(text);
        if (lower == "true" || lower == "false")
            return json::value(lower == "true");
    }
    // The cheap look at the first character keeps ordinary texts from being parsed.
    constexpr std::string_view kBegins = "-0123456789{[";
    if (text.empty() || kBegins.find(text.front()) == std::string_view::npos)
        return std::nullopt;
    auto parsed = json::parse_input(text); // What cannot be kept exactly stays a text, and is refused.
    constexpr unsigned kWritten = Types::integer | Types::fraction | Types::array | Types::object;
    if (!parsed || (type_of(*parsed) & types & kWritten) == 0)
        return std::nullopt;
    drop_zero_fraction(*parsed);
    return *std::move(parsed);
}

class Converter {
public:
    void convert(Rules const& roots, json::value& value)
    {
        if (roots.empty() || budget_.is_over())
            return;
        unsigned types = 0;
        auto const rules = spread_all(roots, budget_);
        for (auto const* root : roots)
            types |= types_taken(*root);
        drop_zero_fraction(value);
        if ((types & type_of(value)) == 0)
            if (auto meant = meant_by(value, types, roots, rules))
                value = *std::move(meant);
        if (auto* members = value.if_object())
            for (auto& [name, member] : *members)
                convert(roots_of_member(rules, name), member);
        else if (auto* elements = value.if_array())
            for (auto const of_items = roots_of_items(rules); auto& element : *elements)
                convert(of_items, element);
    }

private:
    /// What a value of a wrong type means in a type that is taken, if nothing is lost.
    std::optional<json::value> meant_by(json::value const& value, unsigned types, Rules const& roots,
                                        Rules const& rules)
    {
        if (auto const* text = value.if_string())
            if (auto written = written_in(*text, types))
                return written;
        bool const is_scalar = value.is_number() || value.is_bool();
        if (is_scalar && (types & Types::string) != 0)
            return json::value(json::to_text(value));
        if ((types & Types::object) != 0 && value.is_string() && !is_guessing_object_)
            if (auto object = known_by(value, roots, rules))
                return object;
        if ((types & Types::array) != 0 && (is_scalar || value.is_string() || value.is_object())) {
            json::value list(json::array{value});
            convert(roots, list);
            if (budget_.may_guess() && fits_any(roots, list))
                return list;
        }
        return std::nullopt;
    }

    /// A text for an object that is known by one member, such as a name.
    std::optional<json::value> known_by(json::value const& text, Rules const& roots, Rules const& rules)
    {
        std::set<std::string_view> names;
        for (auto const* node : rules)
            if (node->required.size() == 1)
                names.insert(node->required.front());
        for (auto const name : names) {
            if (!budget_.may_guess())
                return std::nullopt;
            json::value object(json::object{{name, text}});
            is_guessing_object_ = true; // A guess in a guess would be one too many.
            convert(roots, object);
            is_guessing_object_ = false;
            if (fits_any(roots, object))
                return object;
        }
        return std::nullopt;
    }

    Budget budget_;
    bool is_guessing_object_ = false;
};

} // namespace

void drop_nulls(Node const& root, json::object& members)
{
    NullDropper dropper;
    dropper.drop_in(dropper.whole(root), members, false);
}

void convert(Node const& root, json::value& value)
{
    Converter().convert({&root}, value);
}

} // namespace sluice::schema
