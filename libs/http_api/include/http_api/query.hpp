#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::http {

/// The decoded pairs of a query string or form (application/x-www-form-urlencoded), in order, with repeats.
class Query {
public:
    using Pair = std::pair<std::string, std::string>;

    Query() = default;
    /// Nothing if any pair has a broken percent escape or is not UTF-8.
    [[nodiscard]] static std::optional<Query> parse(std::string_view text);

    void add(std::string name, std::string value) { pairs_.emplace_back(std::move(name), std::move(value)); }
    /// Removes every pair of that name, and gives the value of the last.
    std::optional<std::string> take(std::string_view name);
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::vector<Pair> const& pairs() const noexcept { return pairs_; }
    [[nodiscard]] bool empty() const noexcept { return pairs_.empty(); }

    /// Percent-encoded, joined by `&`.
    [[nodiscard]] std::string str() const;

private:
    std::vector<Pair> pairs_;
};

} // namespace sluice::http
