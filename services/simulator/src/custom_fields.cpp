#include "crud.hpp"
#include "handlers.hpp"
#include "words.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr std::string_view kRequirements[] = {"visible", "required", "conditional"};
constexpr std::string_view kManaged[] = {"contact_reason",    "product",     "resolution",   "ai_intent",
                                         "ai_outcome",        "ai_sales",    "ai_discount",  "ai_journey",
                                         "managed_sentiment", "call_status", "customer_type"};
constexpr std::string_view kDataTypes[] = {"text", "number", "boolean"};
constexpr std::string_view kInputTypes[] = {"input", "dropdown", "input_number"};
constexpr Field kSettings[] = {word("input_type", kInputTypes).required(),
                               list("choices"),
                               any("default").nullable(),
                               text("placeholder").nullable(),
                               any("min").nullable(),
                               any("max").nullable()};
constexpr Shape kSettingsShape{kSettings};
constexpr Field kDefinition[] = {word("data_type", kDataTypes).required(),
                                 object("input_settings", kSettingsShape).required()};
constexpr Shape kDefinitionShape{kDefinition};
constexpr Field kOptional[] = {text("external_id").nullable(),
                               text("description").nullable().at_most(1024),
                               integer("priority").nullable().at_least(0).at_most(5000),
                               boolean("required"),
                               word("requirement_type", kRequirements),
                               word("managed_type", kManaged).nullable(),
                               datetime("deactivated_datetime").nullable()};
// Sent each time with one definition; in bulk an id and what changes.
constexpr Field kRequired[] = {word("object_type", kOwners).required(),
                               text("label").required().at_least(1).at_most(255),
                               object("definition", kDefinitionShape).required()};
constexpr Field kInBulk[] = {positive("id").required(), word("object_type", kOwners),
                             text("label").at_least(1).at_most(255), object("definition", kDefinitionShape)};
constexpr auto kOne = joined(kOptional, kRequired);
constexpr auto kMany = joined(kOptional, kInBulk);
constexpr Shape kOneShape{kOne};
constexpr Shape kManyShape{kMany};
constexpr Field kManyItem = object("", kManyShape);

json::object defaults()
{
    return {{"external_id", nullptr},
            {"object_type", "Ticket"},
            {"label", ""},
            {"description", nullptr},
            {"priority", 0},
            {"required", false},
            {"requirement_type", "visible"},
            {"managed_type", nullptr},
            {"definition", json::object{}},
            {"created_datetime", nullptr},
            {"updated_datetime", nullptr},
            {"deactivated_datetime", nullptr}};
}

/// Which input a data type takes, and whether it has to list its choices.
struct Input {
    std::string_view data_type;
    std::string_view input_type;
    bool needs_choices;
    bool (json::value::*is_choice)() const noexcept;
};
constexpr Input kInputs[] = {{"text", "input", false, &json::value::is_string},
                             {"text", "dropdown", true, &json::value::is_string},
                             {"number", "input_number", false, &json::value::is_number},
                             {"boolean", "dropdown", false, &json::value::is_bool}};

std::optional<std::string> definition_complaint(json::object const& definition)
{
    auto const& settings = definition.at("input_settings").get_object();
    auto const input = std::ranges::find_if(kInputs, [&](Input const& one) {
        return one.data_type == text_at(definition, "data_type") && one.input_type == text_at(settings, "input_type");
    });
    if (input == std::end(kInputs))
        return "The input_type does not go with the data_type.";
    auto const* choices = json::array_at(settings, "choices");
    if (input->needs_choices && (choices == nullptr || choices->empty()))
        return "A dropdown needs choices.";
    if (choices != nullptr &&
        !std::ranges::all_of(*choices, [&](json::value const& one) { return (one.*input->is_choice)(); }))
        return "The choices are not of the data_type.";
    return std::nullopt;
}

/// The vendor controls what a managed field is for.
bool changes_what_is_fixed(json::object const& body, json::object const& stored)
{
    return std::ranges::any_of(std::initializer_list<std::string_view>{"object_type", "managed_type"},
                               [&](auto name) { return body.contains(name) && body.at(name) != stored.at(name); });
}

Answer<void> check_one(json::object const& body, Record const* field)
{
    if (field != nullptr && changes_what_is_fixed(body, field->data))
        return invalid_field("object_type", "object_type and managed_type cannot be changed.");
    if (auto const* definition = json::object_at(body, "definition"); definition != nullptr)
        if (auto const complaint = definition_complaint(*definition); complaint)
            return invalid_field("definition", *complaint);
    return {};
}

void apply_one(Record& field, json::object const& body)
{
    take_over(field.data, body,
              {"external_id", "object_type", "label", "description", "required", "requirement_type", "managed_type",
               "definition"});
    if (integer_at(body, "priority"))
        take_over(field.data, body, {"priority"});
    take_over_times(field.data, body, {"deactivated_datetime"});
}

Answer<void> check(Call& call, Record* field)
{
    return check_one(call.fields(), field);
}

void apply(Call& call, Record& field)
{
    apply_one(field, call.fields());
}

Predicate filter(Call const& call)
{
    auto const type = call.asked("object_type").value_or("");
    auto const search = call.asked("search").value_or("");
    auto const archived = call.asked_true("archived");
    return [=](Record& field) {
        return text_at(field.data, "object_type") == type &&
               contains_ignoring_case(text_at(field.data, "label"), search) &&
               null_at(field.data, "deactivated_datetime") != archived;
    };
}

} // namespace

constinit Field const kCustomFieldBody = object("", kOneShape);
constinit Field const kCustomFieldsBody = list("", kManyItem).at_least(1);
constinit Resource<Record> const kCustomFields{.table = &Account::custom_fields,
                                               .kind = "custom-field",
                                               .uri = "",
                                               .event_object = "CustomField",
                                               .defaults = defaults,
                                               .check = check,
                                               .apply = apply,
                                               .filter = filter,
                                               .updated_status = 200};

/// All or none.
Outcome update_custom_fields(Call& call)
{
    auto& table = call.account.custom_fields;
    auto const& items = call.body.get_array();
    for (auto const& item : items) {
        auto* field = table.find(item.at("id").get_int64());
        if (field == nullptr)
            return not_found();
        if (auto checked = check_one(item.get_object(), field); !checked)
            return checked.error();
    }
    json::array data;
    for (auto const& item : items) {
        auto& field = *table.find(item.at("id").get_int64());
        apply_one(field, item.get_object());
        field.data["updated_datetime"] = call.time();
        table.changed(field);
        call.chain().add("custom-field-updated", "CustomField", field.id);
        data.push_back(field.data);
    }
    return http::json_response(200, json::object{{"data", std::move(data)}});
}

} // namespace sluice::simulator
