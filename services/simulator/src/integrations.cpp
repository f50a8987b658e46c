#include "crud.hpp"
#include "handlers.hpp"

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr std::string_view kTypes[] = {"http"};
constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"};
constexpr std::string_view kRequestTypes[] = {"application/json", "application/x-www-form-urlencoded"};
constexpr std::string_view kResponseTypes[] = {"application/json"};
constexpr Field kTriggers[] = {boolean("ticket-created"),         boolean("ticket-updated"),
                               boolean("ticket-message-created"), boolean("ticket-self-unsnoozed"),
                               boolean("ticket-message-failed"),  boolean("ticket-assignment-updated"),
                               boolean("ticket-status-updated"),  boolean("ticket-handed-over")};
constexpr Shape kTriggersShape{kTriggers};
constexpr Field kSecretParts[] = {object("headers").nullable(), any("form").nullable(), text("hmac_secret"),
                                  object("triggers", kTriggersShape)};
constexpr Field kRequiredParts[] = {text("url").required().at_least(1), word("method", kMethods).required(),
                                    word("request_content_type", kRequestTypes).required(),
                                    word("response_content_type", kResponseTypes).required()};
constexpr Field kParts[] = {text("url").required().at_least(1), word("method", kMethods),
                            word("request_content_type", kRequestTypes), word("response_content_type", kResponseTypes)};
constexpr auto kHttp = joined(kSecretParts, kRequiredParts);
constexpr auto kHttpUpdate = joined(kSecretParts, kParts);
constexpr Shape kHttpShape{kHttp};
constexpr Shape kHttpUpdateShape{kHttpUpdate};
constexpr Field kCreate[] = {text("name").required().at_least(1),
                             word("type", kTypes).required(),
                             text("description").nullable(),
                             object("http", kHttpShape).required(),
                             boolean("managed"),
                             datetime("deactivated_datetime").nullable()};
constexpr Field kUpdate[] = {text("name").required().at_least(1), text("description").nullable(),
                             object("http", kHttpUpdateShape), datetime("deactivated_datetime").nullable()};
constexpr Shape kCreateShape{kCreate};
constexpr Shape kUpdateShape{kUpdate};

json::object defaults()
{
    return {{"name", ""},
            {"type", "http"},
            {"description", nullptr},
            {"decoration", nullptr},
            {"meta", nullptr},
            {"http", nullptr},
            {"user", nullptr},
            {"application_id", nullptr},
            {"managed", false},
            {"business_hours_id", nullptr},
            {"created_datetime", nullptr},
            {"updated_datetime", nullptr},
            {"deactivated_datetime", nullptr},
            {"locked_datetime", nullptr}};
}

bool is_form(json::value const& form)
{
    return form.is_null() || form.is_string() || form.is_object();
}

Answer<void> check(Call& call, Integration* integration)
{
    if (!call.is_admin())
        return forbidden();
    if (integration != nullptr && call.fields().contains("http") && text_at(integration->data, "type") != "http")
        return invalid_field("http", "Not an HTTP integration.");
    if (auto const* http = json::object_at(call.fields(), "http"); http != nullptr)
        if (auto const* form = http->if_contains("form"); form != nullptr && !is_form(*form))
            return invalid_field("form", "Not a valid form.");
    return {};
}

json::object new_http()
{
    json::object triggers;
    for (auto const& trigger : kTriggers)
        triggers[trigger.name] = false;
    return {{"url", ""},
            {"method", "POST"},
            {"request_content_type", "application/json"},
            {"form", nullptr},
            {"oauth2", nullptr},
            {"response_content_type", "application/json"},
            {"triggers", std::move(triggers)}};
}

/// `headers` and `hmac_secret` are kept apart: they never come back.
void apply_http(Integration& integration, json::object const& sent)
{
    auto& http = integration.data["http"];
    if (http.is_null())
        http = new_http();
    take_over(http.get_object(), sent, {"url", "method", "request_content_type", "response_content_type", "form"});
    if (auto const* headers = sent.if_contains("headers"); headers != nullptr)
        integration.secret_headers = headers->is_object() ? headers->get_object() : json::object{};
    if (auto const* triggers = json::object_at(sent, "triggers"); triggers != nullptr)
        for (auto const& trigger : *triggers)
            http.get_object()["triggers"].get_object()[trigger.key()] = trigger.value();
}

void apply(Call& call, Integration& integration)
{
    auto const& body = call.fields();
    take_over(integration.data, body, {"name", "description", "managed"});
    take_over_times(integration.data, body, {"deactivated_datetime"});
    if (integration.data.at("user").is_null())
        integration.data["user"] = json::object{{"id", call.caller.user}};
    if (auto const* http = json::object_at(body, "http"); http != nullptr)
        apply_http(integration, *http);
    if (null_at(integration.data, "deactivated_datetime"))
        integration.failures_in_a_row = 0;
}

Predicate filter(Call const& call)
{
    auto const type = call.asked("type");
    if (!type)
        return {};
    return [=](Record& integration) { return text_at(integration.data, "type") == *type; };
}

} // namespace

constinit Field const kIntegrationBody = object("", kCreateShape);
constinit Field const kIntegrationUpdateBody = object("", kUpdateShape);
constinit Resource<Integration> const kIntegrations{.table = &Account::integrations,
                                                    .kind = "integration",
                                                    .uri = "/api/integrations/",
                                                    .event_object = "Integration",
                                                    .defaults = defaults,
                                                    .check = check,
                                                    .apply = apply,
                                                    .filter = filter};

} // namespace sluice::simulator
