#include "encode_outcome.hpp"

#include "base/encoding.hpp"
#include "http_api/error_body.hpp"
#include "http_api/media_type.hpp"
#include "toolcalls/result_text.hpp"

#include <fmt/format.h>

namespace sluice::mcp {
namespace {

/// The vendor's bytes are written escaped, and perhaps once more as they are; one allocation holds both.
std::size_t room_for(std::size_t payload, ServerSnapshot const& snapshot)
{
    return payload * (snapshot.structured_content ? 2 : 1) + payload / 4 + 512;
}

/// Ends the content, with a note to the model if there is one.
void close_content(std::string& out, std::string_view note)
{
    if (!note.empty()) {
        out += R"(,{"type":"text","text":)";
        json::append_quoted(out, note);
        out += '}';
    }
    out += ']';
}

void append_payload(std::string& out, std::string_view payload, std::string_view note, ServerSnapshot const& snapshot)
{
    out += R"("content":[{"type":"text","text":)";
    json::append_quoted(out, payload);
    out += '}';
    close_content(out, note);
    if (!snapshot.structured_content)
        return;
    out += R"(,"structuredContent":)";
    out += payload;
}

/// Writes a file as the block that clients show: text, image, audio, or an embedded resource.
void append_file(std::string& out, proxy::Outcome const& outcome, std::string_view note)
{
    auto const type = http::parse_media_type(outcome.content_type).essence();
    bool const is_image = type.starts_with("image/");
    out += R"("content":[)";
    if (type.starts_with("text/")) {
        out += R"({"type":"text","text":)";
        json::append_quoted(out, to_valid_utf8(outcome.body));
        out += '}';
    } else if (is_image || type.starts_with("audio/")) {
        out += fmt::format(R"({{"type":"{}","data":"{}","mimeType":)", is_image ? "image" : "audio",
                           base64(bytes_of(outcome.body)));
        json::append_quoted(out, type);
        out += '}';
    } else {
        out += R"({"type":"resource","resource":{"uri":"sluice://result","mimeType":)";
        json::append_quoted(out, type.empty() ? "application/octet-stream" : type);
        out += fmt::format(R"(,"blob":"{}"}}}})", base64(bytes_of(outcome.body)));
    }
    close_content(out, note);
}

void append_error(std::string& out, std::string_view text, std::string_view note = {})
{
    out += R"("content":[{"type":"text","text":)";
    json::append_quoted(out, text);
    out += '}';
    close_content(out, note);
    out += R"(,"isError":true)";
}

/// Writes the blocks that the definition makes of an answer.
void append_content(std::string& out, catalog::ValueTemplate const& content, proxy::Outcome const& outcome,
                    std::string_view note)
{
    auto result = json::parse(outcome.body);
    auto const blocks = result ? content.render_texts(json::object{{"result", *std::move(result)}})
                               : Result<json::value>(result.error());
    if (blocks) {
        auto text = boost::json::serialize(*blocks);
        text.pop_back();
        out += R"("content":)" + text;
        close_content(out, note);
        return;
    }
    append_error(out, "The vendor's answer is not what the definition describes: " + blocks.error().public_detail());
}

} // namespace

std::string encode_outcome(RpcRequest const& request, ServerSnapshot const& snapshot, catalog::Method const& method,
                           proxy::Outcome const& outcome, std::string_view forecast, std::string_view note)
{
    using Kind = proxy::Outcome::Kind;
    std::string out;
    std::string made;
    out.reserve(room_for(outcome.body.size(), snapshot));
    open_result(out, request);
    if (outcome.kind == Kind::error) {
        append_error(out, toolcalls::result_text(outcome, made), note);
    } else if (method.content && outcome.kind != Kind::unread) {
        append_content(out, *method.content, outcome, note);
    } else if (outcome.kind == Kind::binary) {
        append_file(out, outcome, note);
    } else {
        append_payload(out, toolcalls::result_text(outcome, made), note, snapshot);
    }
    close_result(out, request, snapshot.server_info, outcome.limits, forecast);
    return out;
}

std::string encode_own(RpcRequest const& request, ServerSnapshot const& snapshot, json::object const& answer)
{
    std::string out;
    open_result(out, request);
    append_payload(out, json::to_text(answer), {}, snapshot);
    close_result(out, request, snapshot.server_info, {});
    return out;
}

std::string encode_tool_error(RpcRequest const& request, ServerSnapshot const& snapshot, Error const& error,
                              ratelimit::Limits const& limits)
{
    std::string out;
    open_result(out, request);
    append_error(out, boost::json::serialize(http::error_body(error)));
    close_result(out, request, snapshot.server_info, limits);
    return out;
}

} // namespace sluice::mcp
