// Resources and prompts: what a definition offers beside its tools.
#include "mcp/offer_methods.hpp"
#include "base/encoding.hpp"
#include "encode_outcome.hpp"
#include "http_api/media_type.hpp"
#include "lists.hpp"
#include "mcp/client_inputs.hpp"
#include "proxy/pages.hpp"
#include "proxy/parts.hpp"
#include "proxy/remote_error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sluice::mcp {
namespace {

using catalog::McpResource;
using catalog::Prompt;

constexpr std::size_t kMostSuggestions = 100; // The protocol's own bound.

void add_text(json::object& view, std::string_view name, std::string const& text)
{
    if (!text.empty())
        view[name] = text;
}

json::object view_of(McpResource const& resource)
{
    json::object view{{resource.uri.has_placeholders() ? "uriTemplate" : "uri", resource.uri.text()},
                      {"name", resource.name}};
    add_text(view, "title", resource.title);
    add_text(view, "description", resource.description);
    add_text(view, "mimeType", resource.mime_type);
    return view;
}

json::object view_of(ServerSnapshot::Prompt const& offered)
{
    auto const& prompt = *offered.prompt;
    json::object view{{"name", offered.name}};
    add_text(view, "title", prompt.title);
    add_text(view, "description", prompt.description);
    json::array arguments;
    for (auto const& argument : prompt.arguments) {
        json::object one{{"name", argument.name}, {"required", argument.required}};
        add_text(one, "description", argument.description);
        arguments.push_back(std::move(one));
    }
    if (!arguments.empty())
        view["arguments"] = std::move(arguments);
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

/// The prompt of that name; null if there is none.
Prompt const* find_prompt(ServerSnapshot const& snapshot, boost::json::string const* name)
{
    if (name == nullptr)
        return nullptr;
    auto const found = std::ranges::find(snapshot.prompts, std::string_view(*name), &ServerSnapshot::Prompt::name);
    return found == snapshot.prompts.end() ? nullptr : found->prompt;
}

/// The values of a prompt's arguments, those left out as empty texts. Errors: invalid_argument for every mistake.
Result<json::object> arguments_of(Prompt const& prompt, json::object const& params)
{
    json::object values;
    std::vector<FieldFailure> failures;
    auto const* given = json::object_at(params, "arguments");
    for (auto const& argument : prompt.arguments) {
        auto const* value = given != nullptr ? given->if_contains(argument.name) : nullptr;
        if (value != nullptr && value->is_null())
            value = nullptr;
        if (value == nullptr && argument.required)
            failures.push_back({"arguments." + argument.name, "is required"});
        else if (value != nullptr && !value->is_string())
            failures.push_back({"arguments." + argument.name, "must be text"});
        values[argument.name] = value != nullptr && value->is_string() ? *value : json::value("");
    }
    if (!failures.empty())
        return Error{std::move(failures)};
    return values;
}

} // namespace

OfferMethods::OfferMethods(proxy::Caller& caller, crypto::CursorSealer const& sealer,
                           std::chrono::milliseconds list_lifetime)
    : caller_(caller)
    , sealer_(sealer)
    , list_lifetime_(list_lifetime)
{
}

Task<std::optional<Answer>> OfferMethods::answer(RpcRequest const& request, SnapshotPtr snapshot, Deadline deadline,
                                                 CallTrace& trace)
{
    auto const& method = request.method;
    if (!snapshot->resources.empty()) {
        if (method == "resources/list" || method == "resources/templates/list")
            co_return list_resources(request, *snapshot, method != "resources/list");
        if (method == "resources/read")
            co_return co_await read_resource(request, std::move(snapshot), deadline, trace);
    }
    if (!snapshot->prompts.empty()) {
        if (method == "prompts/list")
            co_return list_prompts(request, *snapshot);
        if (method == "prompts/get")
            co_return get_prompt(request, *snapshot);
        if (method == "completion/complete")
            co_return complete(request, *snapshot);
    }
    co_return std::nullopt;
}

Answer OfferMethods::list_resources(RpcRequest const& request, ServerSnapshot const& snapshot, bool templates) const
{
    json::array views;
    for (auto const& [resource, account] : snapshot.resources)
        if (resource->uri.has_placeholders() == templates)
            views.push_back(view_of(*resource));
    return answer_list(request, snapshot, templates ? "resourceTemplates" : "resources", boost::json::serialize(views),
                       list_lifetime_);
}

Answer OfferMethods::list_prompts(RpcRequest const& request, ServerSnapshot const& snapshot) const
{
    json::array views;
    for (auto const& prompt : snapshot.prompts)
        views.push_back(view_of(prompt));
    return answer_list(request, snapshot, "prompts", boost::json::serialize(views), list_lifetime_);
}

Answer OfferMethods::get_prompt(RpcRequest const& request, ServerSnapshot const& snapshot) const
{
    auto const refuse = [&](std::string_view message) {
        return Answer{200, encode_error(request.id, RpcCode::invalid_params, message), {}};
    };
    auto const* name = json::string_at(request.params, "name");
    auto const* prompt = find_prompt(snapshot, name);
    if (prompt == nullptr)
        return refuse("params.name must be the name of a prompt: prompts/list names those there are.");
    auto const values = arguments_of(*prompt, request.params);
    if (!values)
        return refuse("params." + values.error().public_detail());
    auto said = Said::read(
        request,
        fmt::format("prompt|{}|{}|{}", snapshot.server.id.str(), prompt->name, boost::json::serialize(*values)),
        sealer_);
    if (!said)
        return refuse("params." + said.error().public_detail());
    if (prompt->inputs)
        if (auto answered = ask_client(request, snapshot, *prompt->inputs, *values, *said, sealer_))
            return *std::move(answered);
    json::array messages;
    json::value const known = json::object{{"arguments", *values}, {"input", said->input()}};
    for (auto const& message : prompt->messages) {
        auto content = message.content.render_texts(known);
        if (!content)
            return refuse(content.error().public_detail());
        json::object one{{"role", message.role}};
        one["content"] = *std::move(content);
        messages.push_back(std::move(one));
    }
    json::object members;
    add_text(members, "description", prompt->description);
    members["messages"] = std::move(messages);
    auto const text = boost::json::serialize(members);
    return {200, encode_result(request, snapshot, std::string_view(text).substr(1, text.size() - 2)), {}};
}

Answer OfferMethods::complete(RpcRequest const& request, ServerSnapshot const& snapshot) const
{
    auto const refuse = [&](std::string_view message) {
        return Answer{200, encode_error(request.id, RpcCode::invalid_params, message), {}};
    };
    auto const* ref = json::object_at(request.params, "ref");
    auto const* asked = json::object_at(request.params, "argument");
    auto const* type = ref != nullptr ? json::string_at(*ref, "type") : nullptr;
    auto const* name = asked != nullptr ? json::string_at(*asked, "name") : nullptr;
    auto const* begun = asked != nullptr ? json::string_at(*asked, "value") : nullptr;
    if (type == nullptr || name == nullptr || begun == nullptr)
        return refuse("params must have ref.type, argument.name and argument.value.");
    json::array values;
    std::size_t total = 0;
    if (*type == "ref/prompt") {
        auto const* prompt = find_prompt(snapshot, json::string_at(*ref, "name"));
        if (prompt == nullptr)
            return refuse("params.ref.name must be the name of a prompt: prompts/list names those there are.");
        for (auto const& argument : prompt->arguments)
            if (argument.name == std::string_view(*name))
                for (auto const& value : argument.values)
                    if (value.starts_with(*begun) && ++total <= kMostSuggestions)
                        values.emplace_back(value);
    }
    json::object completion{{"total", total}, {"hasMore", total > kMostSuggestions}};
    completion["values"] = std::move(values);
    return {200, encode_result(request, snapshot, R"("completion":)" + boost::json::serialize(completion)), {}};
}

Task<Answer> OfferMethods::read_resource(RpcRequest const& request, SnapshotPtr snapshot, Deadline deadline,
                                         CallTrace& trace)
{
    auto const* given = json::string_at(request.params, "uri");
    if (given == nullptr)
        co_return Answer{200, encode_error(request.id, RpcCode::invalid_params, "params.uri must be a string."), {}};
    std::string const uri(*given);
    McpResource const* found = nullptr;
    accounts::CallableAccountPtr account;
    json::object values;
    for (auto const& offered : snapshot->resources) {
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
    trace.of(*account);
    auto const& integration = *account->installed->integration;
    auto const& method = *integration.find(found->read.resource, found->read.method);
    trace.tool = found->name;
    auto const arguments = found->read.arguments.render(json::object{{"uri", std::move(values)}});
    auto const refuse = [&](Error const& error) {
        bool const is_theirs = error.code() == ErrorCode::invalid_argument;
        return Answer{200,
                      encode_error(request.id, is_theirs ? RpcCode::invalid_params : RpcCode::internal_error,
                                   error.public_detail(), json::object{{"uri", uri}}),
                      {}};
    };
    if (!arguments)
        co_return refuse(arguments.error());
    auto outcome =
        co_await proxy::call_pages(caller_, account, method, proxy::flat_parts(method, arguments->get_object()),
                                   {.waiter = request.peer}, deadline);
    if (!outcome)
        co_return refuse(outcome.error());
    trace.vendor_time = outcome->vendor_time;
    if (outcome->kind == proxy::Outcome::Kind::error)
        co_return outcome->status == 404 ? missing() : refuse({ErrorCode::upstream_failed, outcome->message});
    co_return Answer{
        200,
        encode_result(request, *snapshot, contents_of(uri, *found, *outcome) + cache_hints(request, list_lifetime_)),
        outcome->limits,
        {},
        std::move(outcome->held)};
}

} // namespace sluice::mcp
