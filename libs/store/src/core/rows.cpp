#include "core/rows.hpp"

#include "tenancy/waiters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace sluice::store {

std::string sql_id(Uuid const& uuid)
{
    return to_hex(uuid);
}

std::string sql_ids(std::vector<EnvironmentId> const& ids)
{
    std::string text;
    for (auto const& id : ids)
        text += (text.empty() ? "" : ",") + sql_id(id);
    return "{" + text + "}";
}

std::string sql_time(Timestamp time)
{
    return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

std::string sql_first_id(Timestamp time)
{
    return sql_id(first_id(time));
}

std::optional<std::string> sql_time(std::optional<Timestamp> const& time)
{
    return time ? std::optional(sql_time(*time)) : std::nullopt;
}

std::string sql_bytes(ByteView bytes)
{
    return hex(bytes);
}
std::string sql_json(json::value const& value)
{
    return boost::json::serialize(value);
}

Uuid uuid_in(pqxx::field const& field)
{
    auto const uuid = uuid_from_hex(field.c_str());
    if (!uuid)
        throw std::runtime_error(fmt::format("column {} is not a uuid", field.name()));
    return *uuid;
}

Timestamp time_in(pqxx::field const& field)
{
    return Timestamp{
        std::chrono::duration_cast<Timestamp::duration>(std::chrono::microseconds(field.as<std::int64_t>()))};
}

std::optional<Timestamp> optional_time_in(pqxx::field const& field)
{
    return field.is_null() ? std::nullopt : std::optional(time_in(field));
}

Bytes bytes_in(pqxx::field const& field)
{
    auto bytes = hex_decode(field.c_str());
    if (!bytes)
        throw std::runtime_error(fmt::format("column {} is not hex", field.name()));
    return *std::move(bytes);
}

json::value json_in(pqxx::field const& field)
{
    if (field.is_null())
        return nullptr;
    auto parsed = json::parse({field.c_str(), field.size()}, {.max_bytes = 64 * 1024 * 1024, .max_depth = 128});
    if (!parsed)
        throw std::runtime_error(fmt::format("column {} is not JSON", field.name()));
    return *std::move(parsed);
}

json::object object_in(pqxx::field const& field)
{
    auto value = json_in(field);
    return value.is_object() ? std::move(value.get_object()) : json::object{};
}

std::optional<std::string> text_in(pqxx::field const& field)
{
    return field.is_null() ? std::nullopt : std::optional<std::string>(field.c_str());
}

json::value text_or_null(std::optional<std::string> const& text)
{
    return text ? json::value(*text) : json::value(nullptr);
}

json::value time_or_null(std::optional<Timestamp> const& time)
{
    return time ? json::value(to_rfc3339(*time)) : json::value(nullptr);
}

void tell_waiters(pqxx::work& transaction, Uuid const& row)
{
    transaction.exec_params("SELECT pg_notify($1, $2)", std::string(tenancy::kWaitChannel), to_hex(row));
}

Error not_found(std::string_view what)
{
    return {ErrorCode::not_found, fmt::format("There is no such {} in this environment.", what)};
}

} // namespace sluice::store
