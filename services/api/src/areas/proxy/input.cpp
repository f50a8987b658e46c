#include "input.hpp"

#include "area.hpp"
#include "base/encoding.hpp"
#include "request_body.hpp"

#include <algorithm>

namespace sluice::api {
namespace {

/// JSON is read into memory several times its size.
constexpr std::size_t kMaxJson = 4 * 1024 * 1024;

/// Reads a flag by its name here, or by the name that clients of another platform use.
std::optional<std::string> take_flag(http::Query& query, std::string const& name)
{
    auto const ours = query.take(name);
    auto const theirs = query.take("truto_" + name);
    return ours ? ours : theirs;
}

std::string content_type_of(http::Request const& request)
{
    return std::string(request.headers.find("content-type").value_or("application/json"));
}

/// The body as it is.
std::optional<proxy::RawBody> take_raw_body(http::Request& request)
{
    if (request.body.empty() && !request.source)
        return std::nullopt;
    return proxy::RawBody{content_type_of(request), std::move(request.body), std::move(request.source),
                          std::string(request.headers.find("content-encoding").value_or(""))};
}

bool is_json(http::Request const& request)
{
    return to_lower(content_type_of(request)).starts_with("application/json");
}

} // namespace

std::string query_of_vendor(std::string_view query)
{
    std::string kept;
    while (!query.empty()) {
        auto const end = std::min(query.find('&'), query.size());
        auto const pair = query.substr(0, end);
        auto const name = http::Query::parse(pair.substr(0, pair.find('=')));
        bool const is_ours = name && name->find("integrated_account_id").has_value();
        if (!is_ours && !pair.empty()) {
            kept += kept.empty() ? "" : "&";
            kept += pair;
        }
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return kept;
}

Task<Result<ProxyBody>> read_body(Call& call, bool is_repeated, http::BodyRoom& room,
                                  std::optional<http::Response>& refusal)
{
    bool const passthrough = take_flag(call.query, "body_passthrough") == "true";
    ProxyBody body;
    if (passthrough || !is_json(call.request)) {
        if (is_repeated)
            refusal = co_await read_whole(call.request, kWholeBody, room);
        body.raw = take_raw_body(call.request);
        co_return body;
    }
    refusal = co_await read_whole(call.request, kWholeBody, room);
    if (refusal || call.request.body.empty())
        co_return body;
    auto parsed = json::parse(call.request.body, {.max_bytes = kMaxJson, .max_depth = 64});
    if (!parsed)
        co_return parsed.error();
    body.value = *std::move(parsed);
    body.raw = proxy::RawBody{"application/json", json::mended(call.request.body).value_or(call.request.body)};
    co_return body;
}

Task<Result<CustomBody>> read_custom_body(Call& call, http::BodyRoom& room, std::optional<http::Response>& refusal)
{
    constexpr std::string_view kConfig = "methodConfig";
    auto& request = call.request;
    CustomBody body;
    bool const is_large = request.source && request.source->size().value_or(0) > kWholeBody;
    bool const may_have_config = is_json(request) && !is_large && !request.headers.contains("content-encoding");
    if (may_have_config)
        refusal = co_await read_whole(request, kWholeBody, room);
    if (refusal)
        co_return body;
    if (!may_have_config || request.body.find(kConfig) == std::string::npos) {
        body.raw = take_raw_body(request);
        co_return body;
    }
    auto parsed = json::parse(request.body, {.max_bytes = kMaxJson, .max_depth = 64});
    if (!parsed)
        co_return parsed.error(); // It may have a methodConfig, which is never sent.
    auto* object = parsed->if_object();
    auto const* config = object != nullptr ? object->if_contains(kConfig) : nullptr;
    if (config == nullptr) {
        body.raw = take_raw_body(request);
        co_return body;
    }
    if (!config->is_object())
        co_return invalid(std::string(kConfig), "must be an object");
    body.config = config->get_object();
    object->erase(kConfig);
    if (!object->empty())
        body.value = *std::move(parsed);
    co_return body;
}

} // namespace sluice::api
