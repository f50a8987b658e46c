#include "handlers.hpp"
#include "seed.hpp"

#include <fmt/format.h>

namespace sluice::simulator {
namespace {

constexpr std::size_t kCalls = 12;

void add_event(SeedContext& context, Record const& call, std::string_view type, Timestamp at)
{
    auto& event = new_row<kVoiceCallEvents>(context.account, at);
    event.data["type"] = type;
    event.data["call_id"] = call.id;
    event.data["user_id"] = call.data.at("last_answered_by_agent_id");
    event.data["customer_id"] = call.data.at("customer_id");
}

void add_recording(SeedContext& context, Record& call, Timestamp at)
{
    auto& recording = new_row<kVoiceCallRecordings>(context.account, at);
    recording.data["call_id"] = call.id;
    recording.data["external_id"] = fmt::format("RE{:032}", recording.id);
    recording.data["url"] = fmt::format("{}/api/phone/recordings/{}.mp3", context.account.url, recording.id);
    recording.data["duration"] = call.data.at("duration");
    recording.data["transcription_status"] = "completed";
    call.data["has_call_recording"] = true;
}

Record& add_call(SeedContext& context, Ticket const* ticket, Timestamp at)
{
    auto& call = new_row<kVoiceCalls>(context.account, at);
    bool const answered = !context.random.once_in(4);
    call.data["integration_id"] = context.phone_integration;
    call.data["ticket_id"] = ticket != nullptr ? json::value(ticket->id) : json::value();
    call.data["customer_id"] = context.random.pick(context.customers);
    call.data["external_id"] = fmt::format("CA{:032}", call.id);
    call.data["phone_number_source"] = fmt::format("+1555020{:04}", call.id % 10'000);
    call.data["phone_number_destination"] = "+15550100";
    call.data["started_datetime"] = call.data.at("created_datetime");
    call.data["duration"] = answered ? 30 + context.random.below(600) : 0;
    call.data["status"] = answered ? "completed" : "missed";
    call.data["termination_status"] = answered ? "answered" : "missed";
    if (answered)
        call.data["last_answered_by_agent_id"] = context.random.pick(context.agents);
    return call;
}

} // namespace

void seed_voice(SeedContext& context)
{
    using namespace std::chrono;
    auto& account = context.account;
    auto ticket = account.tickets.rows().begin();
    for (std::size_t i = 0; i < kCalls; ++i) {
        auto const at = context.start + hours(36 * i) + microseconds(i);
        bool const has_ticket = ticket != account.tickets.rows().end();
        auto& call = add_call(context, has_ticket ? &ticket->second : nullptr, at);
        if (has_ticket)
            ++ticket;
        bool const answered = call.data.at("status") == "completed";
        add_event(context, call, "incoming-phone-call", at);
        add_event(context, call, answered ? "phone-call-answered" : "missed-phone-call", at + seconds(12));
        if (answered)
            add_recording(context, call, at + minutes(10));
        account.voice_calls.changed(call);
    }
}

} // namespace sluice::simulator
