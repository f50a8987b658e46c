#pragma once

namespace sluice::store {

/// Where the numbers that quotas are checked by differ from the rows, in a text; empty: nowhere.
inline constexpr char kMiscounted[] = R"(
WITH counted AS (
    SELECT environment_id, 'accounts' AS kind, count(*) AS rows FROM integrated_accounts GROUP BY 1
    UNION ALL SELECT environment_id, 'mcp_servers', count(*) FROM mcp_servers GROUP BY 1
    UNION ALL SELECT environment_id, 'webhooks', count(*) FROM webhooks WHERE kind = 'webhook' GROUP BY 1
    UNION ALL SELECT environment_id, 'notification_destinations', count(*) FROM webhooks WHERE kind <> 'webhook' GROUP BY 1
    UNION ALL SELECT environment_id, 'documents', count(*) FROM documentation GROUP BY 1
    UNION ALL SELECT environment_id, 'link_tokens', count(*) FROM link_tokens GROUP BY 1
    UNION ALL SELECT environment_id, 'connections', count(*) FROM connections GROUP BY 1
    UNION ALL SELECT environment_id, 'account_tokens', count(*) FROM account_tokens GROUP BY 1
    UNION ALL SELECT environment_id, 'api_tokens', count(*) FROM api_tokens GROUP BY 1
    UNION ALL SELECT environment_id, 'approvals', count(*) FROM write_calls WHERE state = 'pending' GROUP BY 1
    UNION ALL SELECT environment_id, 'write_calls', count(*) FROM write_calls GROUP BY 1
    UNION ALL SELECT environment_id, 'keyed_requests', count(*) FROM keyed_requests GROUP BY 1
    UNION ALL SELECT environment_id, 'streams', count(*) FROM mcp_streams WHERE environment_id IS NOT NULL GROUP BY 1
), kept AS (
    SELECT environment_id, kind, sum(rows) AS rows FROM row_counts GROUP BY 1, 2 HAVING sum(rows) <> 0
)
SELECT coalesce(string_agg(format('%s: %s instead of %s', kind, k.rows, c.rows), '; '), '')
FROM counted c FULL JOIN kept k USING (environment_id, kind) WHERE c.rows IS DISTINCT FROM k.rows)";

} // namespace sluice::store
