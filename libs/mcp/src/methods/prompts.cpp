#include "prompts.hpp"

#include "encode_outcome.hpp"
#include "lists.hpp"
#include "mcp/client_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::mcp {
namespace {

using catalog::Prompt;

constexpr std::size_t kMostSuggestions = 100; // The protocol's bound (MCP, "Completion").

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

/// The prompt of that name; null if there is none.
Prompt const* find_prompt(ServerSnapshot const& snapshot, boost::json::string const* name)
{
    if (name == nullptr)
        return nullptr;
    auto const found = std::ranges::find(snapshot.prompts, std::string_view(*name), &ServerSnapshot::Prompt::name);
    return found == snapshot.prompts.end() ? nullptr : found->prompt;
}

/// The values of a prompt's arguments; one that is left out is an empty text. Errors: invalid_argument for every
/// mistake.
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

Task<Answer> ListPrompts::answer(RpcCall call)
{
    json::array views;
    for (auto const& prompt : call.snapshot->prompts)
        views.push_back(view_of(prompt));
    co_return answer_list(call.request, *call.snapshot, "prompts", boost::json::serialize(views), lifetime_);
}

Task<Answer> GetPrompt::answer(RpcCall call)
{
    auto const& request = call.request;
    auto const& snapshot = *call.snapshot;
    auto const* name = json::string_at(request.params, "name");
    auto const* prompt = find_prompt(snapshot, name);
    if (prompt == nullptr)
        co_return refuse_params(request,
                                "params.name must be the name of a prompt: prompts/list names those there are.");
    auto const values = arguments_of(*prompt, request.params);
    if (!values)
        co_return refuse_params(request, "params." + values.error().public_detail());
    auto said = Said::read(
        request,
        fmt::format("prompt|{}|{}|{}", snapshot.server.id.str(), prompt->name, boost::json::serialize(*values)),
        sealer_);
    if (!said)
        co_return refuse_params(request, "params." + said.error().public_detail());
    if (prompt->inputs)
        if (auto answered = ask_client(request, snapshot, *prompt->inputs, *values, *said, sealer_))
            co_return *std::move(answered);
    json::array messages;
    json::value const known = json::object{{"arguments", *values}, {"input", said->input()}};
    for (auto const& message : prompt->messages) {
        auto content = message.content.render_texts(known);
        if (!content)
            co_return refuse_params(request, content.error().public_detail());
        json::object one{{"role", message.role}};
        one["content"] = *std::move(content);
        messages.push_back(std::move(one));
    }
    json::object members;
    add_text(members, "description", prompt->description);
    members["messages"] = std::move(messages);
    auto const text = boost::json::serialize(members);
    co_return Answer{200, encode_result(request, snapshot, std::string_view(text).substr(1, text.size() - 2)), {}};
}

Task<Answer> Complete::answer(RpcCall call)
{
    auto const& request = call.request;
    auto const& snapshot = *call.snapshot;
    auto const* ref = json::object_at(request.params, "ref");
    auto const* asked = json::object_at(request.params, "argument");
    auto const* type = ref != nullptr ? json::string_at(*ref, "type") : nullptr;
    auto const* name = asked != nullptr ? json::string_at(*asked, "name") : nullptr;
    auto const* begun = asked != nullptr ? json::string_at(*asked, "value") : nullptr;
    if (type == nullptr || name == nullptr || begun == nullptr)
        co_return refuse_params(request, "params must have ref.type, argument.name and argument.value.");
    json::array values;
    std::size_t total = 0;
    if (*type == "ref/prompt") {
        auto const* prompt = find_prompt(snapshot, json::string_at(*ref, "name"));
        if (prompt == nullptr)
            co_return refuse_params(
                request, "params.ref.name must be the name of a prompt: prompts/list names those there are.");
        for (auto const& argument : prompt->arguments)
            if (argument.name == std::string_view(*name))
                for (auto const& value : argument.values)
                    if (value.starts_with(*begun) && ++total <= kMostSuggestions)
                        values.emplace_back(value);
    }
    json::object completion{{"total", total}, {"hasMore", total > kMostSuggestions}};
    completion["values"] = std::move(values);
    co_return Answer{
        200, encode_result(request, snapshot, R"("completion":)" + boost::json::serialize(completion)), {}};
}

} // namespace sluice::mcp
