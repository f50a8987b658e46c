-- An MCP server may belong to a tenant instead of one account: then it shows the accounts that the tenant has.
ALTER TABLE mcp_servers ALTER COLUMN integrated_account_id DROP NOT NULL;
ALTER TABLE mcp_servers ADD COLUMN tenant_id text CHECK (length(tenant_id) BETWEEN 1 AND 200);
-- Names; empty: accounts of all.
ALTER TABLE mcp_servers ADD COLUMN integrations text[] NOT NULL DEFAULT '{}';
ALTER TABLE mcp_servers ADD CONSTRAINT mcp_servers_one_owner CHECK (num_nonnulls(integrated_account_id, tenant_id) = 1);
CREATE INDEX mcp_servers_by_tenant ON mcp_servers (environment_id, tenant_id) WHERE tenant_id IS NOT NULL;

-- Accounts whose servers were made before their schemas were kept up to date get the job that does it.
INSERT INTO jobs (partition, kind, environment_id, id, due)
SELECT DISTINCT get_byte(uuid_send(integrated_account_id), 15) % 16, 'account_schema', environment_id,
    integrated_account_id, now()
FROM mcp_servers WHERE integrated_account_id IS NOT NULL
ON CONFLICT DO NOTHING;
