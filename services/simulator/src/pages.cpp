#include "pages.hpp"

#include "base/encoding.hpp"
#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

/// Collects one row more than wanted, to know whether there are more.
class Walk {
public:
    Walk(Predicate const& filter, std::size_t limit)
        : filter_(filter)
        , limit_(limit)
    {
    }
    /// False: enough.
    bool visit(Position const& position)
    {
        if (!filter_ || filter_(*position.record))
            found_.push_back(&position);
        return found_.size() <= limit_;
    }
    [[nodiscard]] bool has_more() const { return found_.size() > limit_; }
    std::vector<Position const*> take()
    {
        if (has_more())
            found_.pop_back();
        return std::move(found_);
    }

private:
    Predicate const& filter_;
    std::size_t limit_;
    std::vector<Position const*> found_;
};

void walk_up(Index const& index, std::optional<Position> const& after, Walk& walk)
{
    auto at = after ? index.upper_bound(*after) : index.begin();
    while (at != index.end() && walk.visit(*at))
        ++at;
}

void walk_down(Index const& index, std::optional<Position> const& before, Walk& walk)
{
    auto at = before ? index.lower_bound(*before) : index.end();
    while (at != index.begin() && walk.visit(*--at)) {
    }
}

} // namespace

std::string Cursor::str() const
{
    std::string text = forward ? "[\"next\", " : "[\"prev\", ";
    json::append_quoted(text, value);
    text += ", " + std::to_string(id) + ']';
    return base64(bytes_of(text));
}

std::optional<Cursor> Cursor::parse(std::string_view text)
{
    auto const bytes = base64_decode(text);
    if (!bytes)
        return std::nullopt;
    auto const parsed = json::parse(text_of(*bytes), {.max_bytes = 4096, .max_depth = 2});
    auto const* parts = parsed ? parsed->if_array() : nullptr;
    if (parts == nullptr || parts->size() != 3 || !(*parts)[0].is_string() || !(*parts)[1].is_string() ||
        !(*parts)[2].is_int64())
        return std::nullopt;
    std::string_view const direction = (*parts)[0].get_string();
    if (direction != "next" && direction != "prev")
        return std::nullopt;
    return Cursor{direction == "next", std::string((*parts)[1].get_string()), (*parts)[2].get_int64()};
}

Order Order::parse(std::string_view text)
{
    Order order;
    std::vector<std::string> fields;
    for (auto const part : split(text, ',')) {
        auto const colon = part.find(':');
        fields.emplace_back(part.substr(0, colon));
        order.descending = colon != std::string_view::npos && part.substr(colon) == ":desc";
    }
    order.field = join(fields, ",");
    return order;
}

Page page_of(Index const& index, PageRequest const& wanted, Predicate const& filter)
{
    bool const forward = !wanted.cursor || wanted.cursor->forward;
    std::optional<Position> from;
    if (wanted.cursor)
        from = Position{wanted.cursor->value, wanted.cursor->id, nullptr};
    Walk walk(filter, wanted.limit);
    if (forward != wanted.descending)
        walk_up(index, from, walk);
    else
        walk_down(index, from, walk);

    bool const more = walk.has_more();
    auto found = walk.take();
    if (!forward)
        std::ranges::reverse(found);
    Page page;
    for (auto const* position : found)
        page.rows.push_back(position->record);
    if (!found.empty() && (forward ? more : true))
        page.next = Cursor{true, found.back()->key, found.back()->id};
    if (!found.empty() && (forward ? wanted.cursor.has_value() : more))
        page.prev = Cursor{false, found.front()->key, found.front()->id};
    return page;
}

} // namespace sluice::simulator
