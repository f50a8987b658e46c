#include "proxy/pages.hpp"

#include "proxy/parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <set>

namespace sluice::proxy {
namespace {

/// The most member names in the note about a missing member.
constexpr std::size_t kMostNames = 40;

/// The most vendor calls of one call. Pages may be smaller than they are asked for.
constexpr std::size_t kMostCalls = 2 * catalog::Pagination::kMostPages;
/// No further page is read once the records have so many bytes.
constexpr std::size_t kEnoughBytes = 16 << 20;

/// The records that a call asks for; absent: one page, as large as the vendor makes it.
std::optional<std::int64_t> wanted_of(catalog::Method const& method, catalog::CallParts const& parts)
{
    auto const& pagination = method.pagination;
    if (!method.paginated || parts.limit)
        return method.paginated ? parts.limit : std::nullopt;
    bool const is_said =
        pagination.default_limit > pagination.max_limit || pagination.style->asks_size(pagination.settings);
    return is_said ? std::optional(pagination.default_limit) : std::nullopt;
}

void add_note(Outcome& outcome, std::string_view note)
{
    outcome.note += outcome.note.empty() ? "" : " ";
    outcome.note += note;
}

std::string note_of(Projection const& projection)
{
    auto names = projection.there;
    names.resize(std::min(names.size(), kMostNames));
    return fmt::format("fields: there is no {} here{}{}.", fmt::join(projection.missing, ", "),
                       names.empty() ? "" : "; a record has ", fmt::join(names, ", "));
}

/// Keeps only the members that were asked for, and notes which are missing.
void narrow(std::vector<std::string> const& fields, Outcome& outcome)
{
    bool const is_list = outcome.kind == Outcome::Kind::list;
    if (fields.empty() || (!is_list && outcome.kind != Outcome::Kind::object) || (is_list && outcome.page.count == 0))
        return;
    auto projection = project(is_list ? std::string(outcome.page.items) : std::move(outcome.body), fields);
    if (!projection.missing.empty())
        add_note(outcome, note_of(projection));
    outcome.body = std::move(projection.text);
    if (is_list)
        outcome.page.items = outcome.body;
}

/// The records of several pages as one array.
class Gathered {
public:
    explicit Gathered(std::size_t max_bytes)
        : max_bytes_(max_bytes)
    {
    }

    /// Adds a page, but at most `most` of its records, and says how many fitted.
    std::size_t add(PageText const& page, std::size_t most)
    {
        if (page.count == 0)
            return 0;
        if (page.count <= most && text_.size() + page.items.size() <= max_bytes_) {
            append(page.items.substr(1, page.items.size() - 2), page.count);
            return page.count;
        }
        std::size_t added = 0;
        for (auto const& record : split_records(std::string(page.items))) {
            if (added == most || (count_ > 0 && text_.size() + record.size() + 2 > max_bytes_))
                break;
            append(record, 1);
            ++added;
        }
        return added;
    }
    [[nodiscard]] std::int64_t count() const noexcept { return static_cast<std::int64_t>(count_); }
    [[nodiscard]] bool is_full() const noexcept { return text_.size() >= std::min(max_bytes_, kEnoughBytes); }

    /// Puts the records of all pages in place of the last page's records.
    void put_into(Outcome& outcome) &&
    {
        text_ += count_ == 0 ? "[]" : "]";
        outcome.body = std::move(text_);
        outcome.page.items = outcome.body;
        outcome.page.count = count_;
    }

private:
    void append(std::string_view records, std::size_t count)
    {
        text_ += count_ == 0 ? '[' : ',';
        text_ += records;
        count_ += count;
    }

    std::size_t max_bytes_;
    std::string text_;
    std::size_t count_ = 0;
};

/// One call of a list, over as many pages as it takes.
class Gatherer {
public:
    Gatherer(catalog::Method const& method, catalog::CallParts& parts, std::size_t max_bytes)
        : method_(method)
        , parts_(parts)
        , fields_(std::exchange(parts.fields, {}))
        , takes_pages_(takes_pages(method, parts))
        , wanted_(wanted_of(method, parts))
        , max_bytes_(max_bytes)
        , gathered_(max_bytes)
    {
    }

    [[nodiscard]] bool takes_many() const noexcept { return takes_pages_; }
    [[nodiscard]] std::int64_t count() const noexcept { return gathered_.count(); }
    [[nodiscard]] std::int64_t wanted() const noexcept { return wanted_.value_or(0); }

    /// Sets the limit of the next vendor call.
    void set_limit() const
    {
        if (wanted_)
            parts_.limit = std::min(method_.pagination.max_limit, missing());
    }

