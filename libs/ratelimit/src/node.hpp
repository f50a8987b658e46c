#pragma once

#include "base/error.hpp"
#include "base/json.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::ratelimit {

/// A place in a definition with its path. Each reader function notes a mistake and gives a harmless value, so that one
/// pass finds all mistakes. Value and failures must outlive the node.
class Node {
public:
    Node(json::value const& value, std::string path, std::vector<FieldFailure>& failures)
        : value_(&value)
        , path_(std::move(path))
        , failures_(&failures)
    {
    }

    void fail(std::string message) const;
    void fail_at(std::string_view name, std::string message) const;

    [[nodiscard]] bool is_object() const { return value_->is_object(); }
    [[nodiscard]] bool is_number() const { return value_->is_number(); }
    /// Whether this is an object. Members with other names are failures.
    [[nodiscard]] bool is_object_of(std::initializer_list<std::string_view> names) const;
    /// How many members this object has.
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::optional<Node> member(std::string_view name) const;
    [[nodiscard]] std::optional<Node> required(std::string_view name) const;
    [[nodiscard]] std::vector<Node> elements(std::size_t most) const;
    /// The elements of a list that is not empty, or this node itself.
    [[nodiscard]] std::vector<Node> one_or_more(std::size_t most) const;

    /// A text of printable ASCII that is not empty; empty after a mistake.
    [[nodiscard]] std::string text(std::size_t most_bytes) const;
    [[nodiscard]] std::int64_t integer(std::int64_t least, std::int64_t most) const;
    /// A number above 0.
    [[nodiscard]] double positive(double most) const;
    [[nodiscard]] bool boolean() const;

private:
    json::value const* value_;
    std::string path_;
    std::vector<FieldFailure>* failures_;
};

} // namespace sluice::ratelimit
