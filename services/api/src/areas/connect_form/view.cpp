#include "view.hpp"

namespace sluice::api {

using catalog::FormField;

json::array options_view(std::vector<FormField::Option> const& options)
{
    json::array views;
    for (auto const& option : options)
        views.push_back(json::object{{"value", option.value}, {"label", option.label}});
    return views;
}

namespace {

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

json::object form_view(accounts::CallableAccount const& account)
{
    auto const& integration = *account.installed->integration;
    auto const& form = *integration.actions.post_connect_user_form;
    json::array fields;
    for (auto const& field : form.fields)
        fields.push_back(field_view(field, account.account.context));
    json::object view{{"title", form.title}, {"description", form.description}};
    view["integration"] = json::object{{"name", integration.name}, {"label", integration.label}};
    view["fields"] = std::move(fields);
    return view;
}

} // namespace sluice::api
