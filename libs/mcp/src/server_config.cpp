#include "mcp/server_config.hpp"

namespace sluice::mcp {

using catalog::Vocabulary;

std::string_view name_of(Exposure exposure) noexcept
{
    return exposure == Exposure::discovery ? "discovery" : "all";
}

json::object config_json(ServerConfig const& config)
{
    return {{"methods", json::array_of(config.filter.methods)},
            {"tags", json::array_of(config.filter.tags)},
            {"vocabulary", static_cast<int>(config.filter.vocabulary)},
            {"tool_exposure", name_of(config.exposure)},
            {"require_api_token_auth", config.require_api_token_auth},
            {"result_token_limit", config.result_token_limit},
            {"structured_content", config.structured_content},
            {"approval_tags", json::array_of(config.approval_tags)},
            {"approval_link", config.approval_link},
            {"idempotency_window_s", config.idempotency_window.count()}};
}

// Not by `read_config`: what another version stored beyond the bounds of this one is no reason to show more tools, to
// ask for no approval or for no second factor.
ServerConfig config_in(json::object const& stored)
{
    ServerConfig config;
    auto const texts = [&](std::string_view name, std::vector<std::string>& target) {
        if (auto const* value = stored.if_contains(name))
            target = json::texts_in(*value);
    };
    auto const flag = [&](std::string_view name, bool& target) {
        if (auto const* value = stored.if_contains(name); value != nullptr && value->is_bool())
            target = value->get_bool();
    };
    auto const integer = [&](std::string_view name) {
        auto const* value = stored.if_contains(name);
        return value != nullptr && value->is_int64() ? std::optional(value->get_int64()) : std::nullopt;
    };
    texts("methods", config.filter.methods);
    texts("tags", config.filter.tags);
    // Servers that were made before there was a second one keep the first.
    config.filter.vocabulary = integer("vocabulary") == 2 ? Vocabulary::second : Vocabulary::first;
    if (auto const* name = json::string_at(stored, "tool_exposure"))
        config.exposure = *name == name_of(Exposure::discovery) ? Exposure::discovery : Exposure::all;
    flag("require_api_token_auth", config.require_api_token_auth);
    config.result_token_limit = integer("result_token_limit").value_or(config.result_token_limit);
    config.structured_content = true; // Servers that were made before always had it.
    flag("structured_content", config.structured_content);
    texts("approval_tags", config.approval_tags);
    flag("approval_link", config.approval_link);
    config.idempotency_window = std::chrono::seconds(integer("idempotency_window_s").value_or(0));
    return config;
}

void ConfigPatch::apply(ServerConfig& config) const
{
    config.filter.methods = methods.value_or(config.filter.methods);
    config.filter.tags = tags.value_or(config.filter.tags);
    config.filter.vocabulary = vocabulary.value_or(config.filter.vocabulary);
    config.exposure = exposure.value_or(config.exposure);
    config.require_api_token_auth = require_api_token_auth.value_or(config.require_api_token_auth);
    config.result_token_limit = result_token_limit.value_or(config.result_token_limit);
    config.structured_content = structured_content.value_or(config.structured_content);
    config.approval_tags = approval_tags.value_or(config.approval_tags);
    config.approval_link = approval_link.value_or(config.approval_link);
    config.idempotency_window = idempotency_window.value_or(config.idempotency_window);
}

ConfigPatch read_config(http::Fields& fields)
{
    ConfigPatch patch;
    patch.methods = fields.texts("methods");
    patch.tags = fields.texts("tags");
    if (auto const number = fields.integer("vocabulary", 1, 2))
        patch.vocabulary = static_cast<Vocabulary>(*number);
    patch.require_api_token_auth = fields.flag("require_api_token_auth");
    if (auto const name = fields.choice("tool_exposure", false, {name_of(Exposure::all), name_of(Exposure::discovery)}))
        patch.exposure = *name == name_of(Exposure::discovery) ? Exposure::discovery : Exposure::all;
    patch.result_token_limit =
        fields.integer("result_token_limit", ServerConfig::kLeastResultTokens, ServerConfig::kMostResultTokens);
    patch.structured_content = fields.flag("structured_content");
    patch.approval_tags = fields.texts("approval_tags");
    patch.approval_link = fields.flag("approval_link");
    if (auto const seconds = fields.integer("idempotency_window_s", 0, ServerConfig::kLongestWindow.count()))
        patch.idempotency_window = std::chrono::seconds(*seconds);
    return patch;
}

Result<void> check_config(ServerConfig const& config, tools::ToolList const& tools)
{
    std::vector<FieldFailure> failures;
    for (auto const& checked :
         {tools::check_filter(config.filter, tools),
          tools::check_tags(config.approval_tags, "config.approval_tags", tools, config.filter.vocabulary)})
        if (!checked)
            failures.insert(failures.end(), checked.error().failures().begin(), checked.error().failures().end());
    if (!failures.empty())
        return Error{std::move(failures)};
    return {};
}

} // namespace sluice::mcp
