#pragma once

#include "base/encoding.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/result>
#include <pqxx/transaction>

namespace sluice::store {

/// What an INSERT or an UPDATE writes into a row. A column is one line, and no parameter is numbered by hand. The name
/// of a column is a literal; a value that is absent is NULL.
class RowValues {
public:
    template <class Tag>
    RowValues& id(std::string_view column, std::optional<Id<Tag>> const& value)
    {
        return id(column, value ? std::optional(value->uuid()) : std::nullopt);
    }
    template <class Tag>
    RowValues& id(std::string_view column, Id<Tag> const& value)
    {
        return id(column, std::optional(value.uuid()));
    }
    RowValues& id(std::string_view column, std::optional<Uuid> const& value);
    RowValues& text(std::string_view column, std::optional<std::string> value);
    /// A column of the type text[].
    RowValues& texts(std::string_view column, std::vector<std::string> const& value);
    /// A column of the type uuid[].
    RowValues& ids(std::string_view column, std::optional<std::vector<EnvironmentId>> const& value);
    RowValues& number(std::string_view column, std::optional<std::int64_t> value);
    RowValues& flag(std::string_view column, bool value);
    RowValues& time(std::string_view column, std::optional<Timestamp> const& value);
    /// A column of the type jsonb. JSON's null is NULL.
    RowValues& json(std::string_view column, json::value const& value);
    RowValues& bytes(std::string_view column, std::optional<Bytes> const& value);

private:
    friend pqxx::result write_row(pqxx::work& transaction, std::string_view sql, std::vector<std::string> const& keys,
                                  RowValues const& values);

    struct Value {
        std::string_view column;
        std::string_view sql; ///< How its parameter, `{}`, becomes what the column holds.
        std::optional<std::string> parameter;
    };
    RowValues& add(std::string_view column, std::string_view sql, std::optional<std::string> parameter);

    std::vector<Value> values_;
};

/// Runs an INSERT with `{columns}` and `{values}`, or an UPDATE with `{assignments}`, in its text: they are those of
/// `values`. `keys` are the parameters that the text itself names, `$1` and so on.
pqxx::result write_row(pqxx::work& transaction, std::string_view sql, std::vector<std::string> const& keys,
                       RowValues const& values);

} // namespace sluice::store
