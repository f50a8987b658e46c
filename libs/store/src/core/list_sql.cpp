#include "core/list_sql.hpp"

#include "base/encoding.hpp"
#include "base/id.hpp"
#include "base/near.hpp"
#include "base/timestamp.hpp"
#include "core/rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sluice::store {
namespace {

using Operator = tenancy::Condition::Operator;

std::string known_fields(std::span<ListField const> fields)
{
    std::string names;
    for (auto const& field : fields)
        names += (names.empty() ? "" : ", ") + std::string(field.name);
    return names;
}

std::optional<std::string> id_value(ListField const& field, std::string_view text)
{
    if (!text.starts_with(field.prefix) || text.size() != field.prefix.size() + 27 || text[field.prefix.size()] != '_')
        return std::nullopt;
    auto const uuid = uuid_from_base32(text.substr(field.prefix.size() + 1));
    return uuid ? std::optional(to_hex(*uuid)) : std::nullopt;
}

std::optional<std::string> number_value(std::string_view text)
{
    constexpr std::size_t kMostDigits = 9;
    bool const is_number = !text.empty() && text.size() <= kMostDigits &&
                           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    return is_number ? std::optional<std::string>(text) : std::nullopt;
}

/// The SQL text of one value.
Result<std::string> value_of(ListField const& field, std::string const& text)
{
    switch (field.kind) {
    case ListField::Kind::text:
    case ListField::Kind::searched_text:
        if (text.find('\0') != std::string::npos)
            return invalid(std::string(field.name), "must not contain a zero byte");
        return text;
    case ListField::Kind::flag:
        if (text != "true" && text != "false")
            return invalid(std::string(field.name), "must be true or false");
        return text;
    case ListField::Kind::time:
        if (auto const time = parse_timestamp(text))
            return sql_time(*time);
        return invalid(std::string(field.name), "must be a date and time such as 2026-11-20T12:00:00Z");
    case ListField::Kind::id:
        if (auto const id = id_value(field, text))
            return *id;
        return invalid(std::string(field.name), fmt::format("must be an id such as {}_01h…", field.prefix));
    case ListField::Kind::number:
        if (auto const digits = number_value(text))
            return *digits;
        return invalid(std::string(field.name), "must be a whole number of at most nine digits");
    case ListField::Kind::id_time:
        break; // `Conditions::of_id_time` reads it.
    }
    return text;
}

std::string_view cast_of(ListField::Kind kind)
{
    switch (kind) {
    case ListField::Kind::text:
    case ListField::Kind::searched_text:
        return "text";
    case ListField::Kind::flag:
        return "boolean";
    case ListField::Kind::time:
        return "timestamptz";
    case ListField::Kind::id:
    case ListField::Kind::id_time:
        return "uuid";
    case ListField::Kind::number:
        return "integer";
    }
    return "text";
}

std::string_view comparison_of(Operator op)
{
    switch (op) {
    case Operator::ne:
        return "<>";
    case Operator::gt:
        return ">";
    case Operator::gte:
        return ">=";
    case Operator::lt:
        return "<";
    case Operator::lte:
        return "<=";
    case Operator::like:
        return "ILIKE";
    default:
        return "=";
    }
}

class Conditions {
public:
    Conditions(std::span<ListField const> fields, std::vector<std::string>& parameters)
        : fields_(fields)
        , parameters_(parameters)
    {
    }

