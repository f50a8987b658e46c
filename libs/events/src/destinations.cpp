#include "events/destinations.hpp"

#include "events/deliverer.hpp"
#include "events/subscriptions.hpp"
#include "http_api/outgoing_url.hpp"
#include "http_api/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::events {
namespace {

/// How the paths of hooks begin; no secret looks like one of them.
constexpr std::array<std::string_view, 5> kFirstSegments{"services", "hooks", "api", "webhook", "webhooks"};
/// The end of a path is shown, so that two hooks can be told apart, if enough of the secret stays hidden.
constexpr std::size_t kShownEnd = 4;
constexpr std::size_t kLeastSecret = 16;
/// Stands for what is not shown. No URL has it.
constexpr std::string_view kMask = "…";
/// Slack's words are shorter.
constexpr std::size_t kMostReason = 60;
constexpr std::chrono::seconds kRecordLimit{2};

/// A word such as `no_service`. Anything else that a receiver says is not shown: it could be the URL.
std::string reason_in(std::string_view body)
{
    bool const is_word = body.size() <= kMostReason &&
                         std::ranges::all_of(body, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    return is_word ? std::string(body) : std::string();
}

void apply(DestinationPatch patch, Destination& destination)
{
    if (patch.label)
        destination.label = *std::move(patch.label);
    if (patch.event_types)
        destination.event_types = *std::move(patch.event_types);
    if (patch.url)
        destination.masked_url = masked_url(patch.url->reveal());
    destination.is_active = patch.is_active.value_or(destination.is_active);
}

} // namespace

std::string masked_url(std::string_view text)
{
    auto const url = http::parse_url(text);
    if (!url)
        return std::string(kMask);
    std::string_view const target = url->target;
    auto masked = fmt::format("{}://{}/", url->is_tls ? "https" : "http", url->authority());
    auto const first = target.substr(1, target.find('/', 1) - 1);
    if (first.size() + 1 < target.size() && std::ranges::find(kFirstSegments, first) != kFirstSegments.end())
        masked += fmt::format("{}/", first);
    masked += kMask;
    auto const last = target.substr(target.rfind('/') + 1);
    if (last.size() >= kLeastSecret && target.find('?') == std::string_view::npos)
        masked += fmt::format("/{}", last.substr(last.size() - kShownEnd));
    return masked;
}

std::string explain_answer(std::optional<int> status, std::string_view error)
{
    if (!status)
        return fmt::format("There was no answer: {} Look whether config.url is right and its host can be reached.",
                           error);
    auto const is = [&](int one) { return *status == one; };
    if (*status >= 200 && *status < 300)
        return "The receiver took the message: it is in the channel now.";
    if (*status >= 300 && *status < 400)
        return fmt::format(
            "The receiver answered with a redirect ({}), which is not followed: give the address to which it "
            "leads as config.url.",
            *status);
    if (is(400))
        return "The receiver does not take such messages (400): config.url must be an incoming webhook of Slack, or of "
               "a chat that takes Slack's messages.";
    if (is(401) || is(403))
        return fmt::format(
            "The receiver does not let Sluice post ({}): allow the hook in the settings of your chat, or make "
            "another one and change config.url.",
            *status);
    if (is(404))
        return "There is no such hook (404): it was deleted, or config.url was copied wrongly. Make another hook and "
               "change config.url.";
    if (is(410))
        return "The channel is gone or archived (410). Make a hook for another channel and change config.url, or "
               "restore the channel; then set is_active to true.";
    if (is(429))
        return "The receiver takes no more messages for now (429). There is nothing to do: what is to be delivered is "
               "sent again after the pause that it asks for.";
    if (*status >= 500)
        return fmt::format(
            "The receiver has a fault of its own ({}). What is to be delivered is sent again; if this lasts, "
            "look at the status page of your chat.",
            *status);
    return fmt::format("The receiver did not take the message ({}): look whether config.url is an incoming webhook.",
                       *status);
}

Destinations::Destinations(DestinationRepository& destinations, http::EgressPolicy const& egress, http::Client& client,
                           Clock const& clock)
    : destinations_(destinations)
    , egress_(egress)
    , client_(client)
    , clock_(clock)
{
}

std::vector<FieldFailure> Destinations::faults_of(DestinationPatch const& patch) const
{
    std::vector<FieldFailure> faults;
    bool const is_masked = patch.url && patch.url->reveal().find(kMask) != std::string::npos;
    if (is_masked)
        faults.push_back({"config.url", "is masked, as it is shown: give the whole URL, or leave config out"});
    else if (patch.url)
        if (auto const fault = http::fault_of_outgoing_url(patch.url->reveal(), egress_))
            faults.push_back({"config.url", *fault});
    auto const of_types = faults_of_event_types(patch.event_types.value_or(std::vector<std::string>{}));
    faults.insert(faults.end(), of_types.begin(), of_types.end());
    return faults;
}

Task<Result<Destination>> Destinations::create(EnvironmentId environment, DestinationPatch destination,
                                               tenancy::Author author, Deadline deadline)
{
    if (!destination.label)
        co_return invalid("label", "is required");
    if (!destination.url)
        co_return invalid("config.url", "is required");
    if (auto faults = faults_of(destination); !faults.empty())
        co_return Error{std::move(faults)};
    Destination row;
    row.environment = environment;
    row.event_types = {"approval:requested"};
    auto url = *destination.url;
    apply(std::move(destination), row);
    co_return co_await destinations_.create(std::move(row), std::move(url), std::move(author), deadline);
}

Task<Result<Destination>> Destinations::change(EnvironmentId environment, NotificationDestinationId id,
                                               DestinationPatch patch, tenancy::Author author, Deadline deadline)
{
    if (auto faults = faults_of(patch); !faults.empty())
        co_return Error{std::move(faults)};
    auto row = co_await destinations_.find(environment, id, deadline);
    if (!row)
        co_return row.error();
    auto url = patch.url;
    apply(std::move(patch), *row);
    co_return co_await destinations_.update(*std::move(row), std::move(url), std::move(author), deadline);
}

Task<Result<TestResult>> Destinations::test(EnvironmentId environment, NotificationDestinationId id,
                                            tenancy::Author author, Deadline deadline)
{
    auto const state = co_await destinations_.load_test(environment, id, std::move(author), deadline);
    if (!state)
        co_return state.error();
    auto const now = clock_.now();
    auto request = delivery_request(*state, now);
    auto const answer = co_await client_.send(std::move(request), Deadline::after(Deliverer::kLimit));
    if (!answer && answer.error().code() == ErrorCode::rate_limited)
        co_return answer.error();
    TestResult result;
    if (!answer) {
        result.message = explain_answer(std::nullopt, answer.error().public_detail());
        co_return result;
    }
    result.status = answer->status;
    result.message = explain_answer(answer->status, {});
    result.reason = reason_in(answer->body);
    result.is_delivered = answer->status >= 200 && answer->status < 300;
    if (auto const header = answer->headers.find("retry-after"); header && !result.is_delivered)
        if (auto const until = retry_time(*header, now))
            result.retry_after = std::chrono::duration_cast<std::chrono::seconds>(*until - now);
    if (!result.is_delivered)
        co_return result;
    // The message is in the channel, whether this can be written or not: the next delivery ends the pause too.
    [[maybe_unused]] auto const recorded =
        co_await destinations_.record_works(environment, id, Deadline::after(kRecordLimit));
    co_return result;
}

} // namespace sluice::events
