#include "caller_identity.hpp"
#include "connect_refusal.hpp"
#include "fields.hpp"
#include "handlers.hpp"

namespace sluice::api {
namespace {

using catalog::FormField;

constexpr std::chrono::seconds kVendorLimit{25};

json::array options_view(std::vector<FormField::Option> const& options)
{
    json::array views;
    for (auto const& option : options)
        views.push_back(json::object{{"value", option.value}, {"label", option.label}});
    return views;
}

json::object field_view(FormField const& field, json::object const& context)
{
    json::array needed;
    for (auto const& name : field.depends_on)
        needed.emplace_back(name);
    json::object view{{"name", field.name},
                      {"label", field.label},
                      {"description", field.description},
                      {"type", name_of(field.type)},
                      {"required", field.required},
                      {"max_length", field.max_length},
                      {"loads_options", field.source.has_value()}};
    view["options"] = field.options.empty() ? json::value(nullptr) : json::value(options_view(field.options));
    view["depends_on"] = std::move(needed);
    auto const* known = context.if_contains(field.name);
    view["value"] = known != nullptr ? *known : json::value(nullptr);
    return view;
}

} // namespace

ConnectFormHandlers::ConnectFormHandlers(connecting::ConnectForm& form)
    : form_(form)
{
}

Task<Result<accounts::CallableAccountPtr>> ConnectFormHandlers::open(Call& call)
{
    auto account = co_await form_.open(bearer_of(call.request), call.deadline);
    if (account)
        if (auto const may = call.belongs_to((*account)->account.environment); !may)
            co_return may.error();
    co_return account;
}

HandlerResult ConnectFormHandlers::get(Call& call)
{
    auto const account = co_await open(call);
    if (!account)
        co_return connect_refusal(account.error());
    auto const& integration = *(*account)->installed->integration;
    auto const& form = *integration.actions.post_connect_user_form;
    json::array fields;
    for (auto const& field : form.fields)
        fields.push_back(field_view(field, (*account)->account.context));
    json::object view{{"title", form.title}, {"description", form.description}};
    view["integration"] = json::object{{"name", integration.name}, {"label", integration.label}};
    view["fields"] = std::move(fields);
    co_return http::json_response(200, json::value(std::move(view)));
}

HandlerResult ConnectFormHandlers::options(Call& call)
{
    auto const account = co_await open(call);
    if (!account)
        co_return connect_refusal(account.error());
    auto const body = read_object(call.request);
    if (!body)
        co_return connect_refusal(body.error());
    Fields fields(*body);
    auto const field = fields.text("field", true);
    auto const* values = fields.object("values", false);
    if (auto const checked = fields.check(); !checked)
        co_return connect_refusal(checked.error());
    auto const options = co_await form_.options(*account, *field, values != nullptr ? *values : json::object{},
                                                Deadline::after(kVendorLimit));
    if (!options)
        co_return connect_refusal(options.error());
    co_return http::json_response(200, json::value(json::object{{"options", options_view(*options)}}));
}

HandlerResult ConnectFormHandlers::submit(Call& call)
{
    auto const account = co_await open(call);
    if (!account)
        co_return connect_refusal(account.error());
    auto const body = read_object(call.request);
    if (!body)
        co_return connect_refusal(body.error());
    Fields fields(*body);
    auto const* values = fields.object("values", true);
    if (auto const checked = fields.check(); !checked)
        co_return connect_refusal(checked.error());
    auto const stored = co_await form_.submit(*account, *values, Deadline::after(kVendorLimit));
    if (!stored)
        co_return connect_refusal(stored.error());
    co_return http::json_response(200, json::value(json::object{{"result", "success"}}));
}

} // namespace sluice::api
