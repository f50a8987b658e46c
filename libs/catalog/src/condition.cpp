#include "condition.hpp"

#include "mapping.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace sluice::catalog {
namespace {

constexpr std::size_t kMaxPath = 200;
constexpr std::size_t kMaxSteps = 16;
constexpr std::size_t kMaxParts = 64;
constexpr std::size_t kMaxDepth = 8;
constexpr std::size_t kMaxValues = 100;

constexpr std::string_view kForms = "{path: ok, equals: false}, {path: error.code, in: [a, b]}, "
                                    "{path: errors, exists: true}, {and: […]}, {or: […]} or {not: {…}}";

/// Reads `[3]` at the start of the text and removes it.
std::optional<std::size_t> take_position(std::string_view& text)
{
    auto const end = text.find(']');
    std::size_t position = 0;
    if (!text.starts_with('[') || end == std::string_view::npos)
        return std::nullopt;
    auto const [last, error] = std::from_chars(text.data() + 1, text.data() + end, position);
    if (error != std::errc{} || last != text.data() + end)
        return std::nullopt;
    text.remove_prefix(end + 1);
    return position;
}

bool is_scalar(json::value const& value)
{
    return !value.is_array() && !value.is_object();
}

bool is_equal(json::value const& one, json::value const& other)
{
    if (one.is_number() && other.is_number() && (one.is_double() || other.is_double()))
        return one.to_number<double>() == other.to_number<double>();
    return one == other;
}

bool is_something(json::value const* value)
{
    if (value == nullptr || value->is_null())
        return false;
    if (auto const* text = value->if_string())
        return !text->empty();
    if (auto const* list = value->if_array())
        return !list->empty();
    auto const* object = value->if_object();
    return object == nullptr || !object->empty();
}

class ConditionReader {
public:
    ConditionReader(documents::Source const& source, documents::Problems& problems)
        : source_(source)
        , problems_(problems)
    {
    }

    std::optional<Condition> read(json::value const& value, std::string const& path, std::size_t depth)
    {
        if (value.is_string())
            return refuse(path, fmt::format("is a text. Conditions are data: write {}. Expressions in JSONata are not "
                                            "read",
                                            kForms));
        auto const* object = value.if_object();
        if (object == nullptr)
            return refuse(path, fmt::format("must be a condition, such as {}", kForms));
        if (depth > kMaxDepth || ++parts_ > kMaxParts)
            return refuse(
                path, fmt::format("is too much: a condition may have {} parts, and be {} deep", kMaxParts, kMaxDepth));
        return object->contains("path") ? read_test(value, path) : read_group(value, path, depth);
    }

private:
    std::optional<Condition> refuse(std::string const& path, std::string message)
    {
        problems_.add(source_, path, std::move(message));
        return std::nullopt;
    }

    /// The only one of these keys that the mapping has, and its value.
    template <std::size_t Count>
    std::pair<std::string_view, json::value const*> only(Mapping& mapping,
                                                         std::array<std::string_view, Count> const& keys)
    {
        std::pair<std::string_view, json::value const*> last{};
        std::size_t count = 0;
        for (auto const key : keys)
            if (auto const* found = mapping.find(key)) {
                last = {key, found};
                ++count;
            }
        if (count != 1)
            last = {};
        return last;
    }

    std::optional<Condition> read_test(json::value const& value, std::string const& path)
    {
        constexpr std::array<std::string_view, 3> kTests{"equals", "in", "exists"};
        Mapping mapping(source_, &value, path, problems_);
        auto place = AnswerPath::parse(mapping.text("path", true));
        if (!place)
            return refuse(mapping.at("path"), "must be a place in the answer, such as error.code or errors[0].message");
        auto const [test, given] = only(mapping, kTests);
        if (test.empty())
            return refuse(path, fmt::format("must have one of {} beside path", fmt::join(kTests, ", ")));
        if (test == "exists") {
            if (!given->is_bool())
                return refuse(mapping.at(test), "must be true or false");
            return Condition::exists(*std::move(place), given->get_bool());
        }
        auto const* list = given->if_array();
        if (test == "in" && (list == nullptr || list->empty() || list->size() > kMaxValues))
            return refuse(mapping.at(test), fmt::format("must be a list of 1 to {} values", kMaxValues));
        auto values = test == "in" ? *list : json::array{*given};
        if (!std::ranges::all_of(values, is_scalar))
            return refuse(mapping.at(test), "must be text, number, true, false or null");
        return Condition::one_of(*std::move(place), std::move(values));
    }

