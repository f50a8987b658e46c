#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "jobs/queue.hpp"
#include "proxy/vendor_calls.hpp"
#include "tenancy/actor.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace sluice::toolcalls {

/// What is known of an account's own part of its tools.
struct AccountSchema {
    json::object records; ///< The records that `tools::kept_records` gives, by source.
    std::string marker;   ///< Identifies the vendor's newest change that the records contain.
    std::optional<Timestamp> loaded_at;
};

/// The job that renews this for an account whose tools an MCP server shows. The job's id is the account's.
inline constexpr jobs::Kind kSchemaJob{"account_schema"};

/// Every function works inside one environment: rows of others are not_found. Every function may answer unavailable.
/// Thread-safe.
class SchemaRepository {
public:
    virtual ~SchemaRepository() = default;
    /// Gives an empty schema if nothing is known yet.
    virtual Task<Result<AccountSchema>> find(EnvironmentId environment, IntegratedAccountId account,
                                             Deadline deadline) = 0;
    /// Takes `calls` vendor calls from a bucket that all replicas share. The bucket holds a quarter of `per_hour` and
    /// fills evenly, so that no hour has more than `per_hour`. Errors: rate_limited if the bucket has too few.
    virtual Task<Result<void>> spend(EnvironmentId environment, IntegratedAccountId account, int calls, int per_hour,
                                     Deadline deadline) = 0;
    /// Stores the schema, and says whether its records changed. If somebody asked for it, the audit log has who.
    virtual Task<Result<bool>> store(EnvironmentId environment, IntegratedAccountId account, AccountSchema schema,
                                     std::optional<tenancy::Author> author, Deadline deadline) = 0;
    /// Whether an MCP server shows the account's tools.
    virtual Task<Result<bool>> is_shown(EnvironmentId environment, IntegratedAccountId account, Deadline deadline) = 0;
};

/// Asks the vendor for each account's own part of the tools: its custom fields, people, tags. The list of tools never
/// waits for this: it shows what was read last, and before that the definition alone. One per I/O thread.
class AccountSchemas {
public:
    enum class When {
        missing, ///< Only if nothing is known yet.
        due,     ///< If what is known is too old, or the vendor tells of a change.
        now      ///< In any case.
    };
    struct Update {
        AccountSchema schema;
        bool is_changed = false;
    };

    /// All must outlive it.
    AccountSchemas(SchemaRepository& repository, proxy::VendorCalls& vendor, Clock const& clock);

    /// Reads what `when` asks for and stores it. If the vendor does not answer, what was known stays. A source that the
    /// account may not read is empty. Errors: those of `VendorCalls::list`; rate_limited if the account's share of
    /// calls is spent; unavailable. `author`: who asks, for the audit log; nothing for what Sluice does by itself. An
    /// account without sources has nothing to read, and no entry.
    Task<Result<Update>> update(accounts::CallableAccountPtr account, When when, std::optional<tenancy::Author> author,
                                Deadline deadline);

private:
    Task<Result<std::string>> marker_of(accounts::CallableAccountPtr account, Deadline deadline);
    Task<Result<void>> load(accounts::CallableAccountPtr account, std::size_t position, json::object& records,
                            Deadline deadline);

    SchemaRepository& repository_;
    proxy::VendorCalls& vendor_;
    Clock const& clock_;
};

} // namespace sluice::toolcalls
