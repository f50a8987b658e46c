-- Calls that are remembered because their MCP server asks for it: they wait for approval, or are made only once within a
-- time. One row for the same server, account, tool and arguments.
CREATE TABLE write_calls (
    environment_id uuid NOT NULL,
    mcp_server_id uuid NOT NULL,
    -- Keyed: of account, tool and arguments.
    digest bytea NOT NULL,
    id uuid NOT NULL,
    integrated_account_id uuid NOT NULL,
    tool text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'approved', 'declined', 'running', 'done')),
    -- Sealed under the data key: what is to be approved, and what came of it.
    request bytea,
    answer bytea,
    data_key_version integer,
    decided_by text,
    decided_at timestamptz,
    -- Of an approval that may be used again as the call had no effect.
    approved_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (environment_id, mcp_server_id, digest),
    UNIQUE (environment_id, id),
    FOREIGN KEY (environment_id, mcp_server_id) REFERENCES mcp_servers (environment_id, id) ON DELETE CASCADE,
    FOREIGN KEY (environment_id, integrated_account_id)
        REFERENCES integrated_accounts (environment_id, id) ON DELETE CASCADE,
    FOREIGN KEY (environment_id, data_key_version) REFERENCES data_keys (environment_id, version)
);
CREATE INDEX write_calls_ended ON write_calls (environment_id, ends_at);
ALTER TABLE write_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE write_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY inside_environment ON write_calls USING (environment_id = current_environment())
    WITH CHECK (environment_id = current_environment());
GRANT SELECT, INSERT, UPDATE, DELETE ON write_calls TO sluice_app;
GRANT SELECT, DELETE ON write_calls TO sluice_worker;
