#pragma once

#include "shape.hpp"
#include "words.hpp"

// The query parameters of each operation; whatever is not here is refused.
namespace sluice::simulator::queries {

using namespace spec;

inline constexpr std::string_view kByCreation[] = {"created_datetime:desc", "created_datetime:asc"};
inline constexpr std::string_view kByChange[] = {"created_datetime:desc", "created_datetime:asc",
                                                 "updated_datetime:asc", "updated_datetime:desc"};
inline constexpr std::string_view kEventOrders[] = {"created_datetime:desc", "created_datetime:asc",
                                                    "created_datetime"};
inline constexpr std::string_view kFieldOrders[] = {"priority:asc", "priority:desc"};
inline constexpr std::string_view kTeamOrders[] = {"created_datetime:desc", "created_datetime:asc", "name:asc",
                                                   "name:desc"};
inline constexpr std::string_view kWidgetOrders[] = {"created_datetime:desc", "created_datetime:asc", "order:asc",
                                                     "order:desc"};
inline constexpr std::string_view kTagOrders[] = {
    "created_datetime:desc", "created_datetime:asc", "created_datetime", "name", "name:asc", "name:desc", "usage",
    "usage:asc,name:asc",    "usage:desc,name:desc"};
inline constexpr std::string_view kUserOrders[] = {
    "created_datetime:desc", "created_datetime:asc", "name:asc", "name:desc", "email:asc", "email:desc",
    "role.name:asc",         "role.name:desc"};
inline constexpr std::string_view kMacroOrders[] = {"created_datetime:desc",
                                                    "created_datetime:asc",
                                                    "created_datetime",
                                                    "name",
                                                    "name:asc",
                                                    "name:desc",
                                                    "updated_datetime",
                                                    "updated_datetime:asc",
                                                    "updated_datetime:desc",
                                                    "usage",
                                                    "usage:asc",
                                                    "usage:desc",
                                                    "relevance",
                                                    "relevance:asc",
                                                    "relevance:desc",
                                                    "language",
                                                    "language:asc",
                                                    "language:desc"};
inline constexpr std::string_view kItemOrders[] = {"created_datetime:asc",
                                                   "created_datetime:desc",
                                                   "updated_datetime:asc",
                                                   "updated_datetime:desc",
                                                   "last_message_datetime:asc",
                                                   "last_message_datetime:desc",
                                                   "last_received_message_datetime:asc",
                                                   "last_received_message_datetime:desc",
                                                   "closed_datetime:asc",
                                                   "closed_datetime:desc",
                                                   "snooze_datetime:asc",
                                                   "snooze_datetime:desc",
                                                   "priority:asc",
                                                   "priority:desc"};
inline constexpr std::string_view kRelationships[] = {"custom_fields"};
inline constexpr std::string_view kActions[] = {"force", "retry", "cancel"};
inline constexpr std::string_view kUploads[] = {"public_attachment", "attachment", "profile_picture", "widget_picture"};
inline constexpr std::string_view kSides[] = {"prev", "next"};
inline constexpr std::string_view kCategories[] = {"system", "user"};
inline constexpr std::string_view kCardStatuses[] = {"published", "deprecated"};
inline constexpr std::string_view kIncludes[] = {"deprecated"};
inline constexpr std::string_view kRoles[] = {"admin",          "agent",      "basic-agent",   "bot",
                                              "internal-agent", "lite-agent", "observer-agent"};
inline constexpr std::string_view kIntegrationTypes[] = {
    "email",         "gmail",   "outlook",  "app",      "aircall", "facebook",    "gorgias_chat", "phone",
    "sms",           "twitter", "yotpo",    "whatsapp", "http",    "shopify",     "recharge",     "smile",
    "smooch_inside", "smooch",  "magento2", "zendesk",  "klaviyo", "bigcommerce", "alloy",        "ecom"};
inline constexpr std::string_view kJobStatuses[] = {"cancel_requested", "canceled", "done",    "errored",
                                                    "fatal_errored",    "pending",  "running", "scheduled"};
inline constexpr std::string_view kJobTypes[] = {
    "applyMacro",  "deleteTicket", "exportTicket",          "importMacro",
    "exportMacro", "updateTicket", "exportTicketDrilldown", "exportConvertCampaignSalesDrilldown"};
inline constexpr std::string_view kEventObjects[] = {"Account",     "AccountSetting",
                                                     "Macro",       "Tag",
                                                     "Customer",    "Team",
                                                     "View",        "Widget",
                                                     "CustomField", "CustomFieldCondition",
                                                     "User",        "TicketMessage",
                                                     "Ticket",      "Rule",
                                                     "Integration", "SatisfactionSurvey"};
// clang-format off
inline constexpr std::string_view kEventTypes[] = {
    "account-created", "account-deactivated", "account-setting-updated", "account-updated", "action-executed",
    "custom-field-condition-created", "custom-field-condition-deleted", "custom-field-condition-disabled",
    "custom-field-condition-enabled", "custom-field-condition-updated", "custom-field-created",
    "custom-field-updated", "customer-created", "customer-deleted", "customer-merged", "customer-updated",
    "integration-created", "integration-deactivated", "integration-deleted", "integration-reactivated",
    "integration-updated", "macro-created", "macro-deleted", "macro-updated", "rule-created", "rule-deleted",
    "rule-executed", "rule-priority-updated", "rule-updated", "satisfaction-survey-responded",
    "satisfaction-survey-sent", "tag-created", "tag-deleted", "tag-merged", "tag-renamed", "tag-updated",
    "team-created", "team-deleted", "team-updated", "ticket-assigned", "ticket-closed", "ticket-created",
    "ticket-customer-updated", "ticket-deleted", "ticket-excluded-from-auto-merge", "ticket-excluded-from-csat",
    "ticket-marked-spam", "ticket-merged", "ticket-message-created", "ticket-message-deleted",
    "ticket-message-failed", "ticket-message-summary-created", "ticket-message-updated", "ticket-reopened",
    "ticket-satisfaction-survey-skipped", "ticket-self-unsnoozed", "ticket-sla-policy-assigned", "ticket-snoozed",
    "ticket-split", "ticket-subject-updated", "ticket-tags-added", "ticket-tags-removed", "ticket-team-assigned",
    "ticket-team-unassigned", "ticket-trashed", "ticket-unassigned", "ticket-unmarked-spam", "ticket-untrashed",
    "ticket-updated", "user-2fa-changed", "user-created", "user-deleted", "user-invited", "user-logged-in",
    "user-logged-out", "user-password-changed", "user-password-reset", "user-updated", "view-created",
    "view-deactivated", "view-deleted", "view-updated", "widget-created", "widget-deleted", "widget-updated"};
// clang-format on

inline constexpr Field kPaging[] = {text("cursor"), integer("limit").at_least(1).at_most(100)};
inline constexpr Field kOnlyOrdered[] = {word("order_by", kByCreation)};
inline constexpr auto kCreationList = joined(kPaging, kOnlyOrdered);
inline constexpr Field kSettings[] = {text("type")};
inline constexpr Field kFieldFilters[] = {word("object_type", kOwners).required(), text("search"), boolean("archived"),
                                          word("order_by", kFieldOrders)};
inline constexpr auto kCustomFields = joined(kPaging, kFieldFilters);
inline constexpr Field kCustomerFilters[] = {word("order_by", kByChange),
                                             text("email"),
                                             text("external_id"),
                                             text("name"),
                                             text("language"),
                                             text("timezone"),
                                             positive("view_id"),
                                             text("channel_type"),
                                             text("channel_address").at_most(320)};
inline constexpr auto kCustomers = joined(kPaging, kCustomerFilters);
inline constexpr Field kWithRelationships[] = {word("relationships", kRelationships)};
inline constexpr Field kMerge[] = {positive("source_id").required(), positive("target_id").required()};
inline constexpr Field kEventFilters[] = {word("order_by", kEventOrders),
                                          positive("object_id"),
                                          word("object_type", kEventObjects),
                                          word("types", kEventTypes),
                                          integer("user_ids"),
                                          datetime("created_datetime[gt]"),
                                          datetime("created_datetime[gte]"),
                                          datetime("created_datetime[lt]"),
                                          datetime("created_datetime[lte]")};
inline constexpr auto kEvents = joined(kPaging, kEventFilters);
inline constexpr Field kUpload[] = {word("type", kUploads)};
inline constexpr Field kIntegrationFilters[] = {word("order_by", kByCreation), word("type", kIntegrationTypes)};
inline constexpr auto kIntegrations = joined(kPaging, kIntegrationFilters);
inline constexpr Field kJobFilters[] = {word("order_by", kByCreation), word("status", kJobStatuses),
                                        word("type", kJobTypes)};
inline constexpr auto kJobs = joined(kPaging, kJobFilters);
inline constexpr Field kMacroFilters[] = {word("order_by", kMacroOrders),
                                          text("search"),
                                          text("tags"),
                                          text("languages"),
                                          integer("ticket_id"),
                                          integer("message_id"),
                                          integer("number_predictions").at_least(0),
                                          boolean("archived")};
inline constexpr auto kMacros = joined(kPaging, kMacroFilters);
inline constexpr Field kOfTicket[] = {word("order_by", kByCreation), integer("ticket_id")};
inline constexpr auto kOfTicketList = joined(kPaging, kOfTicket);
inline constexpr Field kNumberedPages[] = {positive("page").at_most(1'000'000),
                                           integer("per_page").at_least(1).at_most(100)};
inline constexpr Field kAction[] = {word("action", kActions)};
inline constexpr Field kCards[] = {text("category"), word("status", kCardStatuses), text("q"),
                                   word("include", kIncludes)};
inline constexpr Field kTicketId[] = {positive("ticket_id")};
inline constexpr auto kVoiceCalls = joined(kPaging, kTicketId);
inline constexpr Field kCallId[] = {positive("call_id")};
inline constexpr auto kOfCall = joined(kPaging, kCallId);
inline constexpr Field kStatistic[] = {text("cursor"), integer("limit").at_least(1).at_most(10'000)};
inline constexpr Field kRuleFilters[] = {word("order_by", kByCreation), text("search")};
inline constexpr auto kRules = joined(kPaging, kRuleFilters);
inline constexpr Field kTagFilters[] = {word("order_by", kTagOrders), text("search")};
inline constexpr auto kTags = joined(kPaging, kTagFilters);
inline constexpr Field kTeamFilters[] = {word("order_by", kTeamOrders)};
inline constexpr auto kTeams = joined(kPaging, kTeamFilters);
inline constexpr Field kTicketFilters[] = {word("order_by", kByChange), positive("customer_id"), text("external_id"),
                                           positive("view_id"),         positive("rule_id"),     positive("ticket_ids"),
                                           boolean("trashed")};
inline constexpr auto kTickets = joined(kPaging, kTicketFilters);
inline constexpr Field kUserFilters[] = {word("order_by", kUserOrders), text("email"),
                                         text("external_id"),           text("search"),
                                         word("roles", kRoles),         boolean("available_first")};
inline constexpr auto kUsers = joined(kPaging, kUserFilters);
inline constexpr Field kViewFilters[] = {word("order_by", kByCreation), word("category", kCategories)};
inline constexpr auto kViews = joined(kPaging, kViewFilters);
inline constexpr Field kItemFilters[] = {word("direction", kSides), integer("ignored_item"),
                                         word("order_by", kItemOrders)};
inline constexpr auto kViewItems = joined(kPaging, kItemFilters);
inline constexpr Field kWidgetFilters[] = {word("order_by", kWidgetOrders), integer("integration_id"), text("app_id")};
inline constexpr auto kWidgets = joined(kPaging, kWidgetFilters);

} // namespace sluice::simulator::queries
