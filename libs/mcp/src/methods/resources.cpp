#include "resources.hpp"

#include "base/encoding.hpp"
#include "calllog/masking.hpp"
#include "encode_outcome.hpp"
#include "http_api/media_type.hpp"
#include "lists.hpp"
#include "proxy/parts.hpp"

namespace sluice::mcp {
namespace {

using catalog::McpResource;

json::object view_of(McpResource const& resource)
{
    json::object view{{resource.uri.has_placeholders() ? "uriTemplate" : "uri", resource.uri.text()},
                      {"name", resource.name}};
    add_text(view, "title", resource.title);
    add_text(view, "description", resource.description);
    add_text(view, "mimeType", resource.mime_type);
    return view;
}

bool is_text_type(std::string_view type)
{
    auto const media = http::parse_media_type(type);
    return media.type == "text" || media.is_json() || media.essence() == "application/xml" ||
           media.subtype.ends_with("+xml");
}

std::string contents_of(std::string_view uri, McpResource const& resource, proxy::Outcome const& outcome)
{
    auto const sent = http::parse_media_type(outcome.content_type).essence();
    auto const type = resource.mime_type.empty() ? sent : resource.mime_type;
    bool const is_text = is_text_type(type) && is_utf8(outcome.body);
    json::object one{{"uri", uri}};
    add_text(one, "mimeType", to_valid_utf8(type));
    one[is_text ? "text" : "blob"] = is_text ? outcome.body : base64(bytes_of(outcome.body));
    return R"("contents":)" + boost::json::serialize(json::array{std::move(one)});
}

} // namespace

Task<Answer> ListResources::answer(RpcCall call)
{
    bool const templates = of_ == Of::templates;
    json::array views;
    for (auto const& [resource, account] : call.snapshot->resources)
        if (resource->uri.has_placeholders() == templates)
            views.push_back(view_of(*resource));
    co_return answer_list(call.request, *call.snapshot, templates ? "resourceTemplates" : "resources",
                          boost::json::serialize(views), lifetime_);
}

Task<Answer> ReadResource::answer(RpcCall call)
{
    auto const& request = call.request;
    auto const& snapshot = *call.snapshot;
    auto const* given = json::string_at(request.params, "uri");
    if (given == nullptr)
        co_return refuse_params(request, "params.uri must be a string.");
    std::string const uri(*given);
    McpResource const* found = nullptr;
    accounts::CallableAccountPtr account;
    json::object values;
    for (auto const& offered : snapshot.resources) {
        if (auto matched = offered.resource->uri.match(uri)) {
            found = offered.resource;
            account = offered.account;
            values = *std::move(matched);
            break;
        }
    }
    auto const missing = [&] {
        // SEP-2164: the same as any other bad parameter since 2026-07-28.
        auto const code = request.era == Era::modern ? RpcCode::invalid_params : RpcCode::resource_not_found;
        return Answer{
            200, encode_error(request.id, code, "There is no such resource.", json::object{{"uri", uri}}), {}};
    };
    if (found == nullptr)
        co_return missing();
    call.trace.of(account->account.id, account->account.integration_name);
    auto const& integration = *account->installed->integration;
    auto const& method = *integration.find(found->read.resource, found->read.method);
    call.trace.origin.tool = found->name;
    auto const arguments = found->read.arguments.render(json::object{{"uri", std::move(values)}});
    auto const refuse = [&](Error const& error) {
        bool const is_theirs = error.code() == ErrorCode::invalid_argument;
        Answer answer{200,
                      encode_error(request.id, is_theirs ? RpcCode::invalid_params : RpcCode::internal_error,
                                   error.public_detail(), json::object{{"uri", uri}}),
                      {}};
        answer.error = calllog::masked(error.public_detail());
        answer.fault = calllog::fault_of(error);
        return answer;
    };
    if (!arguments)
        co_return refuse(arguments.error());
    auto outcome =
        co_await proxy::call_pages(caller_, account, method, proxy::flat_parts(method, arguments->get_object()),
                                   {.requester = {request.peer, &call.trace.origin}}, call.deadline);
    if (!outcome)
        co_return refuse(outcome.error());
    call.trace.vendor_time = outcome->vendor_time;
    if (outcome->kind == proxy::Outcome::Kind::error)
        co_return outcome->status == 404 ? missing() : refuse({ErrorCode::upstream_failed, outcome->message});
    co_return Answer{
        200,
        encode_result(request, snapshot, contents_of(uri, *found, *outcome) + cache_hints(request, lifetime_)),
        outcome->limits,
        {},
        std::move(outcome->held)};
}

} // namespace sluice::mcp
