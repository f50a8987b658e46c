#include "safeguards/keyed_requests.hpp"

#include "base/failpoint.hpp"
#include "base/status.hpp"
#include "http_api/error_body.hpp"
#include "kept_answer.hpp"
#include "proxy/kept_outcome.hpp"
#include "write_end.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace sluice::safeguards {
namespace {

using State = KeyedRequest::State;

constexpr std::string_view kHeader = "idempotency-key";
constexpr std::size_t kMostOfKey = 255;
/// The time for renewing a credential before and during a call, and for writing its end.
constexpr std::chrono::seconds kBesideCall{100};
/// When to ask again for the answer of a request that is being made.
constexpr std::string_view kAskAgain = "2";

/// Errors: invalid_argument.
Result<std::string_view> key_in(http::Headers const& headers)
{
    std::string_view key;
    std::size_t lines = 0;
    for (auto const& [name, value] : headers)
        if (to_lower(name) == kHeader) {
            key = value;
            ++lines;
        }
    if (lines > 1)
        return invalid("Idempotency-Key", "must be one header, not several");
    if (key.empty() || key.size() > kMostOfKey || !std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; }))
        return invalid("Idempotency-Key",
                       fmt::format("must be 1 to {} visible ASCII characters, such as a UUID", kMostOfKey));
    return key;
}

http::Response refusal(int status, std::string_view message)
{
    return http::json_response(status, json::value(http::error_body(status, message)));
}

/// The answer to a request whose key was taken before.
Result<http::Response> answer_again(KeyedRequest const& known)
{
    constexpr int kConflict = http_status_of(ErrorCode::conflict);
    constexpr int kUnprocessable = 422;
    auto const begun = to_rfc3339(known.begun_at);
    auto const ends = to_rfc3339(known.ends_at);
    switch (known.state) {
    case State::different:
        return refusal(
            kUnprocessable,
            fmt::format("This Idempotency-Key was used at {} for a request with another body, query or content "
                        "type, so nothing was sent. Send that request as it was, or use a new key. The key is "
                        "free again after {}.",
                        begun, ends));
    case State::running: {
        auto response =
            refusal(kConflict, fmt::format("The request with this Idempotency-Key was begun at {} and is still "
                                           "being made. Send it again with this key for its answer.",
                                           begun));
        response.headers.add("retry-after", kAskAgain);
        return response;
    }
    case State::interrupted:
        return refusal(
            kConflict,
            fmt::format("The request with this Idempotency-Key was begun at {} and was interrupted: nobody knows "
                        "whether it had an effect at the vendor, so it is not made again. Look there; if it "
                        "had none, send the request with a new key.",
                        begun));
    case State::taken: // The caller answers such a request itself.
    case State::answered:
        break;
    }
    auto answer = kept_answer(known.answer);
    if (answer)
        answer->headers.add("idempotent-replayed", "true");
    return answer;
}

std::string kept_or_left_out(http::Response const& answer)
{
    auto const size = answer.body.size();
    if (size <= KeyedRequests::kMostBytes)
        return kept_text(answer);
    return kept_text(
        answer_left_out(answer.status, fmt::format("the answer ({} bytes) was too large to be kept", size)));
}

/// Passes a streamed body on, and copies it as long as the copy is not too large.
class CopyingSink final : public http::BodySink {
public:
    explicit CopyingSink(http::BodySink& client)
        : client_(client)
    {
    }

    Task<Result<void>> write(std::string piece) override
    {
        size_ += piece.size();
        if (size_ <= KeyedRequests::kMostBytes)
            copy_ += piece;
        else
            std::string().swap(copy_);
        auto written = co_await client_.write(std::move(piece));
        is_cut_ = is_cut_ || !written;
        co_return written;
    }
    [[nodiscard]] bool is_gone() const override { return client_.is_gone(); }
    void abort() override
    {
        is_cut_ = true;
        client_.abort();
    }
    void when_gone(std::function<void()> action) override { client_.when_gone(std::move(action)); }

    /// What is to be kept of the answer. `is_cut`: its body did not come to its end.
    [[nodiscard]] std::string kept(http::Response answer, bool is_cut)
    {
        if (is_cut || is_cut_)
            return kept_text(
                answer_left_out(answer.status, "the transfer of the answer was cut off, so it was not kept"));
        if (size_ > KeyedRequests::kMostBytes)
            return kept_text(
                answer_left_out(answer.status, fmt::format("the answer ({} bytes) was too large to be kept", size_)));
        answer.body = std::move(copy_);
        return kept_text(answer);
    }

private:
    http::BodySink& client_;
    std::string copy_;
    std::size_t size_ = 0;
    bool is_cut_ = false;
};

} // namespace

