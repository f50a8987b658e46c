#include "proxy/pages.hpp"

#include "proxy/parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace sluice::proxy {
namespace {

/// The most member names in the note about a missing member.
constexpr std::size_t kMostNames = 40;

std::int64_t wanted_of(catalog::Method const& method, catalog::CallParts const& parts)
{
    return parts.limit.value_or(method.pagination.default_limit);
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
        outcome.note += (outcome.note.empty() ? "" : " ") + note_of(projection);
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

    /// Adds a page, and says how many of its records fitted.
    std::size_t add(PageText const& page)
    {
        if (page.count == 0)
            return 0;
        if (text_.size() + page.items.size() <= max_bytes_) {
            append(page.items.substr(1, page.items.size() - 2), page.count);
            return page.count;
        }
        std::size_t added = 0;
        for (auto const& record : split_records(std::string(page.items))) {
            if (count_ > 0 && text_.size() + record.size() + 2 > max_bytes_)
                break;
            append(record, 1);
            ++added;
        }
        return added;
    }
    [[nodiscard]] std::int64_t count() const noexcept { return static_cast<std::int64_t>(count_); }
    [[nodiscard]] bool is_full() const noexcept { return text_.size() >= max_bytes_; }

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

} // namespace

bool takes_pages(catalog::Method const& method, catalog::CallParts const& parts)
{
    return method.paginated && wanted_of(method, parts) > method.pagination.max_limit;
}

Task<Result<Outcome>> call_pages(Caller& caller, accounts::CallableAccountPtr account, catalog::Method const& method,
                                 catalog::CallParts parts, Gathering gathering, Deadline deadline)
{
    auto const fields = std::move(parts.fields);
    bool const is_single = !takes_pages(method, parts);
    auto const wanted = wanted_of(method, parts);
    Gathered gathered(gathering.max_bytes);
    std::optional<Outcome> last;
    std::chrono::microseconds vendor_time{};
    std::set<std::string, std::less<>> seen;
    for (;;) {
        if (!is_single)
            parts.limit = std::min(method.pagination.max_limit, wanted - gathered.count());
        auto next = co_await caller.call(account, method, parts, nullptr, deadline, gathering.waiter);
        if (next)
            narrow(fields, *next);
        if (next && next->kind == Outcome::Kind::object && next->body.size() > gathering.max_bytes)
            next->note += fmt::format("{}This answer is large ({} bytes): ask for less of it with fields.",
                                      next->note.empty() ? "" : " ", next->body.size());
        if (!next || next->kind != Outcome::Kind::list || !method.paginated) {
            if (!last)
                co_return next;
            if (next)
                last->limits = next->limits;
            break;
        }
        if (is_single && next->page.items.size() <= gathering.max_bytes)
            co_return next;
        auto const of_page = next->page.count;
        auto const added = gathered.add(next->page);
        vendor_time += next->vendor_time;
        last = *std::move(next);
        bool const is_wanted =
            gathering.listener == nullptr || co_await gathering.listener->page(gathered.count(), wanted);
        if (added < of_page) {
            last->next_cursor = caller.cursor_within(*account, method, parts, added);
            last->note += fmt::format("{}The answer would be too large, so it ends after {} records: go on with "
                                      "next_cursor, or ask for less of each record with fields.",
                                      last->note.empty() ? "" : " ", gathered.count());
            break;
        }
        if (last->next_cursor && !seen.insert(*last->page.next).second) {
            last->next_cursor.reset();
            last->note += fmt::format("{}{}", last->note.empty() ? "" : " ", kEndlessNote);
        }
        if (is_single || !last->next_cursor || of_page == 0 || gathered.count() >= wanted || gathered.is_full() ||
            !is_wanted)
            break;
        parts.next_cursor = last->next_cursor;
    }
    std::move(gathered).put_into(*last);
    last->vendor_time = vendor_time;
    co_return *std::move(last);
}

} // namespace sluice::proxy
