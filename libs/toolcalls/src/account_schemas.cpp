#include "toolcalls/account_schemas.hpp"
#include "tools/overlay.hpp"

#include <algorithm>
#include <vector>

namespace sluice::toolcalls {
namespace {

using catalog::DynamicSource;

bool is_due(AccountSchema const& known, catalog::Dynamic const& dynamic, Timestamp now)
{
    return !known.loaded_at || *known.loaded_at + dynamic.lifetime <= now;
}

/// The positions of all sources, or only of those that the vendor's list of changes covers.
std::vector<std::size_t> positions_of(catalog::Dynamic const& dynamic, bool only_changes)
{
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < dynamic.sources.size(); ++i)
        if (!only_changes ||
            std::ranges::find(dynamic.changes->sources, dynamic.sources[i].name) != dynamic.changes->sources.end())
            positions.push_back(i);
    return positions;
}

} // namespace

AccountSchemas::AccountSchemas(SchemaRepository& repository, proxy::VendorCalls& vendor, Clock const& clock)
    : repository_(repository)
    , vendor_(vendor)
    , clock_(clock)
{
}

Task<Result<AccountSchemas::Update>> AccountSchemas::update(accounts::CallableAccountPtr account, When when,
                                                            std::optional<tenancy::Author> author, Deadline deadline)
{
    auto const& dynamic = account->installed->integration->dynamic;
    if (dynamic.sources.empty())
        co_return Update{};
    auto const environment = account->account.environment;
    auto const id = account->account.id;
    auto known = co_await repository_.find(environment, id, deadline);
    if (!known)
        co_return known.error();
    bool const is_whole = when == When::now || is_due(*known, dynamic, clock_.now());
    if (when == When::missing ? known->loaded_at.has_value() : !is_whole && !dynamic.changes)
        co_return Update{*std::move(known), false};

    auto const positions = positions_of(dynamic, !is_whole);
    auto const spend = [&](std::size_t calls) {
        return repository_.spend(environment, id, static_cast<int>(calls), dynamic.calls_per_hour, deadline);
    };
    auto next = *known;
    if (auto const may = co_await spend(is_whole ? positions.size() + (dynamic.changes ? 1 : 0) : 1); !may)
        co_return may.error();
    // The marker is read before the sources. So a change during the reads is noticed at the next look.
    if (dynamic.changes) {
        auto marker = co_await marker_of(account, deadline);
        if (!marker)
            co_return marker.error();
        if (!is_whole && *marker == known->marker)
            co_return Update{*std::move(known), false};
        next.marker = *std::move(marker);
    }
    if (!is_whole)
        if (auto const may = co_await spend(positions.size()); !may)
            co_return may.error();
    for (auto const position : positions)
        if (auto const loaded = co_await load(account, position, next.records, deadline); !loaded)
            co_return loaded.error();
    if (is_whole)
        next.loaded_at = clock_.now();
    auto const changed = co_await repository_.store(environment, id, next, std::move(author), deadline);
    if (!changed)
        co_return changed.error();
    co_return Update{std::move(next), *changed};
}

Task<Result<std::string>> AccountSchemas::marker_of(accounts::CallableAccountPtr account, Deadline deadline)
{
    auto const& changes = *account->installed->integration->dynamic.changes;
    auto const newest = co_await vendor_.list(account, changes.call, 1, deadline);
    if (!newest && newest.error().code() != ErrorCode::forbidden)
        co_return newest.error();
    auto const* marker =
        newest && !newest->items.empty() ? json::find_path(newest->items.front(), changes.marker) : nullptr;
    co_return marker != nullptr ? boost::json::serialize(*marker) : std::string();
}

Task<Result<void>> AccountSchemas::load(accounts::CallableAccountPtr account, std::size_t position,
                                        json::object& records, Deadline deadline)
{
    auto const& source = account->installed->integration->dynamic.sources[position];
    auto const listed = co_await vendor_.list(account, source.call, DynamicSource::kMostRecords, deadline);
    if (!listed && listed.error().code() != ErrorCode::forbidden)
        co_return listed.error();
    bool const is_shown = listed && listed->is_whole;
    records[source.name] = is_shown ? tools::kept_records(source, listed->items) : json::array{};
    co_return Result<void>{};
}

} // namespace sluice::toolcalls
