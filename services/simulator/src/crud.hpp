#pragma once

#include "lists.hpp"
#include "text.hpp"

namespace sluice::simulator {

/// A family of things that are listed, made, read, changed and removed alike; what is particular to it is a function.
template <class R>
struct Resource {
    using Row = R;

    Table<Row> Account::* table;
    std::string_view kind;         ///< `team`: names its id sequence and its events (`team-created`).
    std::string_view uri;          ///< `/api/teams/`; empty if its answers have none.
    std::string_view event_object; ///< `Team`; empty if it writes no events.
    json::object (*defaults)();
    /// May refuse a body before anything has changed. The row is null on creation.
    Answer<void> (*check)(Call&, Row*) = nullptr;
    void (*apply)(Call&, Row&) = nullptr;
    /// May refuse, and otherwise detaches what hangs on the row.
    Answer<void> (*before_removal)(Call&, Row&) = nullptr;
    Predicate (*filter)(Call const&) = nullptr;
    int updated_status = 202;
    Present present = as_stored;
};

template <auto const& R>
using RowOf = typename std::remove_cvref_t<decltype(R)>::Row;

template <auto const& R>
void note_event(Call& call, Id id, std::string_view what)
{
    if (!R.event_object.empty())
        call.chain().add(std::string(R.kind).append("-").append(what), R.event_object, id);
}

template <auto const& R>
Answer<RowOf<R>*> find_row(Call& call)
{
    auto* row = (call.account.*R.table).find(call.id());
    if (row == nullptr)
        return not_found();
    return row;
}

/// A row with the defaults of its family, in its table.
template <auto const& R>
RowOf<R>& new_row(Account& account, Timestamp at)
{
    RowOf<R> row;
    row.id = account.sequences.next(R.kind);
    row.data = json::object{{"id", row.id}};
    if (!R.uri.empty())
        row.data["uri"] = std::string(R.uri) + std::to_string(row.id) + '/';
    for (auto const& member : R.defaults())
        row.data.insert(member);
    for (auto const name : {"created_datetime", "updated_datetime"})
        if (row.data.contains(name))
            row.data[name] = iso(at);
    return (account.*R.table).insert(std::move(row));
}

template <auto const& R>
Outcome list_rows(Call& call)
{
    return list_of(call, call.account.*R.table, R.filter != nullptr ? R.filter(call) : Predicate{}, R.present);
}

template <auto const& R>
Outcome get_row(Call& call)
{
    auto const row = find_row<R>(call);
    if (!row)
        return row.error();
    return record_response(200, call.account, **row, R.present);
}

template <auto const& R>
Outcome save_row(Call& call, RowOf<R>& row, int status)
{
    if (R.apply != nullptr)
        R.apply(call, row);
    (call.account.*R.table).changed(row);
    return record_response(status, call.account, row, R.present);
}

template <auto const& R>
Outcome create_row(Call& call)
{
    if (R.check != nullptr)
        if (auto checked = R.check(call, nullptr); !checked)
            return checked.error();
    auto& row = new_row<R>(call.account, call.now);
    note_event<R>(call, row.id, "created");
    return save_row<R>(call, row, 201);
}

template <auto const& R>
Outcome update_row(Call& call)
{
    auto const row = find_row<R>(call);
    if (!row)
        return row.error();
    if (R.check != nullptr)
        if (auto checked = R.check(call, *row); !checked)
            return checked.error();
    if ((*row)->data.contains("updated_datetime"))
        (*row)->data["updated_datetime"] = call.time();
    note_event<R>(call, (*row)->id, "updated");
    return save_row<R>(call, **row, R.updated_status);
}

template <auto const& R>
Outcome remove_row(Call& call)
{
    auto const row = find_row<R>(call);
    if (!row)
        return row.error();
    if (R.before_removal != nullptr)
        if (auto checked = R.before_removal(call, **row); !checked)
            return checked.error();
    note_event<R>(call, call.id(), "deleted");
    (call.account.*R.table).erase(call.id());
    return empty(204);
}

} // namespace sluice::simulator
