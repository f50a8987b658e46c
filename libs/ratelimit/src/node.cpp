#include "node.hpp"

#include <algorithm>

namespace sluice::ratelimit {
namespace {

bool is_printable(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::optional<std::int64_t> to_integer(json::value const& value)
{
    if (auto const* number = value.if_int64())
        return *number;
    auto const* number = value.if_uint64();
    if (number != nullptr && std::in_range<std::int64_t>(*number))
        return static_cast<std::int64_t>(*number);
    return std::nullopt;
}

std::optional<double> to_real(json::value const& value)
{
    if (auto const* number = value.if_double())
        return *number;
    auto const number = to_integer(value);
    return number ? std::optional(static_cast<double>(*number)) : std::nullopt;
}

} // namespace

void Node::fail(std::string message) const
{
    failures_->push_back({path_, std::move(message)});
}

void Node::fail_at(std::string_view name, std::string message) const
{
    failures_->push_back({path_ + '.' + std::string(name), std::move(message)});
}

bool Node::is_object_of(std::initializer_list<std::string_view> names) const
{
    auto const* object = value_->if_object();
    if (object == nullptr) {
        fail("must be an object");
        return false;
    }
    for (auto const& member : *object) {
        std::string_view const name = member.key();
        if (std::ranges::find(names, name) == names.end())
            fail_at(name, "is not known here");
    }
    return true;
}

std::size_t Node::size() const
{
    auto const* object = value_->if_object();
    return object != nullptr ? object->size() : 0;
}

std::optional<Node> Node::member(std::string_view name) const
{
    auto const* object = value_->if_object();
    auto const* value = object != nullptr ? object->if_contains(name) : nullptr;
    if (value == nullptr)
        return std::nullopt;
    return Node(*value, path_ + '.' + std::string(name), *failures_);
}

std::optional<Node> Node::required(std::string_view name) const
{
    auto node = member(name);
    if (!node)
        fail_at(name, "is missing");
    return node;
}

std::vector<Node> Node::elements(std::size_t most) const
{
    std::vector<Node> nodes;
    auto const* array = value_->if_array();
    if (array == nullptr)
        fail("must be a list");
    else if (array->size() > most)
        fail("must have at most " + std::to_string(most) + " elements");
    else
        for (std::size_t i = 0; i < array->size(); ++i)
            nodes.emplace_back((*array)[i], path_ + '[' + std::to_string(i) + ']', *failures_);
    return nodes;
}

std::vector<Node> Node::one_or_more(std::size_t most) const
{
    auto const* array = value_->if_array();
    if (array == nullptr)
        return {*this};
    if (array->empty())
        fail("must not be empty");
    return elements(most);
}

std::string Node::text(std::size_t most_bytes) const
{
    auto const* text = value_->if_string();
    if (text != nullptr && !text->empty() && text->size() <= most_bytes && is_printable(*text))
        return std::string(*text);
    fail("must be a text of 1 to " + std::to_string(most_bytes) + " printable ASCII characters");
    return {};
}

std::int64_t Node::integer(std::int64_t least, std::int64_t most) const
{
    auto const number = to_integer(*value_);
    if (number && *number >= least && *number <= most)
        return *number;
    fail("must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return least;
}

double Node::positive(double most) const
{
    auto const number = to_real(*value_);
    if (number && *number > 0 && *number <= most)
        return *number;
    fail("must be a number above 0 and at most " + std::to_string(static_cast<std::int64_t>(most)));
    return most;
}

bool Node::boolean() const
{
    auto const* value = value_->if_bool();
    if (value == nullptr)
        fail("must be true or false");
    return value != nullptr && *value;
}

} // namespace sluice::ratelimit
