-- Installed integrations, accounts, documentation, MCP servers and the queue that ends them.

CREATE TABLE environment_integrations (
    environment_id uuid NOT NULL REFERENCES environments (id),
    id uuid NOT NULL,
    integration_id uuid NOT NULL REFERENCES integrations (id),
    override jsonb NOT NULL DEFAULT '{}',
    is_enabled boolean NOT NULL DEFAULT true,
    show_in_catalog boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, id),
    UNIQUE (environment_id, integration_id)
);

-- `context` is what may be shown; its secret paths are in `sealed`, under the data key `data_key_version`.
CREATE TABLE integrated_accounts (
    environment_id uuid NOT NULL,
    id uuid NOT NULL,
    environment_integration_id uuid NOT NULL,
    tenant_id text NOT NULL CHECK (length(tenant_id) BETWEEN 1 AND 200),
    status text NOT NULL
        CHECK (status IN ('connecting', 'active', 'post_install_error', 'validation_error', 'needs_reauth')),
    authentication_method text NOT NULL,
    region text,
    is_sandbox boolean NOT NULL DEFAULT false,
    is_blocked boolean NOT NULL DEFAULT false,
    context jsonb NOT NULL DEFAULT '{}',
    sealed bytea NOT NULL,
    data_key_version integer NOT NULL,
    -- Moves with every change of the credentials, so that a verdict on old ones does not hit new ones.
    generation bigint NOT NULL DEFAULT 1,
    last_error jsonb,
    last_forbidden_error jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, id),
    FOREIGN KEY (environment_id, environment_integration_id)
        REFERENCES environment_integrations (environment_id, id) ON DELETE CASCADE,
    FOREIGN KEY (environment_id, data_key_version) REFERENCES data_keys (environment_id, version)
);
CREATE INDEX integrated_accounts_by_tenant ON integrated_accounts (environment_id, tenant_id);
CREATE INDEX integrated_accounts_by_integration ON integrated_accounts (environment_id, environment_integration_id);

CREATE TABLE documentation (
    environment_id uuid NOT NULL REFERENCES environments (id),
    id uuid NOT NULL,
    entity_type text NOT NULL CHECK (entity_type IN ('integration', 'environment_integration')),
    entity_id uuid NOT NULL,
    resource text NOT NULL,
    method text NOT NULL,
    type text NOT NULL CHECK (type IN ('description', 'query_schema', 'body_schema', 'response_schema', 'readme', 'note',
                                       'end_user_guide', 'name')),
    format text NOT NULL CHECK (format IN ('text', 'markdown', 'json')),
    value text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, id),
    UNIQUE (environment_id, entity_type, entity_id, resource, method, type)
);

CREATE TABLE mcp_servers (
    environment_id uuid NOT NULL,
    id uuid NOT NULL,
    integrated_account_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    config jsonb NOT NULL,
    created_by text NOT NULL,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, id),
    FOREIGN KEY (environment_id, integrated_account_id)
        REFERENCES integrated_accounts (environment_id, id) ON DELETE CASCADE
);
CREATE INDEX mcp_servers_by_account ON mcp_servers (environment_id, integrated_account_id);

-- Queue table: what is due, and who is at it. Nothing worth reading, so no row-level security. ------------------------
CREATE TABLE jobs (
    partition smallint NOT NULL,
    kind text NOT NULL,
    environment_id uuid NOT NULL,
    id uuid NOT NULL,
    due timestamptz NOT NULL,
    lease_until timestamptz,
    PRIMARY KEY (partition, kind, environment_id, id)
);
CREATE INDEX jobs_due ON jobs (partition, kind, due);

-- A row that goes takes its secret and its job with it, whichever statement or cascade removed it.
CREATE FUNCTION forget_secret_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM secret_hashes WHERE environment_id = OLD.environment_id AND owner_id = OLD.id;
    RETURN OLD;
END $$;
CREATE TRIGGER forget_secrets AFTER DELETE ON mcp_servers FOR EACH ROW EXECUTE FUNCTION forget_secret_owner();
CREATE TRIGGER forget_secrets AFTER DELETE ON api_tokens FOR EACH ROW EXECUTE FUNCTION forget_secret_owner();

-- Row-level security ----------------------------------------------------------------------------------------------

DO $$
DECLARE
    environment_table text;
BEGIN
    FOREACH environment_table IN ARRAY ARRAY['data_keys', 'api_tokens', 'environment_integrations',
                                             'integrated_accounts', 'documentation', 'mcp_servers']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', environment_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', environment_table);
        EXECUTE format('CREATE POLICY inside_environment ON %I USING (environment_id = current_environment()) '
                       'WITH CHECK (environment_id = current_environment())', environment_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO sluice_app', environment_table);
    END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION find_secret, add_secret FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_secret, add_secret TO sluice_app;
GRANT SELECT, INSERT ON teams, environments, key_checks TO sluice_app;
GRANT SELECT, INSERT, UPDATE ON integrations TO sluice_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO sluice_app, sluice_worker;
GRANT SELECT, DELETE ON mcp_servers TO sluice_worker;
GRANT SELECT ON key_checks, environments TO sluice_worker;
