#include "mcp/client_inputs.hpp"

#include "encode_outcome.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::mcp {
namespace {

using catalog::InputRequest;
using Kind = InputRequest::Kind;

constexpr std::string_view kStateKey = "requestState";
constexpr std::string_view kResponsesKey = "inputResponses";
/// The most bytes of input that a client carries from round to round.
constexpr std::size_t kMaxInput = 64 * 1024;

json::object const* capability(RpcRequest const& request, std::string_view name)
{
    auto const* meta = json::object_at(request.params, "_meta");
    auto const* capabilities =
        meta != nullptr ? json::object_at(*meta, "io.modelcontextprotocol/clientCapabilities") : nullptr;
    return request.era == Era::modern && capabilities != nullptr ? json::object_at(*capabilities, name) : nullptr;
}

bool can_answer(RpcRequest const& request, Kind kind)
{
    auto const* declared = capability(request, catalog::capability_of(kind));
    // A declared elicitation without members means forms; a client that declares only `url` has none (MCP,
    // "Elicitation").
    return declared != nullptr && (kind != Kind::elicitation || declared->empty() || declared->contains("form"));
}

/// The content of a form; nothing if it does not fit what was asked for.
std::optional<json::value> content_of(InputRequest const& wanted, json::object const& response)
{
    auto const* action = json::string_at(response, "action");
    if (action == nullptr || *action != "accept")
        return std::nullopt;
    auto const* content = json::object_at(response, "content");
    json::value given = content != nullptr ? json::value(*content) : json::value(json::object{});
    bool const fits = wanted.schema == nullptr || wanted.schema->validate(given).empty();
    return fits ? std::optional(std::move(given)) : std::nullopt;
}

/// The text of a sampled message, which may be one block or several.
std::optional<json::value> sample_of(json::object const& response)
{
    auto const* content = response.if_contains("content");
    std::string text;
    auto const add = [&](json::value const& block) {
        auto const* object = block.if_object();
        if (auto const* part = object != nullptr ? json::string_at(*object, "text") : nullptr; part != nullptr)
            text += std::string_view(*part);
    };
    if (content == nullptr || (!content->is_object() && !content->is_array()))
        return std::nullopt;
    if (auto const* blocks = content->if_array())
        std::ranges::for_each(*blocks, add);
    else
        add(*content);
    json::object sample;
    sample["text"] = text;
    return sample;
}

std::optional<json::value> roots_of(json::object const& response)
{
    auto const* roots = json::array_at(response, "roots");
    if (roots == nullptr)
        return std::nullopt;
    json::object kept;
    kept["roots"] = *roots;
    return kept;
}

/// The client's answer in the form that templates read; nothing if it does not fit.
std::optional<json::value> input_of(InputRequest const& wanted, json::object const& response)
{
    switch (wanted.kind) {
    case Kind::elicitation:
        return content_of(wanted, response);
    case Kind::sampling:
        return sample_of(response);
    case Kind::roots:
        return roots_of(response);
    }
    return std::nullopt;
}

/// Of an elicitation.
bool is_refusal(json::object const& response)
{
    auto const* action = json::string_at(response, "action");
    return action != nullptr && (*action == "decline" || *action == "cancel");
}

} // namespace

Result<Said> Said::read(RpcRequest const& request, std::string binding, crypto::CursorSealer const& sealer)
{
    Said said;
    said.bind(std::move(binding));
    if (request.era != Era::modern)
        return said;
    if (auto const* responses = json::object_at(request.params, kResponsesKey))
        said.responses_ = *responses;
    auto const* state = request.params.if_contains(kStateKey);
    if (state == nullptr)
        return said;
    auto const opened = state->is_string() ? sealer.open(said.binding_, state->get_string()) : Result<std::string>("");
    auto const parsed = opened ? json::parse(*opened) : Result<json::value>(opened.error());
    auto const* members = parsed ? parsed->if_object() : nullptr;
    if (members == nullptr)
        return invalid(std::string(kStateKey),
                       "must be the requestState of the answer that asked for input for this call");
    if (auto const* input = json::object_at(*members, "input"))
        said.input_ = *input;
    if (auto const* asked = members->if_contains("asked"))
        said.asked_ = json::texts_in(*asked);
    return said;
}

bool Said::was_asked(std::string_view key) const
{
    return std::ranges::find(asked_, key) != asked_.end();
}

json::value const* Said::response(std::string_view key) const
{
    return responses_.if_contains(key);
}

bool Said::has_declined(std::string_view key) const
{
    auto const* given = response(key);
    auto const* answer = given != nullptr ? given->if_object() : nullptr;
    return was_asked(key) && answer != nullptr && is_refusal(*answer);
}

