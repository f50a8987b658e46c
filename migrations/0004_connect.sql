-- How customers connect their accounts: link tokens, and the connections that are made with them.

-- What the Link UI shows of who asks: {"name", "logo_url", "color"}.
ALTER TABLE environments ADD COLUMN theme jsonb NOT NULL DEFAULT '{}';
GRANT UPDATE (theme) ON environments TO sluice_app;

ALTER TABLE secret_hashes DROP CONSTRAINT secret_hashes_kind_check;
ALTER TABLE secret_hashes
    ADD CONSTRAINT secret_hashes_kind_check CHECK (kind IN ('api', 'mcp', 'link', 'account', 'state'));

CREATE TABLE link_tokens (
    environment_id uuid NOT NULL REFERENCES environments (id),
    id uuid NOT NULL,
    tenant_id text NOT NULL CHECK (length(tenant_id) BETWEEN 1 AND 200),
    -- The account to reconnect; or the one this token made, so that a second attempt does not make another.
    integrated_account_id uuid,
    is_reconnect boolean NOT NULL DEFAULT false,
    persist_previous_context boolean NOT NULL DEFAULT false,
    integration text, -- the only one to offer
    scopes jsonb,
    redirect_uri text,
    region text,
    sealed bytea NOT NULL, -- the context it brings
    data_key_version integer NOT NULL,
    browser bytea, -- a digest of the cookie of the browser that went to the vendor with it
    used_at timestamptz,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, id),
    FOREIGN KEY (environment_id, data_key_version) REFERENCES data_keys (environment_id, version)
);

-- One attempt to connect by way of the vendor's page. `exchanging` begins before the vendor's code is used and ends with
-- the tokens stored: a connection found in it was cut off there, and its account does not exist.
CREATE TABLE connections (
    environment_id uuid NOT NULL REFERENCES environments (id),
    id uuid NOT NULL,
    link_token_id uuid,
    tenant_id text NOT NULL CHECK (length(tenant_id) BETWEEN 1 AND 200),
    integrated_account_id uuid,
    is_reconnect boolean NOT NULL DEFAULT false,
    persist_previous_context boolean NOT NULL DEFAULT false,
    environment_integration_id uuid NOT NULL,
    authentication_method text NOT NULL,
    region text,
    redirect_uri text,
    status text NOT NULL CHECK (status IN ('initiated', 'exchanging', 'validating', 'active', 'failed')),
    error jsonb,
    sealed bytea NOT NULL, -- context, PKCE verifier, nonce
    data_key_version integer NOT NULL,
    browser bytea,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, id),
    FOREIGN KEY (environment_id, environment_integration_id)
        REFERENCES environment_integrations (environment_id, id) ON DELETE CASCADE,
    FOREIGN KEY (environment_id, data_key_version) REFERENCES data_keys (environment_id, version)
);

CREATE TRIGGER forget_secrets AFTER DELETE ON link_tokens FOR EACH ROW EXECUTE FUNCTION forget_secret_owner();
CREATE TRIGGER forget_secrets AFTER DELETE ON connections FOR EACH ROW EXECUTE FUNCTION forget_secret_owner();

DO $$
DECLARE
    environment_table text;
BEGIN
    FOREACH environment_table IN ARRAY ARRAY['link_tokens', 'connections']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', environment_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', environment_table);
        EXECUTE format('CREATE POLICY inside_environment ON %I USING (environment_id = current_environment()) '
                       'WITH CHECK (environment_id = current_environment())', environment_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO sluice_app, sluice_worker', environment_table);
    END LOOP;
END $$;

-- Tokens that let a browser or a device call one account for a quarter of an hour. ------------------------------------
CREATE TABLE account_tokens (
    environment_id uuid NOT NULL,
    id uuid NOT NULL,
    integrated_account_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (environment_id, id),
    FOREIGN KEY (environment_id, integrated_account_id)
        REFERENCES integrated_accounts (environment_id, id) ON DELETE CASCADE
);
CREATE INDEX account_tokens_by_time ON account_tokens (environment_id, expires_at);
CREATE TRIGGER forget_secrets AFTER DELETE ON account_tokens FOR EACH ROW EXECUTE FUNCTION forget_secret_owner();
ALTER TABLE account_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY inside_environment ON account_tokens USING (environment_id = current_environment())
    WITH CHECK (environment_id = current_environment());
GRANT SELECT, INSERT, UPDATE, DELETE ON account_tokens TO sluice_app;
