#include "view.hpp"

#include "base/encoding.hpp"
#include "http_api/error_body.hpp"
#include "proxy/interpret.hpp"
#include "toolcalls/result_text.hpp"

namespace sluice::api {
namespace {

using toolcalls::Done;

void append_file(std::string& out, proxy::Outcome const& outcome)
{
    out += R"({"content_type":)";
    json::append_quoted(out, outcome.content_type.empty() ? "application/octet-stream"
                                                          : to_valid_utf8(outcome.content_type));
    out += R"(,"base64":")";
    out += base64(bytes_of(outcome.body));
    out += R"("})";
}

void append_success(std::string& out, std::string_view data)
{
    out += data;
    out += R"(,"error":null,"successful":true)";
}

void append_refusal(std::string& out, std::string_view data)
{
    out += data;
    out += R"(,"error":)";
    json::append_quoted(out, data);
    out += R"(,"successful":false)";
}

void append_error(std::string& out, Error const& error)
{
    append_refusal(out, boost::json::serialize(http::error_body(error)));
}

void append_outcome(std::string& out, proxy::Outcome const& outcome)
{
    std::string made;
    if (outcome.kind == proxy::Outcome::Kind::binary) {
        append_file(out, outcome);
        append_success(out, {});
    } else if (outcome.kind == proxy::Outcome::Kind::error) {
        append_refusal(out, toolcalls::result_text(outcome, made));
    } else {
        append_success(out, toolcalls::result_text(outcome, made));
    }
}

} // namespace

http::Response execution_response(Done done, std::string_view log_id)
{
    http::Response response = http::json_response(200, std::string());
    auto& out = response.body;
    out = R"({"data":)";
    if (done.kind == Done::Kind::previewed && done.preview)
        append_success(out, json::to_text(*done.preview));
    else if (done.kind == Done::Kind::previewed)
        append_error(out, done.preview.error());
    else if (done.outcome)
        append_outcome(out, *done.outcome);
    else
        append_error(out, done.outcome.error());
    out += R"(,"log_id":)";
    json::append_quoted(out, log_id);
    if (!done.note.empty()) {
        out += R"(,"note":)";
        json::append_quoted(out, done.note);
    }
    out += '}';
    if (done.outcome) {
        proxy::add_limit_headers(done.outcome->limits, response.headers, done.outcome->windows);
        response.held = std::move(done.outcome->held);
    }
    return response;
}

} // namespace sluice::api
