#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "jobs/queue.hpp"
#include "proxy/vendor_calls.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace sluice::toolcalls {

/// What is known of an account's own part of its tools.
struct AccountSchema {
    json::object records; ///< By source, as `tools::kept_records` gives them.
    std::string marker;   ///< Of the newest change at the vendor that is in them.
    std::optional<Timestamp> loaded_at;
};

/// The job of an account whose tools an MCP server shows: its id is the account's.
inline constexpr jobs::Kind kSchemaJob{"account_schema"};

/// Inside the environment given; what lies outside is not_found. All may answer unavailable.
class SchemaRepository {
public:
    virtual ~SchemaRepository() = default;
    /// Nothing known is an empty schema.
    virtual Task<Result<AccountSchema>> find(EnvironmentId environment, IntegratedAccountId account,
                                             Deadline deadline) = 0;
    /// Takes `calls` vendor calls out of a bucket that all replicas share: of `per_hour`, a quarter at once and the
    /// rest evenly, so that no hour has more. Errors: rate_limited if it has not enough.
    virtual Task<Result<void>> spend(EnvironmentId environment, IntegratedAccountId account, int calls, int per_hour,
                                     Deadline deadline) = 0;
    /// Whether its records changed.
    virtual Task<Result<bool>> store(EnvironmentId environment, IntegratedAccountId account, AccountSchema schema,
                                     Deadline deadline) = 0;
    /// Whether an MCP server shows the account's tools.
    virtual Task<Result<bool>> is_shown(EnvironmentId environment, IntegratedAccountId account, Deadline deadline) = 0;
};

/// Asks accounts about themselves. The tool list never waits for it: it shows what was read last, and before that the
/// definition alone. One per I/O thread.
class AccountSchemas {
public:
    enum class When {
        missing, ///< Only if nothing is known yet.
        due,     ///< If it is too old, or the vendor tells of a change.
        now      ///< In any case.
    };
    struct Update {
        AccountSchema schema;
        bool is_changed = false;
    };

    /// All must outlive it.
    AccountSchemas(SchemaRepository& repository, proxy::VendorCalls& vendor, Clock const& clock);

    /// What was known stays if the vendor does not answer. A source that the account may not read is empty. Errors:
    /// those of VendorCalls::list; rate_limited if the account's share of calls is spent.
    Task<Result<Update>> update(accounts::CallableAccountPtr account, When when, Deadline deadline);

private:
    Task<Result<std::string>> marker_of(accounts::CallableAccountPtr account, Deadline deadline);
    Task<Result<void>> load(accounts::CallableAccountPtr account, std::size_t position, json::object& records,
                            Deadline deadline);

    SchemaRepository& repository_;
    proxy::VendorCalls& vendor_;
    Clock const& clock_;
};

} // namespace sluice::toolcalls
