#pragma once

#include "events/webhook.hpp"

#include <string>

namespace sluice::events {

/// The body of a message to a chat channel that tells of an event: `{"text", "blocks"}`, as Slack's incoming webhooks
/// take it. Mattermost, Rocket.Chat and Discord (`…/slack`) read `text` only, so it says everything too. A text that
/// comes from others (a customer's id, the name of a server, a vendor's words) stays on its line, is bounded, and is
/// neither link, mention nor markup. Arguments of tools are not in events, so they are not here.
[[nodiscard]] std::string chat_message(Event const& event);

} // namespace sluice::events
