-- Credentials that renew themselves, and what happened to accounts.

-- Accounts ----------------------------------------------------------------------------------------------------------

-- The secret of the developer's own OAuth app is sealed; the rest of the app is in `override`.
ALTER TABLE environment_integrations
    ADD COLUMN sealed bytea,
    ADD COLUMN data_key_version integer,
    ADD CHECK ((sealed IS NULL) = (data_key_version IS NULL)),
    ADD FOREIGN KEY (environment_id, data_key_version) REFERENCES data_keys (environment_id, version);

-- One refresher per account across all replicas: a lease. The intent is written before the vendor is asked and goes with
-- the answer; one that outlived its lease tells that a refresher died in between.
ALTER TABLE integrated_accounts
    ADD COLUMN access_expires_at timestamptz,
    ADD COLUMN refresh_due_at timestamptz,
    ADD COLUMN refresh_lease_owner uuid,
    ADD COLUMN refresh_lease_until timestamptz,
    ADD COLUMN refresh_intent_generation bigint;

-- Events ------------------------------------------------------------------------------------------------------------

-- Written in the transaction of the change they tell of.
CREATE TABLE events (
    environment_id uuid NOT NULL REFERENCES environments (id),
    id uuid NOT NULL,
    type text NOT NULL,
    integrated_account_id uuid,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, id)
);
CREATE INDEX events_by_time ON events (environment_id, created_at);

CREATE TABLE webhooks (
    environment_id uuid NOT NULL REFERENCES environments (id),
    id uuid NOT NULL,
    target_url text NOT NULL CHECK (length(target_url) BETWEEN 1 AND 2000),
    event_types jsonb NOT NULL DEFAULT '[]', -- empty: all
    is_active boolean NOT NULL DEFAULT true,
    sealed bytea NOT NULL,                   -- the signing secrets, the newest first
    data_key_version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, id),
    FOREIGN KEY (environment_id, data_key_version) REFERENCES data_keys (environment_id, version)
);

-- One event for one webhook, until it was taken or given up.
CREATE TABLE deliveries (
    environment_id uuid NOT NULL,
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, id),
    FOREIGN KEY (environment_id, event_id) REFERENCES events (environment_id, id) ON DELETE CASCADE,
    FOREIGN KEY (environment_id, webhook_id) REFERENCES webhooks (environment_id, id) ON DELETE CASCADE
);
CREATE INDEX deliveries_by_webhook ON deliveries (environment_id, webhook_id, status);

CREATE TABLE delivery_attempts (
    environment_id uuid NOT NULL,
    id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    webhook_id uuid NOT NULL,
    attempt integer NOT NULL,
    status integer, -- of the receiver's answer
    error text,
    duration_ms integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, id)
);
CREATE INDEX delivery_attempts_by_time ON delivery_attempts (environment_id, created_at);

-- Row-level security ------------------------------------------------------------------------------------------------

DO $$
DECLARE
    environment_table text;
BEGIN
    FOREACH environment_table IN ARRAY ARRAY['events', 'webhooks', 'deliveries', 'delivery_attempts']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', environment_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', environment_table);
        EXECUTE format('CREATE POLICY inside_environment ON %I USING (environment_id = current_environment()) '
                       'WITH CHECK (environment_id = current_environment())', environment_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO sluice_app, sluice_worker', environment_table);
    END LOOP;
END $$;

-- The worker renews credentials and delivers events; like the app it sees one environment at a time.
GRANT SELECT, UPDATE ON integrated_accounts TO sluice_worker;
GRANT SELECT ON data_keys, environment_integrations, integrations, documentation TO sluice_worker;
GRANT INSERT ON key_checks TO sluice_worker;
