#include "field_values.hpp"

#include "text.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::simulator {
namespace {

std::optional<double> number_of(json::value const* value)
{
    if (value == nullptr)
        return std::nullopt;
    if (value->is_number())
        return value->to_number<double>();
    auto const* text = value->if_string();
    double number = 0;
    if (text == nullptr || std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc{})
        return std::nullopt;
    return number;
}

std::optional<std::string> number_complaint(json::object const& settings, json::value const& value)
{
    auto const number = number_of(value.is_number() ? &value : nullptr);
    if (!number)
        return "Not a valid number.";
    auto const min = number_of(settings.if_contains("min"));
    auto const max = number_of(settings.if_contains("max"));
    if ((min && *number < *min) || (max && *number > *max))
        return "The value is out of range.";
    return std::nullopt;
}

std::optional<std::string> text_complaint(json::object const& settings, json::value const& value)
{
    if (!value.is_string())
        return "Not a valid string.";
    auto const* choices = json::array_at(settings, "choices");
    if (text_at(settings, "input_type") == "dropdown" &&
        (choices == nullptr || std::ranges::find(*choices, value) == choices->end()))
        return "The value is not one of the choices.";
    return std::nullopt;
}

} // namespace

std::optional<std::string> value_complaint(json::object const& definition, json::value const& value)
{
    if (value.is_null())
        return std::nullopt;
    auto const type = text_at(definition, "data_type");
    auto const& settings = definition.at("input_settings").as_object();
    if (type == "number")
        return number_complaint(settings, value);
    if (type == "text")
        return text_complaint(settings, value);
    return value.is_bool() ? std::nullopt : std::optional<std::string>("Not a valid boolean.");
}

Answer<FieldValues> check_values(Account& account, json::array const& items, std::string_view object_type)
{
    FieldValues values;
    Refusal refusal;
    for (auto const& item : items) {
        auto const id = item.at("id").as_int64();
        auto* field = account.custom_fields.find(id);
        std::optional<std::string> complaint;
        if (field == nullptr || text_at(field->data, "object_type") != object_type)
            complaint = "Custom field does not exist.";
        else if (!null_at(field->data, "deactivated_datetime"))
            complaint = "Custom field is archived.";
        else
            complaint = value_complaint(field->data.at("definition").as_object(), item.at("value"));
        if (complaint)
            refusal.data[std::to_string(id)] = json::array{*complaint};
        values[id] = item.at("value");
    }
    if (!refusal.data.empty())
        return refusal;
    return values;
}

void set_values(FieldValues& values, FieldValues const& sent)
{
    for (auto const& [id, value] : sent)
        if (value.is_null())
            values.erase(id);
        else
            values[id] = value;
}

json::object values_shown(FieldValues const& values)
{
    json::object shown;
    for (auto const& [id, value] : values)
        shown[std::to_string(id)] = json::object{{"id", id}, {"value", value}};
    return shown;
}

} // namespace sluice::simulator
