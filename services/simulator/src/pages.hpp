#pragma once

#include "table.hpp"

#include <functional>
#include <optional>

namespace sluice::simulator {

/// A position in a list: base64 of `["next","2026-08-26T18:39:21.578374",2190943406]`.
struct Cursor {
    bool forward = true;
    std::string value;
    Id id = 0;

    [[nodiscard]] std::string str() const;
    [[nodiscard]] static std::optional<Cursor> parse(std::string_view text);
};

struct Order {
    std::string field;
    bool descending = false;

    /// `usage:desc,name:desc` is field `usage,name`, descending. A bare field ascends.
    [[nodiscard]] static Order parse(std::string_view text);
};

using Predicate = std::function<bool(Record&)>;

struct Page {
    std::vector<Record*> rows;
    std::optional<Cursor> prev;
    std::optional<Cursor> next;
};

struct PageRequest {
    bool descending = false;
    std::optional<Cursor> cursor;
    std::size_t limit = 30;
};

/// The rows of `index` next to the cursor that satisfy `filter` (an empty one: all).
[[nodiscard]] Page page_of(Index const& index, PageRequest const& wanted, Predicate const& filter);

} // namespace sluice::simulator