    /// Keeps what was asked for of an answer, and says whether it is the whole answer of the call.
    [[nodiscard]] bool is_whole(Result<Outcome>& answer) const
    {
        if (!answer)
            return !last_;
        narrow(fields_, *answer);
        if (answer->kind == Outcome::Kind::object && answer->body.size() > max_bytes_)
            add_note(*answer, fmt::format("This answer is large ({} bytes): ask for less of it with fields.",
                                          answer->body.size()));
        if (answer->kind != Outcome::Kind::list || !method_.paginated)
            return !last_;
        if (last_ || takes_pages_)
            return false;
        auto const count = static_cast<std::int64_t>(answer->page.count);
        return answer->page.items.size() <= max_bytes_ && count <= missing() &&
               (count == missing() || !leads_on(*answer));
    }

    /// Adds the records of a page, and says whether a further page is read.
    [[nodiscard]] bool add(Outcome page, Caller const& caller, accounts::CallableAccount const& account)
    {
        auto const room = static_cast<std::size_t>(missing());
        auto const of_page = page.page.count;
        auto const added = gathered_.add(page.page, room);
        vendor_time_ += page.vendor_time;
        last_ = std::move(page);
        bool const goes_on = leads_on(*last_) && missing() > 0 && added == of_page && !gathered_.is_full();
        if (added < of_page) {
            last_->next_cursor = caller.cursor_within(account, method_, parts_, last_->turn, added);
        } else if (last_->next_cursor && !seen_.insert(*last_->turn.next).second) {
            last_->next_cursor.reset();
            add_note(*last_, kEndlessNote);
        }
        if (added < std::min(of_page, room))
            add_note(*last_, fmt::format("The answer would be too large, so it ends after {} records: go on with "
                                         "next_cursor, or ask for less of each record with fields.",
                                         gathered_.count()));
        parts_.next_cursor = last_->next_cursor;
        return goes_on && last_->next_cursor;
    }

    /// The answer ends before the records that were wanted: the vendor gave something else than a page.
    void end_with(Result<Outcome> const& answer)
    {
        if (!answer)
            return;
        last_->limits = answer->limits;
        last_->windows = answer->windows;
    }

    [[nodiscard]] Outcome result() &&
    {
        std::move(gathered_).put_into(*last_);
        last_->vendor_time = vendor_time_;
        return *std::move(last_);
    }

private:
    /// How many records are still wanted.
    [[nodiscard]] std::int64_t missing() const { return wanted_.value_or(INT64_MAX) - gathered_.count(); }

    /// Whether a further page is read if records are missing. A call for one page takes what the vendor gives of it,
    /// unless it is the place in the list that makes the page small.
    [[nodiscard]] bool leads_on(Outcome const& page) const
    {
        return page.next_cursor && wanted_ && page.page.count > 0 && (takes_pages_ || !page.turn.is_short);
    }

    catalog::Method const& method_;
    catalog::CallParts& parts_;
    std::vector<std::string> fields_;
    bool takes_pages_;
    std::optional<std::int64_t> wanted_;
    std::size_t max_bytes_;
    Gathered gathered_;
    std::optional<Outcome> last_;
    std::chrono::microseconds vendor_time_{};
    std::set<std::string, std::less<>> seen_; ///< Positions of next pages.
};

} // namespace

bool takes_pages(catalog::Method const& method, catalog::CallParts const& parts)
{
    return wanted_of(method, parts).value_or(0) > method.pagination.max_limit;
}

Task<Result<Outcome>> call_pages(Caller& caller, accounts::CallableAccountPtr account, catalog::Method const& method,
                                 catalog::CallParts parts, Gathering gathering, Deadline deadline)
{
    Gatherer gatherer(method, parts, gathering.max_bytes);
    std::size_t calls = 1;
    for (;; ++calls) {
        gatherer.set_limit();
        auto answer = co_await caller.call(account, method, parts, gathering.through, deadline, gathering.requester);
        if (gatherer.is_whole(answer))
            co_return answer;
        if (!answer || answer->kind != Outcome::Kind::list) {
            gatherer.end_with(answer);
            break;
        }
        bool const goes_on = gatherer.add(*std::move(answer), caller, *account);
        bool const is_wanted = gathering.listener == nullptr || !gatherer.takes_many() ||
                               co_await gathering.listener->page(gatherer.count(), gatherer.wanted());
        if (!goes_on || !is_wanted || calls == kMostCalls)
            break;
    }
    auto outcome = std::move(gatherer).result();
    outcome.calls = calls;
    co_return outcome;
}

} // namespace sluice::proxy