bool had_no_effect(Result<http::Response> const& answer) noexcept
{
    if (!answer)
        return proxy::had_no_effect(answer.error());
    return answer->status == http_status_of(ErrorCode::unauthenticated) ||
           answer->status == http_status_of(ErrorCode::rate_limited);
}

Error KeyedRequests::too_large()
{
    return invalid("body", fmt::format("has more than {} bytes, which is the most with an Idempotency-Key. Nothing was "
                                       "sent. Send less at once, or send it without the key",
                                       kMostBytes));
}

KeyedRequests::KeyedRequests(KeyedRequestRepository& repository, crypto::Keyring const& keyring,
                             std::chrono::seconds longest)
    : repository_(repository)
    // The token key is never rotated: no request is made twice since a key was retired meanwhile.
    , key_(crypto::hkdf(keyring.token_key(), "sluice keyed requests"))
    , lease_(longest + kBesideCall)
{
}

Result<RequestKey> KeyedRequests::key_of(Asked asked) const
{
    auto const& request = asked.request;
    auto const key = key_in(request.headers);
    if (!key)
        return key.error();
    if (request.body.size() > kMostBytes)
        return too_large();
    // No part contains a line feed: the path is percent-encoded and so is the query.
    auto const name = fmt::format("{}\n{}\n{}\n{}", asked.account ? asked.account->str() : std::string(),
                                  http::name_of(request.method), request.path(), *key);
    auto const content = fmt::format("{}\n{}\n{}", request.headers.find("content-type").value_or(""), asked.query.str(),
                                     hex(crypto::sha256(request.body)));
    return RequestKey{asked.environment, asked.account, crypto::hmac_sha256(key_, name),
                      crypto::hmac_sha256(key_, content)};
}

Task<Result<http::Response>> KeyedRequests::make(Asked asked, Maker make)
{
    auto const key = key_of(std::move(asked));
    if (!key)
        co_return key.error();
    auto const known = co_await repository_.take(*key, lease_, Deadline::after(kStoreLimit));
    if (!known)
        co_return Error{
            known.error().code(),
            known.error().public_detail() +
                " Nothing was sent: a request with an Idempotency-Key is made only if it can be remembered.",
            known.error().log_message()};
    if (known->state != State::taken)
        co_return answer_again(*known);
    failpoint("keyed_taken");
    auto made = co_await make();
    failpoint("keyed_sent");
    auto answer = co_await settle(key->environment, known->id, std::move(made));
    failpoint("keyed_stored");
    co_return answer;
}

Task<Result<http::Response>> KeyedRequests::settle(EnvironmentId environment, Uuid id, Made made)
{
    auto& answer = made.answer;
    if (made.may_have_effect ? !*made.may_have_effect : had_no_effect(answer)) {
        auto const give_back = [&](Deadline deadline) { return repository_.give_back(environment, id, deadline); };
        co_await write_end(give_back);
        co_return std::move(answer);
    }
    if (!answer) {
        auto const& error = answer.error();
        answer = Error{error.code(),
                       error.public_detail() + " It is not known whether the call had an effect. It is not made again "
                                               "with this Idempotency-Key: look, and if it had none, use a new key.",
                       error.log_message()};
        auto const told =
            http::json_response(http_status_of(answer.error().code()), json::value(http::error_body(answer.error())));
        co_await keep(environment, id, kept_text(told));
        co_return std::move(answer);
    }
    if (!answer->stream) {
        co_await keep(environment, id, kept_or_left_out(*answer));
        co_return std::move(answer);
    }
    auto streamed = *answer;
    answer->stream = [this, environment, id, streamed = std::move(streamed)](http::BodySink& client) {
        return stream(environment, id, streamed, client);
    };
    co_return std::move(answer);
}

Task<void> KeyedRequests::keep(EnvironmentId environment, Uuid id, std::string answer)
{
    auto const finish = [&](Deadline deadline) { return repository_.finish(environment, id, answer, deadline); };
    co_await write_end(finish);
}

Task<void> KeyedRequests::stream(EnvironmentId environment, Uuid id, http::Response answer, http::BodySink& client)
{
    CopyingSink copy(client);
    std::exception_ptr cut;
    try {
        co_await answer.stream(copy);
    } catch (...) {
        cut = std::current_exception(); // The server cuts the connection; first it is noted that the call was made.
    }
    co_await keep(environment, id, copy.kept(std::move(answer), cut != nullptr));
    if (cut)
        std::rethrow_exception(cut);
}

} // namespace sluice::safeguards
