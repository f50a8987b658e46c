#include "crud.hpp"
#include "handlers.hpp"

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr std::string_view kTypes[] = {"bigcommerce", "custom",   "customer_external_data",
                                       "http",        "magento2", "recharge",
                                       "shopify",     "smile",    "standalone",
                                       "yotpo",       "klaviyo",  "stripe",
                                       "woocommerce"};
constexpr std::string_view kContexts[] = {"ticket", "customer", "user"};
constexpr std::string_view kWrapper[] = {"wrapper"};
constexpr Field kTemplate[] = {word("type", kWrapper).required(), list("widgets")};
constexpr Shape kTemplateShape{kTemplate, true};
constexpr Field kAttributes[] = {word("context", kContexts), integer("integration_id").nullable(),
                                 text("app_id").nullable(), integer("order").at_least(0),
                                 datetime("deactivated_datetime").nullable()};
constexpr Field kRequired[] = {word("type", kTypes).required(), object("template", kTemplateShape).required()};
constexpr Field kOptional[] = {word("type", kTypes), object("template", kTemplateShape)};
constexpr auto kCreate = joined(kAttributes, kRequired);
constexpr auto kUpdate = joined(kAttributes, kOptional);
constexpr Shape kCreateShape{kCreate};
constexpr Shape kUpdateShape{kUpdate};

json::object defaults()
{
    return {{"type", "custom"},
            {"context", "ticket"},
            {"template", nullptr},
            {"integration_id", nullptr},
            {"app_id", nullptr},
            {"order", 0},
            {"created_datetime", nullptr},
            {"updated_datetime", nullptr},
            {"deactivated_datetime", nullptr}};
}

Answer<void> check(Call& call, Record*)
{
    auto const integration = integer_at(call.fields(), "integration_id");
    if (integration && call.account.integrations.find(*integration) == nullptr)
        return invalid_field("integration_id", "Integration does not exist.");
    return {};
}

void apply(Call& call, Record& widget)
{
    take_over(widget.data, call.fields(), {"type", "context", "template", "integration_id", "app_id", "order"});
    take_over_times(widget.data, call.fields(), {"deactivated_datetime"});
}

Predicate filter(Call const& call)
{
    auto const integration = call.asked_id("integration_id");
    auto const app = call.asked("app_id");
    return [=](Record& widget) {
        return (!integration || integer_at(widget.data, "integration_id") == integration) &&
               (!app || text_at(widget.data, "app_id") == *app);
    };
}

} // namespace

constinit Field const kWidgetBody = object("", kCreateShape);
constinit Field const kWidgetUpdateBody = object("", kUpdateShape);
constinit Resource<Record> const kWidgets{.table = &Account::widgets,
                                          .kind = "widget",
                                          .uri = "/api/widgets/",
                                          .event_object = "Widget",
                                          .defaults = defaults,
                                          .check = check,
                                          .apply = apply,
                                          .filter = filter};

} // namespace sluice::simulator
