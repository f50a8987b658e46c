#pragma once

#include "http_api/client.hpp"
#include "runtime/offload.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::test {

[[nodiscard]] inline http::IncomingResponse vendor_answer(int status, std::string body = {},
                                                          std::string_view type = "application/json")
{
    http::IncomingResponse answer;
    answer.status = status;
    if (!type.empty())
        answer.headers.add("content-type", type);
    answer.body = std::move(body);
    return answer;
}

/// A client whose answers are scripted: each call takes the next of `answers`; once they are used up it asks `respond`.
/// What was sent is kept in `requests`. One I/O thread.
class FakeClient final : public http::Client {
public:
    using Answer = Result<http::IncomingResponse>;

    void answer(int status, std::string body = {}, std::string_view type = "application/json")
    {
        answers.emplace_back(vendor_answer(status, std::move(body), type));
    }
    void fail(Error error) { answers.emplace_back(std::move(error)); }

    /// From now on calls wait for `release()`; one whose deadline comes first ends as upstream_timeout.
    void hold() { held_ = true; }
    void release()
    {
        held_ = false;
        for (auto* timer : std::exchange(waiting_, {}))
            timer->cancel();
    }
    /// The calls that wait for `release()`.
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

    Task<Result<http::IncomingResponse>> send(http::OutgoingRequest request, Deadline deadline) override
    {
        requests.push_back(request);
        if (held_) {
            SteadyTimer timer(co_await asio::this_coro::executor, deadline.at());
            waiting_.push_back(&timer);
            co_await timer.async_wait(kUseTask);
            std::erase(waiting_, &timer);
            if (held_)
                co_return Error{ErrorCode::upstream_timeout, "The vendor did not answer in time."};
        }
        if (!answers.empty()) {
            auto next = std::move(answers.front());
            answers.pop_front();
            co_return next;
        }
        if (respond)
            co_return respond(request);
        co_return Error{ErrorCode::upstream_unreachable, "No answer is scripted for " + request.url};
    }

    std::vector<http::OutgoingRequest> requests;
    std::deque<Answer> answers;
    std::function<Answer(http::OutgoingRequest const&)> respond;

private:
    bool held_ = false;
    std::vector<SteadyTimer*> waiting_;
};

} // namespace sluice::test
