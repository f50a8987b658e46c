#pragma once

#include "bucket.hpp"
#include "faults.hpp"
#include "grants.hpp"
#include "simulated_clock.hpp"
#include "simulator/simulator.hpp"
#include "table.hpp"
#include "timers.hpp"
#include "webhooks.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::simulator {

/// Ids come from sequences shared by all accounts, and users and customers share one, as at the vendor.
class Sequences {
public:
    [[nodiscard]] Id next(std::string_view kind);

private:
    std::map<std::string, Id, std::less<>> last_;
};

/// Values of custom fields, by definition id.
using FieldValues = std::map<Id, json::value>;

/// `data` lacks what is shown of others: customer, assignees, tags, messages. 0 is nobody.
struct Ticket : Record {
    Id customer = 0;
    Id assignee_user = 0;
    Id assignee_team = 0;
    std::vector<Id> tags;
    FieldValues fields;
    std::vector<Id> messages;
};

/// `data` lacks sender, receiver and headers.
struct Message : Record {
    Id ticket = 0;
    Id sender = 0;
    Id receiver = 0;
    json::value headers;
};

struct Customer : Record {
    json::array channels;
    FieldValues fields;
    /// Data stored by HTTP integrations, by integration id; by apps, by client id.
    json::object integrations;
    json::object external_data;
    std::map<std::string, Timestamp> versions;
    std::vector<Id> tickets;
};

struct Integration : Record {
    json::object secret_headers;
    int failures_in_a_row = 0;
};

struct StoredFile {
    std::string content_type;
    std::string bytes;
    bool is_public = false;
};

struct Counters {
    std::uint64_t calls = 0;
    std::uint64_t throttled = 0;
    std::map<std::string, std::uint64_t> by_operation;
};

/// Everything one account holds. A plain aggregate: the rules are in the files of each resource family.
struct Account {
    Account(AccountConfig config, std::string public_url, Sequences& sequences, SimulatedClock const& clock);

    AccountConfig config;
    /// `https://acme.gorgias.com`
    std::string url;
    Sequences& sequences;
    SimulatedClock const& clock;

    Table<Record> settings{"type"};
    Table<Record> users{"created_datetime", "name", "email", "role.name"};
    Table<Record> teams{"created_datetime", "name"};
    Table<Record> tags{"created_datetime", "name", "usage,name"};
    Table<Record> custom_fields{"priority"};
    Table<Record> views{"created_datetime"};
    Table<Record> macros{"name", "created_datetime", "updated_datetime", "usage", "language"};
    Table<Record> rules{"created_datetime"};
    Table<Record> events{"created_datetime"};
    Table<Record> jobs{"created_datetime"};
    Table<Record> widgets{"created_datetime", "order"};
    Table<Record> surveys{"created_datetime"};
    Table<Record> voice_calls{"created_datetime"};
    Table<Record> voice_call_events{"created_datetime"};
    Table<Record> voice_call_recordings{"created_datetime"};
    Table<Integration> integrations{"created_datetime"};
    Table<Customer> customers{"created_datetime", "updated_datetime"};
    Table<Ticket> tickets{"created_datetime", "updated_datetime"};
    Table<Message> messages{"created_datetime"};

    /// `email dana@shopper.example` to the customer that has this channel.
    std::map<std::string, Id, std::less<>> customer_by_channel;
    std::map<Id, Id> merged_tickets;
    std::map<Id, Id> merged_customers;
    std::map<std::string, StoredFile, std::less<>> files;

    Id owner = 0; ///< The user the API key belongs to.
    Id bot = 0;

    Bucket key_bucket;
    Bucket oauth_bucket;
    Grants grants;
    Faults faults;
    Timers timers;
    Webhooks webhooks;
    Counters counters;
    /// Grows when a user, team, tag or customer changes: cached texts of tickets and messages show them.
    std::uint64_t shared_version = 1;

    [[nodiscard]] Timestamp now() const { return clock.now(); }
};

/// The survivor at the end of a chain of merges, or nothing if `id` was not merged.
[[nodiscard]] std::optional<Id> survivor_of(std::map<Id, Id> const& merged, Id id);

} // namespace sluice::simulator
