#include "crud.hpp"
#include "handlers.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr std::string_view kEventTypes[] = {"ticket-created",         "ticket-updated",
                                            "ticket-message-created", "ticket-assigned",
                                            "ticket-self-unsnoozed",  "satisfaction-survey-responded"};
constexpr Field kAttributes[] = {object("code_ast"), text("description").nullable(), any("event_types").nullable(),
                                 integer("priority"), datetime("deactivated_datetime").nullable()};
constexpr Field kText[] = {text("name").at_least(1), text("code").at_least(1)};
constexpr Field kRequiredText[] = {text("name").required().at_least(1), text("code").required().at_least(1)};
constexpr auto kCreate = joined(kAttributes, kRequiredText);
constexpr auto kUpdate = joined(kAttributes, kText);
constexpr Shape kCreateShape{kCreate};
constexpr Shape kUpdateShape{kUpdate};
constexpr Field kPriority[] = {positive("id").required(), integer("priority").required()};
constexpr Shape kPriorityShape{kPriority};
constexpr Field kPriorityItem = object("", kPriorityShape);
constexpr Field kPriorityList[] = {list("priorities", kPriorityItem).required().at_least(1)};
constexpr Shape kPrioritiesShape{kPriorityList};

json::object defaults()
{
    return {{"name", ""},
            {"description", nullptr},
            {"code", ""},
            {"code_ast", {{"type", "Program"}, {"body", json::array{}}, {"sourceType", "script"}}},
            {"event_types", nullptr},
            {"priority", 0},
            {"type", "user"},
            {"created_datetime", nullptr},
            {"updated_datetime", nullptr},
            {"deactivated_datetime", nullptr}};
}

/// A comma separated text, or a list; it is kept as the text.
std::optional<std::string> event_types_of(json::value const& sent)
{
    std::vector<std::string> types;
    if (auto const* items = sent.if_array(); items != nullptr) {
        for (auto const& item : *items)
            types.emplace_back(item.is_string() ? std::string_view(item.get_string()) : "");
    } else if (sent.is_string()) {
        for (auto const part : split(sent.get_string(), ','))
            types.emplace_back(part);
    } else {
        return std::nullopt;
    }
    bool const known = std::ranges::all_of(
        types, [](auto const& type) { return std::ranges::find(kEventTypes, type) != std::end(kEventTypes); });
    return known ? std::optional(join(types, ",")) : std::nullopt;
}

Answer<void> check(Call& call, Record*)
{
    auto const* types = call.fields().if_contains("event_types");
    if (types != nullptr && !types->is_null() && !event_types_of(*types))
        return invalid_field("event_types", "Not a valid choice.");
    return {};
}

Id lowest_free_priority(Account& account)
{
    Id highest = 0;
    for (auto const& [_, rule] : account.rules.rows())
        highest = std::max(highest, integer_at(rule.data, "priority").value_or(0));
    return highest + 1;
}

void apply(Call& call, Record& rule)
{
    auto const& body = call.fields();
    if (rule.data.at("priority") == 0)
        rule.data["priority"] = lowest_free_priority(call.account);
    take_over(rule.data, body, {"name", "description", "code", "code_ast", "priority"});
    take_over_times(rule.data, body, {"deactivated_datetime"});
    if (auto const* types = body.if_contains("event_types"); types != nullptr) {
        auto const text = event_types_of(*types);
        rule.data["event_types"] = text ? json::value(*text) : json::value();
    }
}

Predicate filter(Call const& call)
{
    auto const search = call.asked("search").value_or("");
    return [=](Record& rule) { return contains_ignoring_case(text_at(rule.data, "name"), search); };
}

} // namespace

constinit Field const kRuleBody = object("", kCreateShape);
constinit Field const kRuleUpdateBody = object("", kUpdateShape);
constinit Field const kRulePrioritiesBody = object("", kPrioritiesShape);
constinit Resource<Record> const kRules{.table = &Account::rules,
                                        .kind = "rule",
                                        .uri = "/api/rules/",
                                        .event_object = "Rule",
                                        .defaults = defaults,
                                        .check = check,
                                        .apply = apply,
                                        .filter = filter};

/// Answers a bare array of all rules.
Outcome set_rule_priorities(Call& call)
{
    auto& rules = call.account.rules;
    auto const& wanted = call.fields().at("priorities").get_array();
    for (auto const& item : wanted)
        if (rules.find(item.at("id").get_int64()) == nullptr)
            return invalid_field("priorities", "Rule does not exist.");
    for (auto const& item : wanted) {
        auto& rule = *rules.find(item.at("id").get_int64());
        rule.data["priority"] = item.at("priority");
        rules.changed(rule);
        call.chain().add("rule-priority-updated", "Rule", rule.id);
    }
    std::vector<Record*> rows;
    for (auto& [_, rule] : rules.rows())
        rows.push_back(&rule);
    return http::json_response(202, text_of_rows(call.account, rows, as_stored));
}

} // namespace sluice::simulator
