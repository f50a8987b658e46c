#include "crud.hpp"
#include "handlers.hpp"

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr Field kSetting[] = {text("type").required().at_least(1), object("data")};
constexpr Shape kSettingShape{kSetting};

json::object defaults()
{
    return {{"type", ""}, {"data", json::object{}}};
}

/// One setting of each type; the type of a setting stays.
Answer<void> check(Call& call, Record* setting)
{
    auto const type = text_at(call.fields(), "type");
    if (setting != nullptr && text_at(setting->data, "type") != type)
        return invalid_field("type", "The type must be that of the setting.");
    for (auto const& [_, other] : call.account.settings.rows())
        if (setting == nullptr && text_at(other.data, "type") == type)
            return conflict();
    return {};
}

void apply(Call& call, Record& setting)
{
    take_over(setting.data, call.fields(), {"type", "data"});
}

} // namespace

constinit Field const kSettingBody = object("", kSettingShape);
constinit Resource<Record> const kSettings{.table = &Account::settings,
                                           .kind = "account-setting",
                                           .uri = "",
                                           .event_object = "AccountSetting",
                                           .defaults = defaults,
                                           .check = check,
                                           .apply = apply,
                                           .updated_status = 200};

Outcome get_account(Call& call)
{
    auto& account = call.account;
    json::array settings;
    for (auto const& [_, setting] : account.settings.rows())
        settings.push_back(setting.data);
    auto const created = account.users.find(account.owner)->data.at("created_datetime");
    return http::json_response(200, json::object{{"domain", account.config.subdomain},
                                                 {"created_datetime", created},
                                                 {"deactivated_datetime", nullptr},
                                                 {"current_subscription",
                                                  {{"plan", account.config.enterprise ? "enterprise" : "pro"},
                                                   {"start_datetime", created},
                                                   {"status", "active"},
                                                   {"trial_start_datetime", nullptr},
                                                   {"trial_end_datetime", nullptr}}},
                                                 {"meta", nullptr},
                                                 {"settings", std::move(settings)},
                                                 {"status", {{"status", "active"}}}});
}

/// Not paged.
Outcome list_settings(Call& call)
{
    auto const type = call.asked("type");
    std::vector<Record*> rows;
    for (auto& [_, setting] : call.account.settings.rows())
        if (!type || text_at(setting.data, "type") == *type)
            rows.push_back(&setting);
    return data_response(call.account, rows);
}

} // namespace sluice::simulator
