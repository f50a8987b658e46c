#include "crud.hpp"
#include "handlers.hpp"
#include "people.hpp"

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr Field kMember[] = {positive("id").required()};
constexpr Shape kMemberShape{kMember, true};
constexpr Field kMemberItem = object("", kMemberShape);
constexpr Field kAttributes[] = {text("description").nullable(), object("decoration").nullable(),
                                 list("members", kMemberItem)};
constexpr Field kName[] = {text("name").at_least(1)};
constexpr Field kRequiredName[] = {text("name").required().at_least(1)};
constexpr auto kCreate = joined(kAttributes, kRequiredName);
constexpr auto kUpdate = joined(kAttributes, kName);
constexpr Shape kCreateShape{kCreate};
constexpr Shape kUpdateShape{kUpdate};

json::object defaults()
{
    return {{"name", ""},
            {"description", nullptr},
            {"decoration", nullptr},
            {"members", json::array{}},
            {"created_datetime", nullptr}};
}

Answer<void> check(Call& call, Record*)
{
    if (auto const* members = json::array_at(call.fields(), "members"); members != nullptr)
        for (auto const& member : *members)
            if (call.account.users.find(member.at("id").get_int64()) == nullptr)
                return invalid_field("members", "User does not exist.");
    return {};
}

json::array members_shown(Account& account, json::array const& members)
{
    json::array shown;
    for (auto const& member : members) {
        auto const& user = account.users.find(member.at("id").get_int64())->data;
        shown.push_back(json::object{
            {"id", user.at("id")}, {"name", user.at("name")}, {"email", user.at("email")}, {"meta", user.at("meta")}});
    }
    return shown;
}

void apply(Call& call, Record& team)
{
    take_over(team.data, call.fields(), {"name", "description", "decoration"});
    if (auto const* members = json::array_at(call.fields(), "members"); members != nullptr)
        team.data["members"] = members_shown(call.account, *members);
    ++call.account.shared_version;
}

Answer<void> prepare_removal(Call& call, Record& team)
{
    for (auto& [_, ticket] : call.account.tickets.rows())
        if (ticket.assignee_team == team.id)
            ticket.assignee_team = 0;
    ++call.account.shared_version;
    return {};
}

} // namespace

constinit Field const kTeamBody = object("", kCreateShape);
constinit Field const kTeamUpdateBody = object("", kUpdateShape);
constinit Resource<Record> const kTeams{.table = &Account::teams,
                                        .kind = "team",
                                        .uri = "/api/teams/",
                                        .event_object = "Team",
                                        .defaults = defaults,
                                        .check = check,
                                        .apply = apply,
                                        .before_removal = prepare_removal};

} // namespace sluice::simulator
