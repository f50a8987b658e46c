#pragma once

#include "base/clock.hpp"
#include "safeguards/write_calls.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::test {

/// Remembered calls in memory, which end when they end in the real ones. Belongs to one thread.
class FakeWriteCalls final : public safeguards::WriteCallRepository {
public:
    using Approval = safeguards::Approval;
    using WriteCall = safeguards::WriteCall;
    using Key = safeguards::WriteCallKey;
    using State = WriteCall::State;

    struct Row {
        Key key;
        WriteCall call;
        std::optional<Approval> approval; ///< What was asked for.
        std::optional<Timestamp> approved_until;
        std::chrono::seconds window{};
    };

    /// Must outlive it.
    explicit FakeWriteCalls(Clock const& clock)
        : clock_(clock)
    {
    }

    std::list<Row> rows;
    /// Called before each transaction with the name of the method; an error is its answer and nothing happens.
    std::function<std::optional<Error>(std::string_view method)> before;
    /// Called with the id of a call that has ended; a test connects waiters here.
    std::function<void(ApprovalId)> ended;
    std::vector<tenancy::Author> authors; ///< Of the changes, in order.
    std::size_t tries_to_finish = 0;

    Task<Result<WriteCall>> take(Key key, IntegratedAccountId, std::string, bool needs_approval,
                                 std::chrono::seconds lease, Deadline) override
    {
        if (auto failed = begin("take"))
            co_return *failed;
        auto found = find_row(key);
        if (found == rows.end() && needs_approval)
            co_return not_found();
        if (found == rows.end()) {
            Row row;
            row.key = key;
            row.call.id = ApprovalId{uuid_v7(clock_.now())};
            row.call.changed_at = clock_.now();
            row.call.ends_at = clock_.now() + lease;
            rows.push_back(row);
            row.call.is_taken = true;
            co_return row.call;
        }
        auto before_it = found->call;
        bool const is_free = before_it.state == State::approved ||
                             (!needs_approval && before_it.state != State::running && before_it.state != State::done);
        if (!is_free)
            co_return before_it;
        found->approved_until = before_it.state == State::approved ? std::optional(before_it.ends_at) : std::nullopt;
        found->call.state = State::running;
        found->call.changed_at = clock_.now();
        found->call.ends_at = clock_.now() + lease;
        before_it.is_taken = true;
        co_return before_it;
    }

    Task<Result<void>> finish(EnvironmentId, ApprovalId id, std::string answer, std::chrono::seconds window,
                              Deadline) override
    {
        ++tries_to_finish;
        if (auto failed = begin("finish"))
            co_return *failed;
        auto const row = running(id);
        if (row != rows.end() && window.count() == 0) {
            rows.erase(row);
        } else if (row != rows.end()) {
            row->call.state = State::done;
            row->call.answer = std::move(answer);
            row->call.ends_at = row->call.changed_at + window;
        }
        tell(id);
        co_return Result<void>{};
    }

    Task<Result<void>> give_back(EnvironmentId, ApprovalId id, Deadline) override
    {
        if (auto failed = begin("give_back"))
            co_return *failed;
        auto const row = running(id);
        if (row != rows.end() && row->approved_until) {
            row->call.state = State::approved;
            row->call.ends_at = *row->approved_until;
        } else if (row != rows.end()) {
            rows.erase(row);
        }
        tell(id);
        co_return Result<void>{};
    }

    Task<Result<WriteCall>> ask(Key key, Approval approval, Deadline) override
    {
        if (auto failed = begin("ask"))
            co_return *failed;
        if (auto const known = find_row(key); known != rows.end())
            co_return known->call;
        Row row;
        row.key = key;
        row.call.id = approval.id;
        row.call.state = State::pending;
        row.call.changed_at = clock_.now();
        row.call.ends_at = approval.ends_at;
        row.approval = std::move(approval);
        rows.push_back(row);
        co_return row.call;
    }

    Task<Result<Approval>> find(EnvironmentId, ApprovalId id, Deadline) override
    {
        for (auto const& row : rows)
            if (row.call.id == id && row.approval)
                co_return *row.approval;
        co_return not_found();
    }
    Task<Result<tenancy::Page<Approval>>> list(EnvironmentId, tenancy::ListQuery, Deadline) override
    {
        tenancy::Page<Approval> page;
        for (auto const& row : rows)
            if (row.approval)
                page.items.push_back(*row.approval);
        co_return page;
    }
    Task<Result<Approval>> open(EnvironmentId environment, ApprovalId id, std::string code, Deadline deadline) override
    {
        auto found = co_await find(environment, id, deadline);
        if (found && found->code != code)
            co_return invalid("code", "is wrong");
        co_return found;
    }
    Task<Result<Approval>> decide(EnvironmentId, ApprovalId id, bool is_approved, std::string decided_by,
                                  tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        for (auto& row : rows)
            if (row.call.id == id && row.call.state == State::pending) {
                row.call.state = is_approved ? State::approved : State::declined;
                row.call.changed_at = clock_.now();
                row.approval->state = row.call.state;
                row.approval->decided_by = std::move(decided_by);
                tell(id);
                co_return *row.approval;
            }
        co_return Error{ErrorCode::conflict, "It is not pending any more."};
    }

private:
    static Error not_found() { return {ErrorCode::not_found, "There is no such call."}; }

    std::optional<Error> begin(std::string_view method)
    {
        std::erase_if(rows, [this](Row const& row) { return row.call.ends_at <= clock_.now(); });
        return before ? before(method) : std::nullopt;
    }
    void tell(ApprovalId id) const
    {
        if (ended)
            ended(id);
    }
    std::list<Row>::iterator find_row(Key const& key)
    {
        return std::ranges::find_if(rows, [&](Row const& row) {
            return row.key.environment == key.environment && row.key.server == key.server &&
                   row.key.digest == key.digest;
        });
    }
    std::list<Row>::iterator running(ApprovalId id)
    {
        return std::ranges::find_if(
            rows, [&](Row const& row) { return row.call.id == id && row.call.state == State::running; });
    }

    Clock const& clock_;
};

} // namespace sluice::test