    Result<std::string> sql_of(tenancy::Condition const& condition)
    {
        auto const field = std::ranges::find(fields_, condition.field, &ListField::name);
        if (field == fields_.end())
            return invalid(condition.field, "is not a filter here; known are " + known_fields(fields_));
        std::string const column(field->column);
        if (condition.op == Operator::exist)
            return exists(*field, column, condition);
        if (field->kind == ListField::Kind::id_time)
            return of_id_time(*field, condition);
        bool const is_text = field->kind == ListField::Kind::text || field->kind == ListField::Kind::searched_text;
        bool const ordered = field->kind == ListField::Kind::time || is_text || field->kind == ListField::Kind::number;
        bool const is_order =
            condition.op != Operator::eq && condition.op != Operator::ne && condition.op != Operator::in;
        if ((is_order && !ordered) || (condition.op == Operator::like && !is_text))
            return invalid(condition.field, "cannot be compared with that operator");
        std::string alternatives;
        for (auto const& text : condition.values) {
            auto value = value_of(*field, text);
            if (!value)
                return value.error();
            if (!is_order)
                if (auto const known = check_known(*field, text); !known)
                    return known.error();
            if (condition.op == Operator::like)
                close_escape(*value);
            parameters_.push_back(*std::move(value));
            alternatives += fmt::format("{}{} {} {}", alternatives.empty() ? "" : " OR ", column,
                                        comparison_of(condition.op), parameter(field->kind, parameters_.size()));
        }
        if (condition.op == Operator::like && field->kind == ListField::Kind::searched_text)
            return fmt::format("({} IS NOT NULL AND CASE WHEN {} THEN 1 ELSE 0 END > 0)", column, alternatives);
        return fmt::format("({})", alternatives.empty() ? "false" : alternatives);
    }

private:
    /// A comparison with a time as one of ids, which begin with it in milliseconds.
    Result<std::string> of_id_time(ListField const& field, tenancy::Condition const& condition)
    {
        auto const time = condition.values.size() == 1 ? parse_timestamp(condition.values.front()) : std::nullopt;
        if (!time)
            return invalid(std::string(field.name), "must be a date and time such as 2026-11-20T12:00:00Z");
        bool const is_after = condition.op == Operator::gt || condition.op == Operator::gte;
        if (!is_after && condition.op != Operator::lt && condition.op != Operator::lte)
            return invalid(std::string(field.name), "can be compared with gt, gte, lt and lte only");
        bool const is_next = condition.op == Operator::gt || condition.op == Operator::lte;
        parameters_.push_back(sql_first_id(*time + std::chrono::milliseconds(is_next ? 1 : 0)));
        return fmt::format("({} {} ${}::uuid)", field.column, is_after ? ">=" : "<", parameters_.size());
    }

    /// A value that no row can have finds nothing, and its author would not know why.
    static Result<void> check_known(ListField const& field, std::string const& text)
    {
        if (field.values.empty() || std::ranges::find(field.values, text) != field.values.end())
            return {};
        std::vector<std::string> const known(field.values.begin(), field.values.end());
        return invalid(std::string(field.name),
                       fmt::format("must be one of {}{}", fmt::join(known, ", "), did_you_mean(known, text)));
    }

    /// A pattern must not end in the sign that takes the next character as it is.
    static void close_escape(std::string& pattern)
    {
        auto const kept = pattern.find_last_not_of('\\') + 1;
        if ((pattern.size() - kept) % 2 != 0)
            pattern += '\\';
    }

    /// As the type of the column, so that an index of the column can answer.
    static std::string parameter(ListField::Kind kind, std::size_t number)
    {
        return kind == ListField::Kind::time ? fmt::format("to_timestamp(${}::double precision / 1000000)", number)
                                             : fmt::format("${}::{}", number, cast_of(kind));
    }

    static Result<std::string> exists(ListField const& field, std::string const& column,
                                      tenancy::Condition const& condition)
    {
        if (condition.values != std::vector<std::string>{"true"} &&
            condition.values != std::vector<std::string>{"false"})
            return invalid(std::string(field.name), "[exist] must be true or false");
        return fmt::format("({} IS {}NULL)", column, condition.values.front() == "true" ? "NOT " : "");
    }

    std::span<ListField const> fields_;
    std::vector<std::string>& parameters_;
};

} // namespace

Result<pqxx::result> run_list(pqxx::work& transaction, std::string_view select, std::string_view id_column,
                              std::span<ListField const> fields, tenancy::ListQuery const& query)
{
    std::vector<std::string> parameters;
    Conditions conditions(fields, parameters);
    std::string sql(select);
    std::vector<FieldFailure> failures;
    for (auto const& condition : query.conditions) {
        auto text = conditions.sql_of(condition);
        if (text)
            sql += " AND " + *text;
        else
            failures.insert(failures.end(), text.error().failures().begin(), text.error().failures().end());
    }
    if (!failures.empty())
        return Error{std::move(failures)};
    if (query.after) {
        parameters.push_back(sql_id(*query.after));
        sql += fmt::format(" AND {} {} ${}::uuid", id_column, query.ascending ? ">" : "<", parameters.size());
    }
    sql += fmt::format(" ORDER BY {} {} LIMIT {}", id_column, query.ascending ? "ASC" : "DESC", query.limit + 1);
    return transaction.exec_params(sql, pqxx::prepare::make_dynamic_params(parameters));
}

} // namespace sluice::store
