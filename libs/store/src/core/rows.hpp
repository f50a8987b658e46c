#pragma once

#include "base/encoding.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"

#include <optional>
#include <string>
#include <vector>

#include <pqxx/result>
#include <pqxx/transaction>

namespace sluice::store {

// How our types look in SQL. Times travel as microseconds since 1970, bytes as hex, JSON and ids as text.

[[nodiscard]] std::string sql_id(Uuid const& uuid);
template <class Tag>
[[nodiscard]] std::string sql_id(Id<Tag> const& id)
{
    return sql_id(id.uuid());
}
template <class Tag>
[[nodiscard]] std::optional<std::string> sql_id(std::optional<Id<Tag>> const& id)
{
    return id ? std::optional(sql_id(*id)) : std::nullopt;
}
/// A literal of the type uuid[].
[[nodiscard]] std::string sql_ids(std::vector<EnvironmentId> const& ids);
[[nodiscard]] std::string sql_time(Timestamp time);
/// The smallest id of that time, by which a query finds the days it has to search.
[[nodiscard]] std::string sql_first_id(Timestamp time);
[[nodiscard]] std::optional<std::string> sql_time(std::optional<Timestamp> const& time);
[[nodiscard]] std::string sql_bytes(ByteView bytes);
[[nodiscard]] std::string sql_json(json::value const& value);

[[nodiscard]] Uuid uuid_in(pqxx::field const& field);
template <class IdType>
[[nodiscard]] IdType id_in(pqxx::field const& field)
{
    return IdType{uuid_in(field)};
}
template <class IdType>
[[nodiscard]] std::optional<IdType> optional_id_in(pqxx::field const& field)
{
    return field.is_null() ? std::nullopt : std::optional(id_in<IdType>(field));
}
[[nodiscard]] Timestamp time_in(pqxx::field const& field);
[[nodiscard]] std::optional<Timestamp> optional_time_in(pqxx::field const& field);
[[nodiscard]] Bytes bytes_in(pqxx::field const& field);
[[nodiscard]] json::value json_in(pqxx::field const& field);
[[nodiscard]] json::object object_in(pqxx::field const& field);
[[nodiscard]] std::optional<std::string> text_in(pqxx::field const& field);

// How the audit log has what may be absent: as the API shows it.
[[nodiscard]] json::value text_or_null(std::optional<std::string> const& text);
[[nodiscard]] json::value time_or_null(std::optional<Timestamp> const& time);
template <class Tag>
[[nodiscard]] json::value id_or_null(std::optional<Id<Tag>> const& id)
{
    return id ? json::value(id->str()) : json::value(nullptr);
}

/// Wakes who waits for the row, on every replica, once the transaction is committed.
void tell_waiters(pqxx::work& transaction, Uuid const& row);

/// The row is not in this environment (or nowhere).
[[nodiscard]] Error not_found(std::string_view what);

} // namespace sluice::store
