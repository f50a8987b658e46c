#include "crud.hpp"
#include "handlers.hpp"

namespace sluice::simulator {
namespace {

json::object call_defaults()
{
    return {{"integration_id", 0},
            {"ticket_id", nullptr},
            {"phone_number_id", 1},
            {"external_id", ""},
            {"provider", "twilio"},
            {"status", "completed"},
            {"direction", "inbound"},
            {"phone_number_source", nullptr},
            {"country_source", "US"},
            {"phone_number_destination", nullptr},
            {"country_destination", "US"},
            {"duration", nullptr},
            {"started_datetime", nullptr},
            {"created_datetime", nullptr},
            {"updated_datetime", nullptr},
            {"initiated_by_agent_id", nullptr},
            {"last_answered_by_agent_id", nullptr},
            {"customer_id", nullptr},
            {"last_rang_agent_id", nullptr},
            {"has_voicemail", false},
            {"has_call_recording", false},
            {"summaries", json::array{}},
            {"termination_status", nullptr},
            {"queue_id", nullptr},
            {"status_in_queue", nullptr},
            {"answered_by_external_number", nullptr},
            {"answered_by_external_customer_id", nullptr},
            {"monitoring_status", nullptr},
            {"last_monitoring_agent_id", nullptr}};
}

json::object event_defaults()
{
    return {{"type", ""},         {"account_id", 1},        {"call_id", 0},
            {"user_id", nullptr}, {"customer_id", nullptr}, {"created_datetime", nullptr},
            {"meta", nullptr}};
}

json::object recording_defaults()
{
    return {{"call_id", 0},
            {"external_id", ""},
            {"url", nullptr},
            {"duration", nullptr},
            {"type", "call-recording"},
            {"created_datetime", nullptr},
            {"deleted_datetime", nullptr},
            {"deleted_by_user_id", nullptr},
            {"error_code", nullptr},
            {"transcription_status", nullptr}};
}

/// Rows whose attribute, named as the query parameter, is what was asked for.
Predicate only(Call const& call, std::string_view name)
{
    auto const wanted = call.asked_id(name);
    if (!wanted)
        return {};
    return [=](Record& row) { return integer_at(row.data, name) == wanted; };
}

Predicate of_ticket(Call const& call)
{
    return only(call, "ticket_id");
}
Predicate of_call(Call const& call)
{
    return only(call, "call_id");
}

} // namespace

constinit Resource<Record> const kVoiceCalls{.table = &Account::voice_calls,
                                             .kind = "voice-call",
                                             .uri = "",
                                             .event_object = "",
                                             .defaults = call_defaults,
                                             .filter = of_ticket};
constinit Resource<Record> const kVoiceCallEvents{.table = &Account::voice_call_events,
                                                  .kind = "voice-call-event",
                                                  .uri = "",
                                                  .event_object = "",
                                                  .defaults = event_defaults,
                                                  .filter = of_call};
constinit Resource<Record> const kVoiceCallRecordings{.table = &Account::voice_call_recordings,
                                                      .kind = "voice-call-recording",
                                                      .uri = "",
                                                      .event_object = "",
                                                      .defaults = recording_defaults,
                                                      .filter = of_call};

} // namespace sluice::simulator
