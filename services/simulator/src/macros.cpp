#include "crud.hpp"
#include "handlers.hpp"
#include "uses.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr std::string_view kIntents[] = {"discount/request",
                                         "exchange/request",
                                         "exchange/status",
                                         "feedback",
                                         "order/damaged",
                                         "order/cancel",
                                         "order/change",
                                         "order/wrong",
                                         "other/no_reply",
                                         "other/question",
                                         "other/thanks",
                                         "product/recommendation",
                                         "product/question",
                                         "refund/request",
                                         "refund/status",
                                         "return/request",
                                         "return/status",
                                         "shipping/change",
                                         "shipping/delivery-issue",
                                         "shipping/policy",
                                         "shipping/status",
                                         "stock/request",
                                         "subscription/cancel",
                                         "subscription/change"};
constexpr std::string_view kActionTypes[] = {"user", "system"};
constexpr Field kAction[] = {text("name").required(), text("title").required(), word("type", kActionTypes),
                             text("description").nullable(), object("arguments").required()};
constexpr Shape kActionShape{kAction, true};
constexpr Field kActionItem = object("", kActionShape);
constexpr Field kAttributes[] = {list("actions", kActionItem), word("intent", kIntents).nullable(),
                                 text("language").nullable(), text("external_id").nullable()};
constexpr Field kName[] = {text("name").at_least(1)};
constexpr Field kRequiredName[] = {text("name").required().at_least(1)};
constexpr auto kCreate = joined(kAttributes, kRequiredName);
constexpr auto kUpdate = joined(kAttributes, kName);
constexpr Shape kCreateShape{kCreate};
constexpr Shape kUpdateShape{kUpdate};
constexpr Field kId = positive("");
constexpr Field kBulk[] = {list("ids", kId).required().at_least(1).at_most(30)};
constexpr Shape kBulkShape{kBulk};

json::object defaults()
{
    return {{"external_id", nullptr},
            {"name", ""},
            {"intent", nullptr},
            {"language", nullptr},
            {"usage", 0},
            {"actions", json::array{}},
            {"created_datetime", nullptr},
            {"updated_datetime", nullptr},
            {"archived_datetime", nullptr}};
}

void apply(Call& call, Record& macro)
{
    take_over(macro.data, call.fields(), {"name", "actions", "intent", "language", "external_id"});
}

Answer<void> before_removal(Call& call, Record& macro)
{
    if (!rules_using_macro(call.account, macro.id).empty())
        return conflict("The macro is used by a rule.");
    return {};
}

/// The macro adds every one of these tags.
bool has_tags(Record const& macro, std::vector<std::string_view> const& wanted)
{
    std::vector<std::string_view> tags;
    for (auto const& action : macro.data.at("actions").as_array())
        if (text_at(action.as_object(), "name") == "addTags")
            std::ranges::copy(split(text_at(action.at("arguments").as_object(), "tags"), ','),
                              std::back_inserter(tags));
    return std::ranges::all_of(wanted, [&](auto tag) { return std::ranges::find(tags, tag) != tags.end(); });
}

Predicate filter(Call const& call)
{
    auto const search = call.asked("search").value_or("");
    auto const tags = call.asked_all("tags");
    auto const languages = call.asked_all("languages");
    auto const archived = call.asked_true("archived");
    return [=](Record& macro) {
        auto const language = text_at(macro.data, "language");
        return contains_ignoring_case(text_at(macro.data, "name"), search) &&
               null_at(macro.data, "archived_datetime") != archived && has_tags(macro, tags) &&
               (languages.empty() || std::ranges::find(languages, language) != languages.end());
    };
}

void set_archived(Call& call, Record& macro, json::value when)
{
    macro.data["archived_datetime"] = std::move(when);
    macro.data["updated_datetime"] = call.time();
    call.account.macros.changed(macro);
    call.chain().add("macro-updated", "Macro", macro.id);
}

json::object archive(Call& call, Id id)
{
    auto* macro = call.account.macros.find(id);
    if (macro == nullptr)
        return {{"id", id}, {"status", "not_found"}};
    if (!null_at(macro->data, "archived_datetime"))
        return {{"id", id}, {"status", "already_archived"}};
    if (auto rules = rules_using_macro(call.account, id); !rules.empty())
        return {{"id", id},
                {"status", "macro_used"},
                {"error", {{"msg", "The macro is used by a rule."}, {"data", {{"rules", std::move(rules)}}}}}};
    set_archived(call, *macro, json::value(call.time()));
    return {{"id", id}, {"status", "archived"}};
}

json::object unarchive(Call& call, Id id)
{
    auto* macro = call.account.macros.find(id);
    if (macro == nullptr)
        return {{"id", id}, {"status", "not_found"}};
    if (null_at(macro->data, "archived_datetime"))
        return {{"id", id}, {"status", "already_not_archived"}};
    set_archived(call, *macro, nullptr);
    return {{"id", id}, {"status", "unarchived"}};
}

Outcome each(Call& call, json::object (*change)(Call&, Id))
{
    json::array data;
    for (auto const& id : call.fields().at("ids").get_array())
        data.push_back(change(call, id.get_int64()));
    return http::json_response(207, json::object{{"data", std::move(data)}});
}

} // namespace

constinit Field const kMacroBody = object("", kCreateShape);
constinit Field const kMacroUpdateBody = object("", kUpdateShape);
constinit Field const kMacrosBody = object("", kBulkShape);
constinit Resource<Record> const kMacros{.table = &Account::macros,
                                         .kind = "macro",
                                         .uri = "/api/macros/",
                                         .event_object = "Macro",
                                         .defaults = defaults,
                                         .apply = apply,
                                         .before_removal = before_removal,
                                         .filter = filter};

Outcome archive_macros(Call& call)
{
    return each(call, archive);
}
Outcome unarchive_macros(Call& call)
{
    return each(call, unarchive);
}

} // namespace sluice::simulator
