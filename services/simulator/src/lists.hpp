#pragma once

#include "call.hpp"

namespace sluice::simulator {

/// Appends the JSON text of a record.
using Present = void (*)(Account&, Record&, std::string& out);

/// `data` as it is.
void as_stored(Account& account, Record& record, std::string& out);

/// `[...]`
void append_rows(std::string& out, Account& account, std::vector<Record*> const& rows, Present present);
[[nodiscard]] std::string text_of_rows(Account& account, std::vector<Record*> const& rows, Present present);

/// What cursor, limit and order_by ask for. The first word allowed for order_by is its default.
struct Listing {
    Order order;
    PageRequest page;
};
[[nodiscard]] Answer<Listing> listing_of(Call const& call);

/// The page in the envelope `{"object":"list","uri","data","meta"}`.
[[nodiscard]] Outcome list_of(Call& call, Index const& index, Listing const& listing, Predicate const& filter,
                              Present present);

template <class Row>
[[nodiscard]] Outcome list_of(Call& call, Table<Row> const& table, Predicate const& filter, Present present = as_stored)
{
    auto const listing = listing_of(call);
    if (!listing)
        return listing.error();
    auto const* index = table.ordered_by(listing->order.field);
    // Orders that mean nothing here (relevance) fall back to the newest first.
    return list_of(call, index != nullptr ? *index : *table.ordered_by("created_datetime"), *listing, filter, present);
}

/// `{"data":[...]}` of what is not paged.
[[nodiscard]] http::Response data_response(Account& account, std::vector<Record*> const& rows,
                                           Present present = as_stored);
/// One record.
[[nodiscard]] http::Response record_response(int status, Account& account, Record& record, Present present = as_stored);

} // namespace sluice::simulator
