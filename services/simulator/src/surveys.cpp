#include "crud.hpp"
#include "handlers.hpp"

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr Field kAttributes[] = {integer("score").nullable().at_least(1).at_most(5),
                                 text("body_text").nullable().at_most(1000),
                                 object("meta").nullable(),
                                 datetime("created_datetime").nullable(),
                                 datetime("sent_datetime").nullable(),
                                 datetime("scored_datetime").nullable(),
                                 datetime("should_send_datetime").nullable()};
constexpr Field kRequired[] = {positive("ticket_id").required(), positive("customer_id").required()};
constexpr Field kOptional[] = {positive("ticket_id"), positive("customer_id")};
constexpr auto kCreate = joined(kAttributes, kRequired);
constexpr auto kUpdate = joined(kAttributes, kOptional);
constexpr Shape kCreateShape{kCreate};
constexpr Shape kUpdateShape{kUpdate};

json::object defaults()
{
    return {{"body_text", nullptr},     {"created_datetime", nullptr},
            {"customer_id", nullptr},   {"meta", nullptr},
            {"score", nullptr},         {"scored_datetime", nullptr},
            {"sent_datetime", nullptr}, {"should_send_datetime", nullptr},
            {"ticket_id", nullptr}};
}

/// One survey per ticket.
Answer<void> check(Call& call, Record* survey)
{
    auto const ticket = integer_at(call.fields(), "ticket_id");
    auto const customer = integer_at(call.fields(), "customer_id");
    if (ticket && call.account.tickets.find(*ticket) == nullptr)
        return invalid_field("ticket_id", "Ticket does not exist.");
    if (customer && call.account.customers.find(*customer) == nullptr)
        return invalid_field("customer_id", "Customer does not exist.");
    for (auto const& [_, other] : call.account.surveys.rows())
        if (ticket && &other != survey && integer_at(other.data, "ticket_id") == ticket)
            return conflict();
    return {};
}

void apply(Call& call, Record& survey)
{
    auto const& body = call.fields();
    auto const before = survey.data.at("score");
    take_over(survey.data, body, {"ticket_id", "customer_id", "score", "body_text", "meta"});
    take_over_times(survey.data, body,
                    {"created_datetime", "sent_datetime", "scored_datetime", "should_send_datetime"});
    if (survey.data.at("score") == before)
        return;
    if (null_at(survey.data, "scored_datetime"))
        survey.data["scored_datetime"] = call.time();
    call.chain().add("satisfaction-survey-responded", "SatisfactionSurvey", survey.id);
}

Predicate filter(Call const& call)
{
    auto const ticket = call.asked_id("ticket_id");
    if (!ticket)
        return {};
    return [=](Record& survey) { return integer_at(survey.data, "ticket_id") == ticket; };
}

} // namespace

constinit Field const kSurveyBody = object("", kCreateShape);
constinit Field const kSurveyUpdateBody = object("", kUpdateShape);
constinit Resource<Record> const kSurveys{.table = &Account::surveys,
                                          .kind = "satisfaction-survey",
                                          .uri = "/api/satisfaction-surveys/",
                                          .event_object = "",
                                          .defaults = defaults,
                                          .check = check,
                                          .apply = apply,
                                          .filter = filter};

} // namespace sluice::simulator
