#include "safeguards/decisions.hpp"

#include <utility>

namespace sluice::safeguards {
namespace {

/// `decided_by` of a decision on the page of approval, whose user is known by link and code only.
constexpr std::string_view kByPage = "link";

} // namespace

Decisions::Decisions(WriteCallRepository& calls, tenancy::SecretGate& gate)
    : calls_(calls)
    , gate_(gate)
{
}

Task<Result<Approval>> Decisions::decide(EnvironmentId environment, ApprovalId id, Decision decision,
                                         tenancy::Author author, Deadline deadline)
{
    auto by = author.actor.kind == tenancy::Actor::Kind::code ? std::string(kByPage) : author.actor.id;
    return calls_.decide(environment, id, decision == Decision::approve, std::move(by), std::move(author), deadline);
}

Task<Result<Approval>> Decisions::use_code(EnvironmentId environment, ApprovalId id, std::string code,
                                           std::optional<Decision> decision, tenancy::Asker asker,
                                           tenancy::Author author, Deadline deadline)
{
    if (auto const may = gate_.admit_guess(asker); !may)
        co_return may.error();
    auto opened = co_await calls_.open(environment, id, std::move(code), deadline);
    if (!opened || !decision)
        co_return opened;
    co_return co_await decide(environment, id, *decision, std::move(author), deadline);
}

} // namespace sluice::safeguards