std::string Said::ask(RpcRequest const& request, ServerSnapshot const& snapshot, json::object requests,
                      crypto::CursorSealer const& sealer) const
{
    auto asked = asked_;
    for (auto const& [key, one] : requests)
        if (!was_asked(key))
            asked.emplace_back(key);
    json::object state;
    state["input"] = input_;
    state["asked"] = json::array_of(asked);
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{"resultType":"input_required","inputRequests":{},)"
                       R"("requestState":"{}","_meta":{{"io.modelcontextprotocol/serverInfo":{}}}}}}})",
                       request.id, boost::json::serialize(requests),
                       sealer.seal(binding_, boost::json::serialize(state)), snapshot.server_info);
}

bool can_show_page(RpcRequest const& request)
{
    if (request.era == Era::legacy)
        return request.shows_pages;
    auto const* elicitation = capability(request, "elicitation");
    return elicitation != nullptr && json::object_at(*elicitation, "url") != nullptr;
}

json::object page_params(std::string_view url, std::string message)
{
    return {{"mode", "url"}, {"url", url}, {"message", std::move(message)}};
}

std::string session_binding(ServerSnapshot const& snapshot)
{
    return "mcp session|" + snapshot.server.id.str();
}

std::string session_of(RpcRequest const& initialize, ServerSnapshot const& snapshot, crypto::CursorSealer const& sealer)
{
    auto const* capabilities = json::object_at(initialize.params, "capabilities");
    auto const* elicitation = capabilities != nullptr ? json::object_at(*capabilities, "elicitation") : nullptr;
    bool const shows_pages = elicitation != nullptr && json::object_at(*elicitation, "url") != nullptr;
    return shows_pages ? sealer.seal(session_binding(snapshot), "pages") : std::string();
}

Result<InputStep> next_step(catalog::Inputs const& wanted, RpcRequest const& request, json::object const& arguments,
                            Said& said)
{
    for (auto const& round : wanted.rounds) {
        InputStep ask{InputStep::Kind::ask, {}, {}};
        InputStep lacks{InputStep::Kind::lacks, {}, {}};
        json::object answered; // Added after the loop, so that the texts of this round read earlier rounds only.
        for (auto const& one : round) {
            if (said.input().contains(one.key))
                continue;
            auto const* given = said.response(one.key);
            auto const* response = given != nullptr ? given->if_object() : nullptr;
            bool const is_refused = response != nullptr && one.kind == Kind::elicitation && is_refusal(*response);
            if (is_refused && !one.is_optional)
                return InputStep{
                    InputStep::Kind::declined,
                    {},
                    fmt::format("The person who was asked for {} does not want the call to be made.", one.key)};
            auto input = response != nullptr && !is_refused ? input_of(one, *response) : std::nullopt;
            if (input) {
                answered[one.key] = *std::move(input);
            } else if (!can_answer(request, one.kind)) {
                if (!one.is_optional)
                    lacks.object[catalog::capability_of(one.kind)] = json::object{};
            } else if (!one.is_optional || !(is_refused || said.was_asked(one.key))) {
                auto params = one.params.render_texts(json::object{{"arguments", arguments}, {"input", said.input()}});
                if (!params)
                    return params.error();
                json::object asked{{"method", catalog::method_of(one.kind)}};
                if (one.kind != Kind::roots)
                    asked["params"] = *std::move(params);
                ask.object[one.key] = std::move(asked);
            }
        }
        for (auto& [key, input] : answered)
            said.keep(key, std::move(input));
        if (!lacks.object.empty())
            return lacks;
        if (boost::json::serialize(said.input()).size() > kMaxInput)
            return invalid(std::string(kResponsesKey), "is too large: at most 64 KiB in all");
        if (!ask.object.empty())
            return ask;
    }
    return InputStep{};
}

std::optional<Answer> ask_client(RpcRequest const& request, ServerSnapshot const& snapshot,
                                 catalog::Inputs const& wanted, json::object const& arguments, Said& said,
                                 crypto::CursorSealer const& sealer)
{
    auto const step = next_step(wanted, request, arguments, said);
    if (!step)
        return Answer{200, encode_error(request.id, RpcCode::invalid_params, step.error().public_detail()), {}};
    bool const is_tool = request.method == "tools/call";
    auto const refuse = [&](ErrorCode code, std::string message) {
        return Answer{200,
                      is_tool ? encode_tool_error(request, snapshot, {code, std::move(message)})
                              : encode_error(request.id, RpcCode::invalid_params, message),
                      {}};
    };
    switch (step->kind) {
    case InputStep::Kind::ready:
        return std::nullopt;
    case InputStep::Kind::ask:
        return Answer{200, said.ask(request, snapshot, step->object, sealer), {}};
    case InputStep::Kind::declined:
        return refuse(ErrorCode::forbidden, step->message);
    case InputStep::Kind::lacks:
        break;
    }
    json::object data;
    data["requiredCapabilities"] = step->object;
    constexpr std::string_view kMessage = "This request needs capabilities of MCP 2026-07-28 that the client "
                                          "has not declared: see data.requiredCapabilities.";
    if (request.era == Era::modern)
        return Answer{400, encode_error(request.id, RpcCode::missing_capability, kMessage, data), {}};
    return refuse(ErrorCode::not_allowed, std::string(kMessage));
}

} // namespace sluice::mcp
