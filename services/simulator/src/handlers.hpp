#pragma once

#include "call.hpp"
#include "crud.hpp"

// What the route table refers to: the families of things, the handlers that are particular, and what bodies may hold.
namespace sluice::simulator {

extern constinit Resource<Record> const kSettings, kCustomFields, kEvents, kJobs, kMacros, kRules, kSurveys, kTags,
    kTeams, kViews, kVoiceCalls, kVoiceCallEvents, kVoiceCallRecordings, kWidgets;
extern constinit Resource<Integration> const kIntegrations;

extern constinit Field const kSettingBody, kCustomFieldBody, kCustomFieldsBody, kCustomerBody, kCustomerUpdateBody,
    kCustomerDataBody, kIdsBody, kIntegrationBody, kIntegrationUpdateBody, kJobBody, kJobUpdateBody,
    kLegacyStatisticBody, kMacroBody, kMacroUpdateBody, kMacrosBody, kMessageItem, kMessageUpdateBody, kRuleBody,
    kRuleUpdateBody, kRulePrioritiesBody, kSearchBody, kStatisticBody, kSurveyBody, kSurveyUpdateBody, kTagBody,
    kTagUpdateBody, kTagMergeBody, kTeamBody, kTeamUpdateBody, kTicketBody, kTicketUpdateBody, kTicketTagsBody,
    kUserBody, kUserUpdateBody, kValueBody, kValueItem, kValuesBody, kViewBody, kViewUpdateBody, kViewItemsBody,
    kWidgetBody, kWidgetUpdateBody;

Outcome get_account(Call& call);
Outcome list_settings(Call& call);
Outcome update_custom_fields(Call& call);
Outcome list_customers(Call& call);
Outcome create_customer(Call& call);
Outcome get_customer(Call& call);
Outcome update_customer(Call& call);
Outcome delete_customer(Call& call);
Outcome delete_customers(Call& call);
Outcome merge_customers(Call& call);
Outcome set_customer_data(Call& call);
Outcome list_customer_values(Call& call);
Outcome set_customer_values(Call& call);
Outcome set_customer_value(Call& call);
Outcome clear_customer_value(Call& call);
Outcome list_events(Call& call);
Outcome upload_files(Call& call);
Outcome download_file(Call& call);
Outcome cancel_job(Call& call);
Outcome archive_macros(Call& call);
Outcome unarchive_macros(Call& call);
Outcome list_messages(Call& call);
Outcome list_ticket_messages(Call& call);
Outcome create_message(Call& call);
Outcome get_message(Call& call);
Outcome update_message(Call& call);
Outcome delete_message(Call& call);
Outcome list_metric_cards(Call& call);
Outcome get_metric_card(Call& call);
Outcome query_statistic(Call& call);
Outcome legacy_statistic(Call& call);
Outcome download_legacy_statistic(Call& call);
Outcome set_rule_priorities(Call& call);
Outcome search(Call& call);
Outcome delete_tags(Call& call);
Outcome merge_tags(Call& call);
Outcome list_tickets(Call& call);
Outcome create_ticket(Call& call);
Outcome get_ticket(Call& call);
Outcome update_ticket(Call& call);
Outcome delete_ticket(Call& call);
Outcome list_ticket_tags(Call& call);
Outcome add_ticket_tags(Call& call);
Outcome set_ticket_tags(Call& call);
Outcome remove_ticket_tags(Call& call);
Outcome list_ticket_values(Call& call);
Outcome set_ticket_values(Call& call);
Outcome set_ticket_value(Call& call);
Outcome clear_ticket_value(Call& call);
Outcome list_users(Call& call);
Outcome create_user(Call& call);
Outcome get_user(Call& call);
Outcome update_user(Call& call);
Outcome delete_user(Call& call);
Outcome list_view_items(Call& call);
Outcome search_view_items(Call& call);

} // namespace sluice::simulator
