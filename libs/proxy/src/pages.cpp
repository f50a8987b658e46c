#include "proxy/pages.hpp"

#include <algorithm>

namespace sluice::proxy {
namespace {

std::int64_t wanted_of(catalog::Method const& method, catalog::CallParts const& parts)
{
    return parts.limit.value_or(method.pagination.default_limit);
}

/// The items of several pages as one array.
class Gathered {
public:
    void add(PageText const& page)
    {
        if (page.count == 0)
            return;
        text_ += count_ == 0 ? '[' : ',';
        text_ += page.items.substr(1, page.items.size() - 2);
        count_ += page.count;
    }
    [[nodiscard]] std::int64_t count() const noexcept { return static_cast<std::int64_t>(count_); }

    /// Everything in place of the last page's own items.
    void put_into(Outcome& outcome) &&
    {
        text_ += count_ == 0 ? "[]" : "]";
        outcome.body = std::move(text_);
        outcome.page.items = outcome.body;
        outcome.page.count = count_;
    }

private:
    std::string text_;
    std::size_t count_ = 0;
};

} // namespace

bool takes_pages(catalog::Method const& method, catalog::CallParts const& parts)
{
    return method.paginated && wanted_of(method, parts) > method.pagination.max_limit;
}

Task<Result<Outcome>> call_pages(Caller& caller, accounts::ConnectedPtr account, catalog::Method const& method,
                                 catalog::CallParts parts, PageListener* listener, Deadline deadline)
{
    if (!takes_pages(method, parts))
        co_return co_await caller.call(account, method, std::move(parts), nullptr, deadline);
    auto const wanted = wanted_of(method, parts);
    Gathered gathered;
    std::optional<Outcome> last;
    std::chrono::microseconds vendor_time{};
    for (;;) {
        parts.limit = std::min(method.pagination.max_limit, wanted - gathered.count());
        auto next = co_await caller.call(account, method, parts, nullptr, deadline);
        if (!next || next->kind != Outcome::Kind::list) {
            if (!last)
                co_return next;
            if (next)
                last->limits = next->limits;
            break;
        }
        gathered.add(next->page);
        vendor_time += next->vendor_time;
        bool const is_empty = next->page.count == 0;
        last = *std::move(next);
        bool const is_wanted = listener == nullptr || co_await listener->page(gathered.count(), wanted);
        if (!last->next_cursor || is_empty || gathered.count() >= wanted || !is_wanted)
            break;
        parts.next_cursor = last->next_cursor;
    }
    std::move(gathered).put_into(*last);
    last->vendor_time = vendor_time;
    co_return *std::move(last);
}

} // namespace sluice::proxy
