#include "view.hpp"

#include "base/json.hpp"
#include "proxy/remote_error.hpp"

#include <fmt/format.h>

namespace sluice::api {
namespace {

using proxy::Outcome;

std::string list_body(Outcome const& outcome)
{
    std::string body = R"({"result":)";
    body += outcome.page.items;
    body += R"(,"next_cursor":)";
    if (outcome.next_cursor)
        json::append_quoted(body, *outcome.next_cursor);
    else
        body += "null";
    // A note on a list means that the vendor has more records that no cursor leads to.
    body += fmt::format(R"(,"prev_cursor":null,"result_count":{},"is_partial_response":{}}})", outcome.page.count,
                        !outcome.note.empty());
    return body;
}

} // namespace

http::Response response_of(Outcome outcome, catalog::Method const& method, std::optional<std::string> const& id)
{
    http::Response response;
    response.headers = proxy::forwardable(outcome.vendor_headers);
    proxy::add_limit_headers(outcome.limits, response.headers);
    response.status = outcome.status;
    response.held = std::move(outcome.held);
    auto const json_body = [&](std::string body) {
        response.headers.add("content-type", "application/json");
        response.body = std::move(body);
    };
    switch (outcome.kind) {
    case Outcome::Kind::error:
        json_body(proxy::remote_error_body(outcome));
        break;
    case Outcome::Kind::unread:
        json_body(proxy::unread_body(outcome));
        break;
    case Outcome::Kind::list:
        json_body(list_body(outcome));
        break;
    case Outcome::Kind::binary:
        response.headers.add("content-type", outcome.content_type);
        response.body = std::move(outcome.body);
        break;
    case Outcome::Kind::empty:
        if (method.name == "delete" && id) {
            response.status = 200;
            json_body(boost::json::serialize(json::object{{"id", *id}}));
        } else if (method.is_custom()) {
            response.status = 200;
            json_body(R"({"result":null})");
        }
        break;
    case Outcome::Kind::object:
        json_body(method.is_custom() ? fmt::format(R"({{"result":{}}})", outcome.body) : std::move(outcome.body));
        break;
    }
    return response;
}

} // namespace sluice::api
