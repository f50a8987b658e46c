#pragma once

#include <string_view>

// The enumerations of the API that more than one file needs.
namespace sluice::simulator {

inline constexpr std::string_view kTicketStatuses[] = {"open", "closed"};
inline constexpr std::string_view kPriorities[] = {"critical", "high", "normal", "low"};
// clang-format off
inline constexpr std::string_view kVias[] = {
    "aircall", "api", "chat", "contact_form", "email", "facebook", "facebook-mention", "facebook-messenger",
    "facebook-recommendations", "form", "helpdesk", "help-center", "instagram", "instagram-ad-comment",
    "instagram-comment", "instagram-direct-message", "instagram-mention", "internal-note", "phone", "rule",
    "shopify", "sms", "twilio", "twitter", "twitter-direct-message", "whatsapp", "yotpo", "yotpo-review", "zendesk"};
// clang-format on
inline constexpr std::string_view kOwners[] = {"Ticket", "Customer"};

} // namespace sluice::simulator
