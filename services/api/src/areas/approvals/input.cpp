#include "input.hpp"

#include "http_api/fields.hpp"

namespace sluice::api {
namespace {

using safeguards::Decision;

std::optional<Decision> take_decision(http::Fields& fields, bool required)
{
    auto const word = fields.choice("decision", required, {"approve", "decline"});
    return word ? std::optional(*word == "approve" ? Decision::approve : Decision::decline) : std::nullopt;
}

} // namespace

Result<Decision> read_decision(json::object const& body)
{
    http::Fields fields(body);
    auto const decision = take_decision(fields, true);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return *decision;
}

Result<EnteredCode> read_code(json::object const& body)
{
    http::Fields fields(body);
    auto const environment = fields.id<EnvironmentId>("environment_id", true);
    auto const id = fields.id<ApprovalId>("approval_id", true);
    auto const typed = fields.text("code", true, 64);
    auto const decision = take_decision(fields, false);
    auto code = safeguards::read_approval_code(typed.value_or(""));
    if (typed && code.empty())
        fields.fail("code", "must be a code of 8 letters and digits");
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return EnteredCode{*environment, *id, std::move(code), decision};
}

} // namespace sluice::api
