#include "crud.hpp"
#include "handlers.hpp"
#include "ticketing.hpp"
#include "uses.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr Field kDecoration[] = {text("color").required()};
constexpr Shape kDecorationShape{kDecoration, true};
constexpr Field kColors[] = {object("decoration", kDecorationShape)};
constexpr Field kOnUpdate[] = {text("name").at_least(1).at_most(256), text("description").nullable().at_most(1024)};
constexpr Field kOnCreate[] = {text("name").required().at_least(1).at_most(256), text("description").at_most(1024)};
constexpr auto kCreate = joined(kColors, kOnCreate);
constexpr auto kUpdate = joined(kColors, kOnUpdate);
constexpr Shape kCreateShape{kCreate};
constexpr Shape kUpdateShape{kUpdate};
constexpr Field kId = positive("");
constexpr Field kSources[] = {list("source_tags_ids", kId).required().at_least(1)};
constexpr Shape kMergeShape{kSources};

json::object defaults()
{
    return {{"name", ""}, {"description", nullptr},      {"decoration", nullptr},
            {"usage", 0}, {"created_datetime", nullptr}, {"deleted_datetime", nullptr}};
}

/// Names are case sensitive and unique.
Answer<void> check(Call& call, Record* tag)
{
    auto const* twin = find_tag(call.account, text_at(call.fields(), "name"));
    return twin != nullptr && twin != tag ? Answer<void>(conflict()) : Answer<void>();
}

void apply(Call& call, Record& tag)
{
    take_over(tag.data, call.fields(), {"name", "description", "decoration"});
    ++call.account.shared_version;
}

Predicate filter(Call const& call)
{
    auto const search = call.asked("search");
    if (!search)
        return {};
    return [=](Record& tag) { return contains_ignoring_case(text_at(tag.data, "name"), *search); };
}

void replace_in_tickets(Account& account, Id tag, std::optional<Id> by)
{
    for (auto& [_, ticket] : account.tickets.rows()) {
        auto tags = ticket.tags;
        auto const at = std::ranges::find(tags, tag);
        if (at == tags.end())
            continue;
        if (by)
            *at = *by;
        else
            tags.erase(at);
        set_tags(account, ticket, std::move(tags));
    }
    ++account.shared_version;
}

void deactivate_views(Call& call, std::string_view tag)
{
    for (auto& [id, view] : call.account.views.rows())
        if (text_at(view.data, "filters").find('"' + std::string(tag) + '"') != std::string_view::npos) {
            view.data["deactivated_datetime"] = call.time();
            call.account.views.changed(view);
            call.chain().add("view-deactivated", "View", id);
        }
}

Answer<void> prepare_removal(Call& call, Record& tag)
{
    auto const name = text_at(tag.data, "name");
    if (is_tag_used(call.account, name))
        return conflict("The tag is used by a macro or a rule.");
    deactivate_views(call, name);
    replace_in_tickets(call.account, tag.id, std::nullopt);
    return {};
}

} // namespace

constinit Field const kTagBody = object("", kCreateShape);
constinit Field const kTagUpdateBody = object("", kUpdateShape);
constinit Field const kTagMergeBody = object("", kMergeShape);
constinit Resource<Record> const kTags{.table = &Account::tags,
                                       .kind = "tag",
                                       .uri = "/api/tags/",
                                       .event_object = "Tag",
                                       .defaults = defaults,
                                       .check = check,
                                       .apply = apply,
                                       .before_removal = prepare_removal,
                                       .filter = filter};

/// All or none: one tag in use keeps the others too.
Outcome delete_tags(Call& call)
{
    auto& account = call.account;
    std::vector<Record*> tags;
    for (auto const& id : call.fields().at("ids").get_array())
        if (auto* tag = account.tags.find(id.get_int64()); tag != nullptr)
            tags.push_back(tag);
    for (auto const* tag : tags)
        if (is_tag_used(account, text_at(tag->data, "name")))
            return conflict("The tag is used by a macro or a rule.");
    auto chain = call.chain();
    for (auto* tag : tags) {
        if (auto removed = prepare_removal(call, *tag); !removed)
            return removed.error();
        chain.add("tag-deleted", "Tag", tag->id);
        account.tags.erase(tag->id);
    }
    return empty(204);
}

Outcome merge_tags(Call& call)
{
    auto& account = call.account;
    auto* target = account.tags.find(call.id());
    if (target == nullptr)
        return not_found();
    auto const& sources = call.fields().at("source_tags_ids").get_array();
    for (auto const& id : sources)
        if (account.tags.find(id.get_int64()) == nullptr || id.get_int64() == target->id)
            return invalid_field("source_tags_ids", "Tag does not exist.");
    for (auto const& id : sources) {
        replace_in_tickets(account, id.get_int64(), target->id);
        account.tags.erase(id.get_int64());
    }
    call.chain().add("tag-merged", "Tag", target->id);
    return record_response(202, account, *target);
}

} // namespace sluice::simulator
