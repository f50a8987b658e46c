#include "input.hpp"

#include "events/subscriptions.hpp"
#include "http_api/fields.hpp"

namespace sluice::api {
namespace {

using events::DestinationPatch;

constexpr std::size_t kMostLabel = 100;
constexpr std::size_t kMostUrl = 2000;

DestinationPatch read_members(http::Fields& fields, bool is_new, events::Destinations const& destinations)
{
    DestinationPatch destination;
    destination.label = fields.text("label", is_new, kMostLabel);
    destination.event_types = fields.texts("event_types", events::event_types().size());
    if (auto const* config = fields.object("config", is_new)) {
        http::Fields members(*config, "config");
        if (auto url = members.text("url", true, kMostUrl))
            destination.url = Secret{*std::move(url)};
        fields.merge(members.failures());
    }
    fields.merge(destinations.faults_of(destination));
    destination.is_active = fields.flag("is_active");
    return destination;
}

} // namespace

Result<DestinationPatch> read_destination(json::object const& body, EnvironmentId environment,
                                          events::Destinations const& destinations)
{
    http::Fields fields(body);
    fields.own_environment(environment);
    auto const type = fields.text("type", true);
    if (type && *type != events::name_of(events::ReceiverKind::slack))
        fields.fail("type",
                    "must be slack: an incoming webhook of Slack, or of a chat that takes the same messages, such "
                    "as Mattermost, Rocket.Chat or Discord (its address with /slack at the end)");
    auto destination = read_members(fields, true, destinations);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return destination;
}

Result<DestinationPatch> read_destination_patch(json::object const& body, events::Destinations const& destinations)
{
    http::Fields fields(body);
    auto patch = read_members(fields, false, destinations);
    fields.refuse_null({"label", "event_types", "config", "is_active"});
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return patch;
}

} // namespace sluice::api
