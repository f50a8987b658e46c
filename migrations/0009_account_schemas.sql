-- What an account itself decides about its tools: its custom fields, people and tags, as they were last read.
CREATE TABLE account_schemas (
    environment_id uuid NOT NULL,
    integrated_account_id uuid NOT NULL,
    records jsonb NOT NULL DEFAULT '{}',
    -- The newest change at the vendor that the records include.
    marker text NOT NULL DEFAULT '',
    -- Null: never read.
    loaded_at timestamptz,
    -- Vendor calls of late: a bucket that drains.
    spent double precision NOT NULL DEFAULT 0,
    spent_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, integrated_account_id),
    FOREIGN KEY (environment_id, integrated_account_id)
        REFERENCES integrated_accounts (environment_id, id) ON DELETE CASCADE
);
ALTER TABLE account_schemas ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_schemas FORCE ROW LEVEL SECURITY;
CREATE POLICY inside_environment ON account_schemas USING (environment_id = current_environment())
    WITH CHECK (environment_id = current_environment());
GRANT SELECT, INSERT, UPDATE, DELETE ON account_schemas TO sluice_app, sluice_worker;
-- Schemas are kept up to date for accounts that an MCP server shows.
GRANT SELECT ON mcp_servers TO sluice_worker;
