#include "lists.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

void append_cursor(std::string& out, std::string_view name, std::optional<Cursor> const& cursor)
{
    json::append_quoted(out, name);
    out += ':';
    if (cursor)
        json::append_quoted(out, cursor->str());
    else
        out += "null";
}

/// Path and query as asked; with no query it ends in a question mark.
std::string uri_of(Call const& call)
{
    return std::string(call.path) + '?' + std::string(call.request.query());
}

std::string_view default_order(Route const& route)
{
    auto const field = std::ranges::find(route.query, "order_by", &Field::name);
    return field != route.query.end() ? field->words.front() : "created_datetime:desc";
}

} // namespace

void as_stored(Account&, Record& record, std::string& out)
{
    if (record.text.empty())
        record.text = boost::json::serialize(record.data);
    out += record.text;
}

void append_rows(std::string& out, Account& account, std::vector<Record*> const& rows, Present present)
{
    out += '[';
    for (auto* row : rows) {
        if (out.back() != '[')
            out += ',';
        present(account, *row, out);
    }
    out += ']';
}

std::string text_of_rows(Account& account, std::vector<Record*> const& rows, Present present)
{
    std::string out;
    append_rows(out, account, rows, present);
    return out;
}

Answer<Listing> listing_of(Call const& call)
{
    constexpr Id kDefaultLimit = 30;
    Listing listing;
    listing.order = Order::parse(call.asked("order_by").value_or(default_order(call.route)));
    if (listing.order.field == "usage" && call.route.operation == "list-tags")
        listing.order.field = "usage,name";
    listing.page.descending = listing.order.descending;
    listing.page.limit = static_cast<std::size_t>(call.asked_id("limit").value_or(kDefaultLimit));
    if (auto const text = call.asked("cursor"); text && !text->empty()) {
        listing.page.cursor = Cursor::parse(*text);
        if (!listing.page.cursor)
            return invalid_field("cursor", "Invalid cursor.");
    }
    return listing;
}

Outcome list_of(Call& call, Index const& index, Listing const& listing, Predicate const& filter, Present present)
{
    auto const page = page_of(index, listing.page, filter);
    std::string text = R"({"object":"list","uri":)";
    json::append_quoted(text, uri_of(call));
    text += ",\"data\":";
    append_rows(text, call.account, page.rows, present);
    text += ",\"meta\":{";
    append_cursor(text, "prev_cursor", page.prev);
    text += ',';
    append_cursor(text, "next_cursor", page.next);
    text += call.route.has_total ? ",\"total_resources\":null}}" : "}}";
    return http::json_response(200, std::move(text));
}

http::Response data_response(Account& account, std::vector<Record*> const& rows, Present present)
{
    std::string text = "{\"data\":";
    append_rows(text, account, rows, present);
    text += '}';
    return http::json_response(200, std::move(text));
}

http::Response record_response(int status, Account& account, Record& record, Present present)
{
    std::string text;
    present(account, record, text);
    return http::json_response(status, std::move(text));
}

} // namespace sluice::simulator
