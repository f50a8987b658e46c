#include "batch/runner.hpp"

#include "http_api/error_body.hpp"
#include "proxy/pages.hpp"
#include "proxy/parts.hpp"
#include "proxy/remote_error.hpp"
#include "run.hpp"
#include "runtime/offload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

namespace sluice::batch {
namespace {

constexpr int kUnauthorized = 401;

/// The records of an answer, as the text of a JSON array without its brackets.
std::string records_of(proxy::Outcome const& outcome)
{
    using Kind = proxy::Outcome::Kind;
    switch (outcome.kind) {
    case Kind::list:
        return outcome.page.count == 0 ? std::string()
                                       : std::string(outcome.page.items.substr(1, outcome.page.items.size() - 2));
    case Kind::object:
        return outcome.body;
    case Kind::unread:
        return proxy::unread_body(outcome);
    case Kind::empty:
        return fmt::format(R"({{"status":{}}})", outcome.remote_status);
    case Kind::binary:
    case Kind::error:
        break;
    }
    return {};
}

/// Makes the calls of one run of a plan, some at once.
class Engine {
public:
    Engine(proxy::Caller& caller, accounts::CallableAccountPtr account, Plan const& plan, Limits limits,
           calllog::Requester requester, Deadline deadline, limits::Tally* tally)
        : caller_(caller)
        , account_(std::move(account))
        , plan_(plan)
        , bounds_(limits)
        , run_(plan, bounds_)
        , requester_(requester)
        , deadline_(deadline)
        , tally_(tally)
    {
    }

    /// `workers` take what is due until there is nothing left.
    Task<void> work(std::size_t workers)
    {
        using namespace asio::experimental::awaitable_operators;
        if (workers > 1)
            co_await (work_alone() && work(workers - 1));
        else
            co_await work_alone();
    }

    /// Set if nothing at all could be done.
    [[nodiscard]] std::optional<Error> fault() const
    {
        auto const& stopped = bounds_.stopped();
        // A write that was begun is told of, whatever came of it.
        if (!stopped || stopped->reason != Reason::unavailable || run_.has_succeeded() || has_written_)
            return std::nullopt;
        return Error{ErrorCode::unavailable, stopped->message};
    }
    [[nodiscard]] BatchResult result() &&
    {
        BatchResult result;
        result.calls = bounds_.calls();
        result.nodes = std::move(run_).take_results();
        result.limits = limits_;
        result.vendor_time = vendor_time_;
        return result;
    }

private:
    Task<void> work_alone()
    {
        for (;;) {
            if (auto const item = run_.take()) {
                co_await make(*item);
                run_.end(*item);
                wake();
            } else if (run_.is_busy()) {
                co_await wait(); // What is being made may make more of it due.
            } else {
                co_return;
            }
        }
    }

    Task<void> wait()
    {
        SteadyTimer timer(co_await asio::this_coro::executor, deadline_.at() + std::chrono::hours(1));
        waiting_.push_back(&timer);
        co_await timer.async_wait(kUseTask);
        std::erase(waiting_, &timer);
    }

    void wake()
    {
        for (auto* timer : waiting_)
            timer->cancel();
    }

    Task<void> make(Run::Item item)
    {
        auto const& node = plan_.nodes[item.node];
        auto parts = parts_of(node, run_.values_of(item));
        if (!parts) {
            fail(item, parts.error());
            co_return;
        }
        proxy::Gathering gathering;
        gathering.requester = requester_;
        auto const wanted = parts->limit;
        std::int64_t count = 0;
        std::set<std::string, std::less<>> seen;
        for (;;) {
            if (!may_call()) {
                run_.cut(item, parts->next_cursor);
                co_return;
            }
            if (std::exchange(has_called_, true))
                charge(1);
            parts->limit = page_limit(*node.method, wanted, count);
            has_written_ = has_written_ || node.method->access == catalog::Access::write;
            auto outcome = co_await proxy::call_pages(caller_, account_, *node.method, *parts, gathering, deadline_);
            if (outcome) {
                bounds_.count_more_calls(outcome->calls - 1);
                charge(outcome->calls - 1);
            }
            if (!is_success(item, outcome) || !add(item, *outcome, parts->next_cursor))
                co_return;
            count += static_cast<std::int64_t>(outcome->page.count);
            if (is_repeated(*outcome, seen)) {
                run_.note(item, std::string(proxy::kEndlessNote));
                co_return;
            }
            if (!outcome->next_cursor || (wanted && count >= *wanted))
                co_return;
            parts->next_cursor = std::move(outcome->next_cursor);
        }
    }

    /// Keeps an answer; false if there is no room for it. What a write gave is kept all the same.
    bool add(Run::Item item, proxy::Outcome const& outcome, std::optional<std::string> const& cursor)
    {
        auto records = records_of(outcome);
        bool const is_read = plan_.nodes[item.node].method->access == catalog::Access::read;
        if (is_read && records.size() > bounds_.bytes_left()) {
            bounds_.stop_for_bytes();
            run_.cut(item, cursor);
            return false;
        }
        run_.add(item, std::move(records));
        if (outcome.kind == proxy::Outcome::Kind::list && !outcome.note.empty() && !outcome.next_cursor)
            run_.note(item, outcome.note);
        return true;
    }

