#include "core/row_values.hpp"

#include "core/rows.hpp"

#include <fmt/format.h>

namespace sluice::store {

RowValues& RowValues::id(std::string_view column, std::optional<Uuid> const& value)
{
    return add(column, "${}", value ? std::optional(sql_id(*value)) : std::nullopt);
}

RowValues& RowValues::text(std::string_view column, std::optional<std::string> value)
{
    return add(column, "${}", std::move(value));
}

RowValues& RowValues::texts(std::string_view column, std::vector<std::string> const& value)
{
    return add(column, "ARRAY(SELECT jsonb_array_elements_text(${}::jsonb))", sql_json(json::array_of(value)));
}

RowValues& RowValues::ids(std::string_view column, std::optional<std::vector<EnvironmentId>> const& value)
{
    return add(column, "${}::uuid[]", value ? std::optional(sql_ids(*value)) : std::nullopt);
}

RowValues& RowValues::number(std::string_view column, std::optional<std::int64_t> value)
{
    return add(column, "${}", value ? std::optional(std::to_string(*value)) : std::nullopt);
}

RowValues& RowValues::flag(std::string_view column, bool value)
{
    return add(column, "${}", value ? "true" : "false");
}

RowValues& RowValues::time(std::string_view column, std::optional<Timestamp> const& value)
{
    return add(column, "to_timestamp(${}::double precision / 1000000)", sql_time(value));
}

RowValues& RowValues::json(std::string_view column, json::value const& value)
{
    return add(column, "${}::jsonb", value.is_null() ? std::nullopt : std::optional(sql_json(value)));
}

RowValues& RowValues::bytes(std::string_view column, std::optional<Bytes> const& value)
{
    return add(column, "decode(${}, 'hex')", value ? std::optional(sql_bytes(*value)) : std::nullopt);
}

RowValues& RowValues::add(std::string_view column, std::string_view sql, std::optional<std::string> parameter)
{
    values_.push_back({column, sql, std::move(parameter)});
    return *this;
}

pqxx::result write_row(pqxx::work& transaction, std::string_view sql, std::vector<std::string> const& keys,
                       RowValues const& values)
{
    std::vector<std::optional<std::string>> parameters(keys.begin(), keys.end());
    std::vector<std::string_view> columns;
    std::vector<std::string> texts;
    std::vector<std::string> assignments;
    for (auto const& value : values.values_) {
        parameters.push_back(value.parameter);
        columns.push_back(value.column);
        texts.push_back(fmt::format(fmt::runtime(value.sql), parameters.size()));
        assignments.push_back(fmt::format("{} = {}", value.column, texts.back()));
    }
    auto const text =
        fmt::format(fmt::runtime(sql), fmt::arg("columns", fmt::join(columns, ", ")),
                    fmt::arg("values", fmt::join(texts, ", ")), fmt::arg("assignments", fmt::join(assignments, ", ")));
    return transaction.exec_params(text, pqxx::prepare::make_dynamic_params(parameters));
}

} // namespace sluice::store
