#include "input.hpp"

#include "base/encoding.hpp"

namespace sluice::api {
namespace {

/// Reads a flag by its name here, or by the name that clients of another platform use.
std::optional<std::string> take_flag(http::Query& query, std::string const& name)
{
    auto const ours = query.take(name);
    auto const theirs = query.take("truto_" + name);
    return ours ? ours : theirs;
}

} // namespace

Result<ProxyBody> read_body(http::Request const& request, http::Query& query)
{
    bool const passthrough = take_flag(query, "body_passthrough") == "true";
    ProxyBody body;
    if (request.body.empty())
        return body;
    auto const type = std::string(request.headers.find("content-type").value_or("application/json"));
    if (passthrough || !to_lower(type).starts_with("application/json")) {
        body.raw = proxy::RawBody{type, request.body};
        return body;
    }
    auto parsed = json::parse(request.body, {.max_bytes = 4 * 1024 * 1024, .max_depth = 64});
    if (!parsed)
        return parsed.error();
    body.value = *std::move(parsed);
    body.raw = proxy::RawBody{"application/json", json::mended(request.body).value_or(request.body)};
    return body;
}

} // namespace sluice::api