    /// The limit of the next page, so that each is one call and as large as it may be.
    static std::optional<std::int64_t> page_limit(catalog::Method const& method, std::optional<std::int64_t> wanted,
                                                  std::int64_t count)
    {
        if (!method.paginated)
            return std::nullopt;
        auto const most = method.pagination.max_limit;
        return wanted ? std::min(most, *wanted - count) : most;
    }

    /// Whether the list goes on with a page that was read before. A call that goes on inside a page does not say so.
    static bool is_repeated(proxy::Outcome const& outcome, std::set<std::string, std::less<>>& seen)
    {
        auto const& turn = outcome.turn;
        return outcome.next_cursor && turn.skip == 0 && turn.next && !seen.insert(*turn.next).second;
    }

    void charge(std::size_t calls)
    {
        for (; calls > 0 && tally_ != nullptr; --calls)
            tally_->charge();
    }

    bool may_call()
    {
        if (deadline_.expired())
            bounds_.stop(Reason::time, "The time of the batch is over.");
        return bounds_.count_call();
    }

    void fail(Run::Item item, Error const& error) { run_.fail(item, boost::json::serialize(http::error_body(error))); }

    /// Notes what an answer says of the account, and the failure of a run.
    bool is_success(Run::Item item, Result<proxy::Outcome> const& outcome)
    {
        if (!outcome) {
            fail(item, outcome.error());
            stop_after(outcome.error());
            return false;
        }
        if (!bounds_.stopped()) // What stopped the batch also says when to go on.
            limits_ = outcome->limits;
        vendor_time_ += outcome->vendor_time;
        if (outcome->kind == proxy::Outcome::Kind::error) {
            run_.fail(item, proxy::remote_error_body(*outcome));
            stop_after(*outcome);
            return false;
        }
        if (outcome->kind == proxy::Outcome::Kind::binary) {
            fail(item, {ErrorCode::upstream_failed,
                        "The vendor answered a file. Call the method alone with GET /proxy, which passes it on."});
            return false;
        }
        return true;
    }

    /// What one call was refused for may hold for all others of the account.
    void stop_after(proxy::Outcome const& refusal)
    {
        if (refusal.limits.throttled)
            bounds_.stop(Reason::throttled, "The vendor throttles the account, so no more calls were made.",
                         refusal.limits.retry_after_s);
        else if (refusal.status == kUnauthorized)
            bounds_.stop(Reason::reauth_needed, "The vendor refuses the account's credential.");
    }

    void stop_after(Error const& error)
    {
        if (error.code() == ErrorCode::reauth_needed)
            bounds_.stop(Reason::reauth_needed, error.public_detail());
        else if (error.code() == ErrorCode::unavailable)
            bounds_.stop(Reason::unavailable, error.public_detail());
        else if (deadline_.expired())
            bounds_.stop(Reason::time, "The time of the batch is over.");
    }

    proxy::Caller& caller_;
    accounts::CallableAccountPtr account_;
    Plan const& plan_;
    Bounds bounds_;
    Run run_;
    bool has_written_ = false; ///< A call that writes was begun.
    calllog::Requester requester_;
    Deadline deadline_;
    limits::Tally* tally_;
    bool has_called_ = false; ///< The first call was counted with the request.
    std::vector<SteadyTimer*> waiting_;
    ratelimit::Limits limits_;
    std::chrono::microseconds vendor_time_{};
};

} // namespace

std::string_view name_of(Reason reason) noexcept
{
    static constexpr std::array<std::string_view, 7> kNames{"calls",         "bytes",       "time",  "throttled",
                                                            "reauth_needed", "unavailable", "vendor"};
    return kNames.at(static_cast<std::size_t>(reason));
}

Runner::Runner(proxy::Caller& caller, Limits limits)
    : caller_(caller)
    , limits_(limits)
{
}

Task<Result<BatchResult>> Runner::run(accounts::CallableAccountPtr account, Plan const& plan,
                                      calllog::Requester requester, Deadline deadline, limits::Tally* tally)
{
    auto const writes = [](PlannedNode const& node) { return node.method->access == catalog::Access::write; };
    auto const first = std::ranges::find_if(plan.nodes, writes);
    if (account->account.is_sandbox && first != plan.nodes.end())
        co_return Error{
            ErrorCode::not_allowed,
            fmt::format("This is a sandbox account: it is read-only, and {} writes. Nothing was done.", first->name)};
    Engine engine(caller_, std::move(account), plan, limits_, requester, deadline, tally);
    co_await engine.work(limits_.concurrent);
    if (auto fault = engine.fault())
        co_return *std::move(fault);
    co_return std::move(engine).result();
}

} // namespace sluice::batch