    std::optional<Condition> read_group(json::value const& value, std::string const& path, std::size_t depth)
    {
        constexpr std::array<std::string_view, 3> kGroups{"and", "or", "not"};
        Mapping mapping(source_, &value, path, problems_);
        auto const [group, given] = only(mapping, kGroups);
        if (group.empty())
            return refuse(path, fmt::format("must be a condition, such as {}", kForms));
        if (group == "not") {
            auto part = read(*given, mapping.at(group), depth + 1);
            return part ? std::optional(Condition::negation(*std::move(part))) : std::nullopt;
        }
        auto const* list = given->if_array();
        if (list == nullptr || list->empty())
            return refuse(mapping.at(group), "must be a list of conditions");
        std::vector<Condition> parts;
        for (std::size_t i = 0; i < list->size(); ++i)
            if (auto part = read((*list)[i], documents::join_path(mapping.at(group), i), depth + 1))
                parts.push_back(*std::move(part));
        if (parts.size() != list->size())
            return std::nullopt;
        return group == "and" ? Condition::all_of(std::move(parts)) : Condition::any_of(std::move(parts));
    }

    documents::Source const& source_;
    documents::Problems& problems_;
    std::size_t parts_ = 0;
};

} // namespace

std::optional<AnswerPath> AnswerPath::parse(std::string_view text)
{
    AnswerPath path;
    if (text.empty() || text.size() > kMaxPath)
        return std::nullopt;
    bool wants_name = text.front() != '[';
    while (!text.empty() || wants_name) {
        if (wants_name) {
            auto const end = std::min(text.find_first_of(".["), text.size());
            if (end == 0)
                return std::nullopt;
            path.steps_.emplace_back(std::string(text.substr(0, end)));
            text.remove_prefix(end);
        } else if (auto const position = take_position(text)) {
            path.steps_.emplace_back(*position);
        } else {
            return std::nullopt;
        }
        wants_name = text.starts_with('.');
        if (wants_name)
            text.remove_prefix(1);
    }
    return path.steps_.size() <= kMaxSteps ? std::optional(std::move(path)) : std::nullopt;
}

json::value const* AnswerPath::find_in(json::value const& answer) const
{
    auto const* at = &answer;
    for (auto const& step : steps_) {
        if (auto const* name = std::get_if<std::string>(&step)) {
            auto const* object = at->if_object();
            at = object != nullptr ? object->if_contains(*name) : nullptr;
        } else {
            auto const* list = at->if_array();
            at = list != nullptr ? list->if_contains(std::get<std::size_t>(step)) : nullptr;
        }
        if (at == nullptr)
            return nullptr;
    }
    return at;
}

Condition Condition::one_of(AnswerPath path, json::array values)
{
    Condition condition(Kind::one_of);
    condition.path_ = std::move(path);
    condition.values_ = std::move(values);
    return condition;
}

Condition Condition::exists(AnswerPath path, bool wanted)
{
    Condition condition(wanted ? Kind::exists : Kind::missing);
    condition.path_ = std::move(path);
    return condition;
}

Condition Condition::all_of(std::vector<Condition> parts)
{
    Condition condition(Kind::all);
    condition.parts_ = std::move(parts);
    return condition;
}

Condition Condition::any_of(std::vector<Condition> parts)
{
    Condition condition(Kind::any);
    condition.parts_ = std::move(parts);
    return condition;
}

Condition Condition::negation(Condition part)
{
    Condition condition(Kind::none);
    condition.parts_.push_back(std::move(part));
    return condition;
}

bool Condition::holds(Finder const& find) const
{
    auto const part_holds = [&](Condition const& part) { return part.holds(find); };
    switch (kind_) {
    case Kind::one_of: {
        static json::value const kNull;
        auto const* found = find(path_);
        auto const& value = found != nullptr ? *found : kNull;
        return std::ranges::any_of(values_, [&](auto const& each) { return is_equal(each, value); });
    }
    case Kind::exists:
        return is_something(find(path_));
    case Kind::missing:
        return !is_something(find(path_));
    case Kind::all:
        return std::ranges::all_of(parts_, part_holds);
    case Kind::any:
        return std::ranges::any_of(parts_, part_holds);
    case Kind::none:
        return std::ranges::none_of(parts_, part_holds);
    }
    return false;
}

bool Condition::holds(json::value const& answer) const
{
    return holds([&](AnswerPath const& path) { return path.find_in(answer); });
}

std::optional<Condition> read_condition(json::value const& value, documents::Source const& source,
                                        std::string const& path, documents::Problems& problems)
{
    return ConditionReader(source, problems).read(value, path, 1);
}

} // namespace sluice::catalog
