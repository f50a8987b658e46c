#pragma once

#include "events/destination.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::test {

/// Destinations in memory.
class FakeDestinations final : public events::DestinationRepository {
public:
    Task<Result<events::Destination>> create(events::Destination destination, Secret url, tenancy::Author author,
                                             Deadline) override
    {
        authors.push_back(std::move(author));
        destination.id = NotificationDestinationId{Uuid{static_cast<std::uint8_t>(rows.size() + 1)}};
        urls[destination.id] = url.reveal();
        co_return rows[destination.id] = destination;
    }
    Task<Result<events::Destination>> find(EnvironmentId environment, NotificationDestinationId id, Deadline) override
    {
        auto const row = rows.find(id);
        if (row == rows.end() || row->second.environment != environment)
            co_return Error{ErrorCode::not_found, "There is no such notification destination."};
        co_return row->second;
    }
    Task<Result<tenancy::Page<events::Destination>>> list(EnvironmentId, tenancy::ListQuery, Deadline) override
    {
        co_return tenancy::Page<events::Destination>{};
    }
    Task<Result<events::Destination>> update(events::Destination destination, std::optional<Secret> url,
                                             tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        if (url)
            urls[destination.id] = url->reveal();
        co_return rows[destination.id] = destination;
    }
    Task<Result<void>> remove(EnvironmentId, NotificationDestinationId, tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        co_return Result<void>{};
    }
    Task<Result<events::DeliveryState>> load_test(EnvironmentId environment, NotificationDestinationId id,
                                                  tenancy::Author author, Deadline deadline) override
    {
        authors.push_back(std::move(author));
        auto const found = co_await find(environment, id, deadline);
        if (!found)
            co_return found.error();
        events::DeliveryState state;
        state.event.environment = environment;
        state.event.type = "test";
        state.webhook.environment = environment;
        state.webhook.kind = found->kind;
        state.webhook.target_url = found->masked_url;
        state.secrets = {Secret{urls.at(id)}};
        co_return state;
    }
    Task<Result<void>> record_works(EnvironmentId, NotificationDestinationId, Deadline) override
    {
        ++works;
        co_return Result<void>{};
    }
    Task<Result<tenancy::Page<events::AttemptEntry>>> log(EnvironmentId, tenancy::ListQuery, Deadline) override
    {
        co_return tenancy::Page<events::AttemptEntry>{};
    }

    std::map<NotificationDestinationId, events::Destination> rows;
    std::map<NotificationDestinationId, std::string> urls;
    std::vector<tenancy::Author> authors; ///< Of the changes, in order.
    int works = 0;
};

} // namespace sluice::test
