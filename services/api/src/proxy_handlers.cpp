#include "base/encoding.hpp"
#include "handlers.hpp"
#include "proxy/parts.hpp"
#include "proxy/remote_error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace sluice::api {
namespace {

/// For finding an account that is not cached: a call waits rather than fails while the database is slow.
constexpr std::chrono::seconds kFindLimit{5};

using proxy::Outcome;

/// Under our name, or the one the clients of another platform know.
std::optional<std::string> take_flag(http::Query& query, std::string const& name)
{
    auto const ours = query.take(name);
    auto const theirs = query.take("truto_" + name);
    return ours ? ours : theirs;
}

struct Body {
    std::optional<json::value> value;
    std::optional<proxy::RawBody> raw;
};

/// Sent as it came; JSON is checked first, unless `body_passthrough` is asked for.
Result<Body> read_body(http::Request const& request, bool passthrough)
{
    Body body;
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

std::string resources_of(catalog::Integration const& integration)
{
    std::set<std::string_view> names;
    for (auto const& method : integration.methods)
        names.insert(method.resource);
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string methods_of(catalog::Integration const& integration, std::string_view resource)
{
    std::set<std::string_view> names;
    for (auto const& method : integration.methods)
        if (method.resource == resource)
            names.insert(method.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string list_body(Outcome const& outcome)
{
    std::string body = R"({"result":)";
    body += outcome.page.items;
    body += R"(,"next_cursor":)";
    if (outcome.next_cursor)
        json::append_quoted(body, *outcome.next_cursor);
    else
        body += "null";
    // A note on a list says that the vendor has more, and that nothing leads to it.
    body += fmt::format(R"(,"prev_cursor":null,"result_count":{},"is_partial_response":{}}})", outcome.page.count,
                        !outcome.note.empty());
    return body;
}

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

} // namespace

ProxyHandlers::ProxyHandlers(Services const& services, accounts::CallableAccounts& connected, proxy::Caller& caller)
    : services_(services)
    , connected_(connected)
    , caller_(caller)
{
}

HandlerResult ProxyHandlers::collection(Call& call)
{
    return run(call, call.request.method == http::Method::get ? "list" : "create", std::nullopt);
}

HandlerResult ProxyHandlers::item(Call& call)
{
    std::string item(call.parameter("item"));
    switch (call.request.method) {
    case http::Method::get:
        return run(call, "get", std::move(item));
    case http::Method::delete_:
        return run(call, "delete", std::move(item));
    case http::Method::post:
        return run(call, std::move(item), std::nullopt);
    default:
        return run(call, "update", std::move(item));
    }
}

HandlerResult ProxyHandlers::run(Call& call, std::string method_name, std::optional<std::string> id)
{
    auto const given = call.query.take("integrated_account_id");
    auto const account_id = given ? IntegratedAccountId::parse(*given) : call.account;
    if (call.account && account_id && *account_id != *call.account)
        co_return Error{ErrorCode::forbidden, "The integrated-account token belongs to another account."};
    if (!account_id)
        co_return invalid("integrated_account_id", given ? "must be an id such as ia_01h455vb4pex5vsknk084sn02q"
                                                         : "is required as a query parameter");
    auto const passthrough = take_flag(call.query, "body_passthrough");
    auto body = read_body(call.request, passthrough == "true");
    if (!body)
        co_return body.error();
    auto const connected = co_await connected_.find(call.environment(), *account_id, Deadline::after(kFindLimit));
    if (!connected)
        co_return connected.error();
    auto const& integration = *(*connected)->installed->integration;
    std::string const resource(call.parameter("resource"));
    call.trace.account = account_id->str();
    call.trace.integration = integration.name;
    if (!integration.has_resource(resource))
        co_return Error{ErrorCode::not_found, fmt::format("{} has no resource {}. It has {}.", integration.label,
                                                          resource.substr(0, 60), resources_of(integration))};
    auto const* method = integration.find(resource, method_name);
    // A resource of which there is one (`/proxy/account`) is got where others are listed.
    if (method == nullptr && method_name == "list") {
        method = integration.find(resource, "get");
        if (method != nullptr && method->own_id())
            method = nullptr;
    }
    if (method == nullptr)
        co_return Error{ErrorCode::not_found,
                        fmt::format("{} of {} has no method {}. It has {}.", resource, integration.label,
                                    method_name.substr(0, 60), methods_of(integration, resource))};
    call.trace.method = fmt::format("{}.{}", resource, method->name);
    auto parts = proxy::rest_parts(*method, id, std::move(call.query), std::move(body->value));
    if (!parts)
        co_return parts.error();
    auto outcome = co_await caller_.call(*connected, *method, *std::move(parts), body->raw ? &*body->raw : nullptr,
                                         Deadline::after(services_.config.proxy_limit), call.request.peer);
    if (!outcome)
        co_return outcome.error();
    call.trace.vendor_time = outcome->vendor_time;
    call.trace.is_vendors_fault = outcome->kind == Outcome::Kind::error;
    co_return response_of(*std::move(outcome), *method, id);
}

} // namespace sluice::api
