-- Requests with an Idempotency-Key: one is carried out once within a day, and answered from here when it comes again. No
-- history: a key is looked for by its digest whatever day it was used on, and only one row may have it.
CREATE TABLE keyed_requests (
    environment_id uuid NOT NULL,
    -- Keyed: of account, method, path and key.
    digest bytea NOT NULL,
    id uuid NOT NULL,
    -- NULL if the request names no account that is there.
    integrated_account_id uuid,
    -- Keyed: of query, content type and body.
    content bytea NOT NULL,
    -- Sealed under the data key. NULL while the request is being answered, and if nobody knows what came of it.
    answer bytea,
    data_key_version integer,
    begun_at timestamptz NOT NULL DEFAULT now(),
    -- Whoever answers the request has done so by then, or is gone.
    leased_until timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (environment_id, digest),
    UNIQUE (environment_id, id),
    FOREIGN KEY (environment_id, integrated_account_id)
        REFERENCES integrated_accounts (environment_id, id) ON DELETE CASCADE,
    FOREIGN KEY (environment_id, data_key_version) REFERENCES data_keys (environment_id, version)
);
CREATE INDEX keyed_requests_ended ON keyed_requests (environment_id, ends_at);
CREATE INDEX keyed_requests_by_account ON keyed_requests (environment_id, integrated_account_id);
ALTER TABLE keyed_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE keyed_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY inside_environment ON keyed_requests USING (environment_id = current_environment())
    WITH CHECK (environment_id = current_environment());
GRANT SELECT, INSERT, UPDATE, DELETE ON keyed_requests TO sluice_app;
GRANT SELECT, DELETE ON keyed_requests TO sluice_worker;
