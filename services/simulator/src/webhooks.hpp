#pragma once

#include "simulator/simulator.hpp"
#include "table.hpp"

#include "base/timestamp.hpp"

#include <map>
#include <string>
#include <vector>

namespace sluice::simulator {

struct Account;
struct Integration;

/// Something a webhook may be registered for.
struct Occurrence {
    Id event = 0;
    std::string type;
    std::string object_type;
    Id object = 0;
    Id user = 0;
    std::string context;
};

/// The webhook calls of one account: HTTP integrations with a trigger for what happened.
class Webhooks {
public:
    void note(Occurrence occurrence) { noted_.push_back(std::move(occurrence)); }
    void forget_noted() { noted_.clear(); }
    /// Renders the calls for what was noted. To be called once a request is done, so that they show its outcome.
    void flush(Account& account);

    [[nodiscard]] std::vector<Delivery> take_due(Timestamp now);
    void delivered(Account& account, std::string_view id, DeliveryOutcome const& outcome);
    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

private:
    struct Queued {
        Delivery delivery;
        Id integration = 0;
        Id customer = 0;
        std::size_t attempts = 0;
    };
    void queue_for(Account& account, Occurrence const& occurrence);
    void retry(Queued queued, Timestamp now);

    std::vector<Occurrence> noted_;
    std::multimap<Timestamp, Queued> queue_;
    std::map<std::string, Queued, std::less<>> in_flight_;
    std::uint64_t last_id_ = 0;
};

} // namespace sluice::simulator
