#include "view.hpp"

#include "base/json.hpp"
#include "proxy/passthrough.hpp"
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

/// The answer without its body.
http::Response head_of(proxy::Outcome& outcome)
{
    http::Response response;
    response.headers = proxy::forwardable(outcome.vendor_headers);
    proxy::add_limit_headers(outcome.limits, response.headers, outcome.windows);
    response.status = outcome.status;
    response.held = std::move(outcome.held);
    return response;
}

/// The vendor's body, unchanged.
void add_bytes(proxy::Outcome outcome, http::Response& response)
{
    if (!outcome.content_type.empty())
        response.headers.add("content-type", outcome.content_type);
    response.body = std::move(outcome.body);
    if (!outcome.source)
        return;
    if (auto const coding = outcome.vendor_headers.find("content-encoding"))
        response.headers.add("content-encoding", *coding);
    http::stream_from(response, std::move(outcome.source));
}

} // namespace

http::Response unchanged_response_of(Outcome outcome)
{
    auto response = head_of(outcome);
    if (outcome.kind == Outcome::Kind::error || outcome.kind == Outcome::Kind::unread) {
        response.headers.add("content-type", "application/json");
        response.body =
            outcome.kind == Outcome::Kind::error ? proxy::remote_error_body(outcome) : proxy::unread_body(outcome);
        return response;
    }
    add_bytes(std::move(outcome), response);
    return response;
}

http::Response response_of(Outcome outcome, catalog::Method const& method, std::optional<std::string> const& id)
{
    auto response = head_of(outcome);
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
        if (response.status == 206) { // The range was ours: it asked for the page.
            response.status = 200;
            response.headers.remove("content-range");
        }
        json_body(list_body(outcome));
        break;
    case Outcome::Kind::binary:
        add_bytes(std::move(outcome), response);
        break;
    case Outcome::Kind::empty:
        if (outcome.status == 304)
            break;
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
