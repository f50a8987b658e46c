// What the serving roles may do in the database, down to the verb: what no statement of theirs needs is not theirs.
#include "support/database.hpp"

#include <gtest/gtest.h>

namespace sluice::store {
namespace {

// Tables, columns and functions with the rights that others than their owner have. Days of a history have none: they
// are reached through their table. Those of the call log are written directly, since COPY cannot go through a table
// with row-level security; they cannot be read so.
constexpr char kRights[] = R"(
WITH acls AS (
    SELECT DISTINCT regexp_replace(c.relname::text, '_[0-9]{8}$', '_DAY') AS name, c.relacl AS acl, c.relowner AS owner
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relacl IS NOT NULL
    UNION ALL
    SELECT c.relname || '.' || a.attname, a.attacl, c.relowner FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND a.attacl IS NOT NULL
    UNION ALL
    SELECT p.proname || '()', coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
), rights AS (
    SELECT name, CASE r.grantee WHEN 0 THEN 'everybody' ELSE substr(r.grantee::regrole::text, 8) END AS who,
        string_agg(lower(r.privilege_type), ' ' ORDER BY lower(r.privilege_type)) AS what
    FROM acls, aclexplode(acl) r WHERE r.grantee <> owner GROUP BY name, r.grantee
)
SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C") FROM (
    SELECT name || ': ' || string_agg(who || ' ' || what, ', ' ORDER BY who) AS line FROM rights GROUP BY name
) lines)";

// A right that is new here is one that a statement needs. A role reaches secret_hashes and team_secret_hashes by
// functions only, and nobody's rights write audit_log: record_audit does.
constexpr char kExpected[] = R"(account_schemas: app insert select update, worker insert select update
account_tokens: app delete insert select
add_secret(): app execute
add_team_secret(): app execute
api_tokens.addresses: app update
api_tokens.expires_at: app update
api_tokens.name: app update
api_tokens.scopes: app update
api_tokens: app delete insert select
audit_log: app select
begin_uninstalling(): app execute
call_log: app select, worker select
call_log_DAY: app insert, worker insert
call_log_bodies: app insert select, worker insert
call_log_hours: app select, worker delete insert select
call_log_rest: app insert, worker insert
connections: app delete insert select update, worker delete select update
count_accounts(): worker execute
count_secrets(): app execute
current_environment(): everybody execute
current_team(): everybody execute
data_keys: app insert select update, worker select
deliveries: app insert select, worker insert select update
delivery_attempts: app select, worker insert
delivery_positions: app usage, worker usage
documentation: app delete insert select update, worker select
end_secrets(): app execute
end_uninstalling(): worker execute
environment_integrations.app_refused_at: worker update
environment_integrations.app_retry_at: worker update
environment_integrations.app_worked_at: worker update
environment_integrations.last_error: worker update
environment_integrations: app insert select update, worker select
environment_quotas: app delete insert select update
environments.link_origins: app update
environments.log_bodies_hours: app update
environments.reconnect_url: app update
environments.structured_limits: app update
environments.theme: app update
environments: app insert select, worker select
events: app insert select, worker insert select
find_secret(): app execute
find_team_secret(): app execute
first_id(): everybody execute
forget_sign_ins(): worker execute
identity_providers: app delete insert select update
integrated_accounts: app delete insert select update, worker delete select update
integrations: app insert select update, worker select
jobs: app delete insert select update, worker delete insert select update
keep_history(): worker execute
key_checks: app insert select, worker insert select
keyed_requests: app delete insert select update, worker delete select
limit_counts: app delete insert select update
link_tokens: app delete insert select update, worker delete select update
mcp_servers: app delete insert select update, worker delete select
mcp_stream_messages: app delete insert select
mcp_streams: app delete insert select update
new_id(): everybody execute
record_audit(): app execute
recovery_codes: app delete insert select
remove_environment(): app execute
remove_integration(): app execute
remove_team(): app execute
replicas: app delete insert select update, worker delete insert select update
row_counts: app select
secret_end(): app execute, worker execute
sign_in_failures: app delete insert select update
team_data_keys.master_key_id: app update
team_data_keys.wrapped: app update
team_data_keys: app insert select
teams.name: app update
teams: app insert select
tell_live(): app execute, worker execute
token_key_checks: app insert select, worker insert select
user_identities: app delete insert select
user_links: app delete insert select
user_sessions.seen_at: app update
user_sessions: app delete insert select
users: app delete insert select update
webhooks: app delete insert select update, worker select update
write_calls: app delete insert select update, worker delete select)";

TEST(Rights, AreThoseThatTheStatementsNeed)
{
    test::Database const database;
    EXPECT_EQ(database.value(kRights), kExpected);
}

TEST(Rights, LetNoServingRoleMakeAnything)
{
    test::Database const database;
    // A copy of a database does not have its rights.
    auto const migrated = test::Database::template_name();
    for (auto const* role : {"sluice_app", "sluice_worker"}) {
        EXPECT_EQ(database.value(fmt::format("SELECT has_schema_privilege('{0}', 'public', 'create') OR "
                                             "has_database_privilege('{0}', '{1}', 'create') OR "
                                             "has_database_privilege('{0}', '{1}', 'temporary')",
                                             role, migrated)),
                  "f")
            << role;
        EXPECT_EQ(database.value(fmt::format("SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR "
                                             "rolbypassrls FROM pg_roles WHERE rolname = '{}'",
                                             role)),
                  "f")
            << role;
    }
}

} // namespace
} // namespace sluice::store
