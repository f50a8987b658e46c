#pragma once

#include "accounts/integrations.hpp"
#include "jobs/queue.hpp"
#include "toolcalls/account_schemas.hpp"

#include <chrono>

namespace sluice::toolcalls {

/// Keeps an account's own part of the tools up to date, as long as an MCP server shows them. One per I/O thread.
class SchemaJob {
public:
    /// All must outlive it. `interval` is the time between two looks.
    SchemaJob(accounts::AccountRepository& accounts, SchemaRepository& repository, accounts::Integrations& integrations,
              AccountSchemas& schemas, Clock const& clock, std::chrono::milliseconds interval);

    /// Says when the job is due again, or nothing if no MCP server shows the tools any more. After an error (the
    /// database is down, the definition does not compile) the job is tried again.
    Task<Result<jobs::Next>> run(jobs::Job job);

private:
    accounts::AccountRepository& accounts_;
    SchemaRepository& repository_;
    accounts::Integrations& integrations_;
    AccountSchemas& schemas_;
    Clock const& clock_;
    std::chrono::milliseconds const interval_;
};

} // namespace sluice::toolcalls
