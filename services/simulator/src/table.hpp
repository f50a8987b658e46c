#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice::simulator {

using Id = std::int64_t;

/// A thing with an id. `data` holds its attributes as the API shows them (or those of them that are not made up from
/// other things); `text` is its cached form as a list item, empty when stale.
struct Record {
    Id id = 0;
    json::object data;
    std::string text;
    std::uint64_t text_version = 0;
    /// What the indexes hold for it.
    std::vector<std::string> keys;
};

/// Where a record stands in an order. Texts that compare as the values do; ties are broken by id.
struct Position {
    std::string key;
    Id id;
    Record* record;

    friend bool operator<(Position const& a, Position const& b)
    {
        auto const order = a.key.compare(b.key);
        return order != 0 ? order < 0 : a.id < b.id;
    }
};
using Index = std::set<Position>;

/// The sort key of a record: `order` names an attribute, a dotted path or several joined by commas.
[[nodiscard]] std::string order_key(json::object const& data, std::string_view order);

/// The orders a table keeps.
class Indexes {
public:
    Indexes(std::initializer_list<std::string_view> orders);

    void add(Record& record);
    void remove(Record& record);
    void update(Record& record);
    /// Null if that order is not kept.
    [[nodiscard]] Index const* find(std::string_view order) const;

private:
    std::vector<std::pair<std::string_view, Index>> indexes_;
};

/// Records by id, with indexes for the orders in which they are listed. Addresses stay valid until erased.
template <class Row>
class Table {
public:
    Table(std::initializer_list<std::string_view> orders)
        : indexes_(orders)
    {
    }

    Row& insert(Row row)
    {
        auto const id = row.id;
        auto& stored = rows_.emplace(id, std::move(row)).first->second;
        by_id_[id] = &stored;
        indexes_.add(stored);
        return stored;
    }
    [[nodiscard]] Row* find(Id id)
    {
        auto const found = by_id_.find(id);
        return found == by_id_.end() ? nullptr : found->second;
    }
    /// To be called after each change of a row's data.
    void changed(Row& row) { indexes_.update(row); }
    bool erase(Id id)
    {
        auto const found = rows_.find(id);
        if (found == rows_.end())
            return false;
        indexes_.remove(found->second);
        by_id_.erase(id);
        rows_.erase(found);
        return true;
    }
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] std::map<Id, Row>& rows() { return rows_; }
    [[nodiscard]] Index const* ordered_by(std::string_view order) const { return indexes_.find(order); }

private:
    std::map<Id, Row> rows_;
    std::unordered_map<Id, Row*> by_id_;
    Indexes indexes_;
};

} // namespace sluice::simulator
