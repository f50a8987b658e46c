-- What each replica has counted for our own limits in the last 10 s. Numbers only, so there is no row-level security;
-- gone after a crash, which costs one window.
CREATE UNLOGGED TABLE limit_counts (
    key uuid NOT NULL,
    replica uuid NOT NULL,
    calls integer NOT NULL,
    told_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (key, replica)
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE, DELETE ON limit_counts TO sluice_app;

-- How an account shares its vendor's limit out, and until when of which of its windows nobody is warned again.
ALTER TABLE integrated_accounts
    ADD COLUMN fair_share jsonb,
    ADD COLUMN limit_warnings jsonb NOT NULL DEFAULT '{}';
